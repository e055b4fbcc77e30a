// The README's page of a room, as a consumer outside the workspace compiles it.
import type { AvatarView } from '@visavis/client';
import { LiveKitTransport } from '@visavis/livekit/browser';
import { Room } from 'livekit-client';

export async function show(view: AvatarView, other: AvatarView): Promise<void> {
  const { url, token } = await (await fetch('/api/room', { method: 'POST' })).json(); // of your backend
  await view.controller.connect(new LiveKitTransport({ url, token }, { identity: 'ava' }));

  const room = new Room();
  await room.connect(url, token);
  await view.controller.connect(new LiveKitTransport(room, { identity: 'ava' }));
  await other.controller.connect(new LiveKitTransport(room, { identity: 'theo' }));
}
