/**
 * The demo's page: an avatar that speaks what is typed, with captions, volume, interrupt and a small panel.
 * Everything it does goes through the public client; `globalThis.visavis` holds it for the console and the tests.
 */
import { AvatarManager, AvatarSDK, AvatarView, unlockOnGesture, WebSocketTransport, type RenderQuality, type Ticket } from '@visavis/client';
import { CaptionLine } from './caption.js';
import { showPanel } from './panel.js';

const AVATAR_ID = 'ava';
const NOTICE_MS = 6_000;

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A ticket opens the relay once, so every connection fetches its own. */
async function getTicket(): Promise<Ticket> {
  const response = await fetch('/api/ticket', { method: 'POST' });
  if (!response.ok) throw new Error(`no ticket: status ${response.status}`);
  const { path, ticket } = (await response.json()) as { path: string; ticket: string };
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return { url: url.href, ticket };
}

function noticeBar(): (text: string) => void {
  const notice = byId('notice');
  let timer = 0;
  return (text) => {
    notice.textContent = text;
    notice.hidden = false;
    clearTimeout(timer);
    timer = window.setTimeout(() => { notice.hidden = true; }, NOTICE_MS);
  };
}

function wireControls({ controller }: AvatarView, say: (text: string) => void, interrupt: () => void): void {
  const text = byId<HTMLInputElement>('text');
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    if (text.value.trim()) say(text.value);
    text.select();
  });
  byId('sample').addEventListener('click', () => say('/sample'));
  byId('interrupt').addEventListener('click', interrupt);
  byId<HTMLInputElement>('volume').addEventListener('input', ({ target }) => controller.setVolume((target as HTMLInputElement).valueAsNumber));
  document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') interrupt(); });
}

/** Sends a wish, and takes it back: there is something to interrupt from the wish on, long before it is heard. */
function wireSpeech({ controller }: AvatarView, notify: (text: string) => void): { say(text: string): void; interrupt(): void } {
  const button = byId<HTMLButtonElement>('interrupt');
  let wished = false;
  const wish = (is: boolean): void => {
    wished = is;
    button.disabled = !wished && controller.presence === 'idle' && controller.conversationState === 'idle';
  };
  const caption = new CaptionLine(byId('caption'));
  controller.onPresence = (presence) => wish(wished && presence !== 'idle');
  controller.onConversationState = (state) => {
    if (state === 'idle') caption.clear();
    wish(wished);
  };
  controller.onCaption = (line) => caption.show(line);
  controller.onConnectionState = (state) => {
    // While the connection is away the wish stands, and can be taken back. When it is back, the presence tells.
    if (state !== 'connecting') wish(false);
  };
  const say = (text: string): void => {
    // In the gesture itself, or the browser keeps the sound locked.
    void controller.initializeAudioContext();
    try {
      controller.sendText(text);
      wish(true);
    } catch (error) {
      notify((error as Error).message);
    }
  };
  const interrupt = (): void => {
    controller.interrupt();
    wish(false);
  };
  return { say, interrupt };
}

function wireSound({ controller }: AvatarView): void {
  const unlock = byId<HTMLButtonElement>('unlock');
  controller.onAudioState = (state) => { unlock.hidden = state !== 'locked'; };
  unlockOnGesture(controller);
}

/** `?say=TEXT` and `?clip=ID`, as `visavis speak` opens the page. Taken off the address, so that a reload is quiet. */
function speakFromAddress(say: (text: string) => void): void {
  const { searchParams } = new URL(location.href);
  const clip = searchParams.get('clip');
  const text = clip ? `/clip ${clip}` : searchParams.get('say');
  if (!text) return;
  history.replaceState(null, '', location.pathname);
  say(text);
}

/** `?quality=standard|high|ultra`, for machines that should do less than `high`, or can do more. */
function qualityFromAddress(): RenderQuality {
  const asked = new URL(location.href).searchParams.get('quality');
  return asked === 'standard' || asked === 'ultra' ? asked : 'high';
}

/** A transport that gave up is tried again when the network or the visitor comes back. */
function tryAgainWhenBack({ controller }: AvatarView, transport: WebSocketTransport): void {
  const again = (): void => {
    if (transport.state === 'failed' && !document.hidden) controller.connect(transport).catch(() => undefined);
  };
  addEventListener('online', again);
  document.addEventListener('visibilitychange', again);
  document.addEventListener('pointerdown', again);
}

async function start(): Promise<void> {
  const notify = noticeBar();
  await AvatarSDK.initialize('dev-app', { drivingServiceMode: 'backend', renderQuality: qualityFromAddress() });
  const avatar = await AvatarManager.shared.load(AVATAR_ID);
  const view = new AvatarView(avatar, byId('stage'));
  Object.assign(globalThis, { visavis: view });
  view.onError = (error) => notify(error.message);
  view.controller.onError = (error) => notify(error.message);
  const { say, interrupt } = wireSpeech(view, notify);
  wireControls(view, say, interrupt);
  wireSound(view);
  const transport = new WebSocketTransport({ getTicket, avatarId: AVATAR_ID });
  showPanel(view.controller, transport, { link: byId('link'), rate: byId('rate'), skew: byId('skew') });
  tryAgainWhenBack(view, transport);
  await view.controller.connect(transport);
  speakFromAddress(say);
}

start().catch((error: unknown) => {
  const notice = byId('notice');
  notice.textContent = error instanceof Error ? error.message : String(error);
  notice.hidden = false;
});
