// The README's page, as a consumer outside the workspace compiles it.
import { AvatarManager, AvatarSDK, AvatarView, unlockOnGesture, WebSocketTransport } from '@visavis/client';

async function getTicket(): Promise<{ url: string; ticket: string }> {
  const answer = await fetch('/api/ticket', { method: 'POST' });
  return answer.json();
}

await AvatarSDK.initialize('your-app');
const avatar = await AvatarManager.shared.load('ava');
const view = new AvatarView(avatar, document.getElementById('stage')!);
view.controller.onError = (error) => console.warn(error.code, error.message);
unlockOnGesture(view.controller);
await view.controller.connect(new WebSocketTransport({ getTicket, avatarId: 'ava' }));
