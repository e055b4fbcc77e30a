/**
 * The demo's page: an avatar that speaks what is typed, with captions, volume, interrupt and a small panel.
 * Everything it does goes through the public client; `globalThis.visavis` holds it for the console and the tests.
 */
import { AvatarManager, AvatarSDK, AvatarView, unlockOnGesture, WebSocketTransport, type PlaybackResult, type RenderQuality } from '@visavis/client';
import { CaptionLine } from './caption.js';
import { isOfTheLink, LinkNotice, NoticeBar } from './notice.js';
import { showPanel } from './panel.js';
import { getTicket } from './ticket.js';

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
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

interface Speech {
  say(text: string): void;
  interrupt(): void;
  finished(result: PlaybackResult): void;
}

/** Sends a wish, and takes it back: there is something to interrupt from the wish on, long before it is heard. */
function wireSpeech({ controller }: AvatarView, notices: NoticeBar): Speech {
  const button = byId<HTMLButtonElement>('interrupt');
  const link = new LinkNotice(notices, controller);
  let wished = false;
  let stopped = false;
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
    link.stateChanged(state);
    // While the connection is away the wish stands, and can be taken back. When it is back, the presence tells.
    if (state !== 'connecting') wish(false);
  };
  const say = (text: string): void => {
    // In the gesture itself, or the browser keeps the sound locked.
    void controller.initializeAudioContext();
    stopped = controller.conversationState !== 'idle';
    try {
      controller.sendText(text);
      wish(true);
    } catch (error) {
      notices.pass((error as Error).message);
    }
  };
  const interrupt = (): void => {
    stopped = controller.conversationState !== 'idle';
    controller.interrupt();
    wish(false);
  };
  const finished = (result: PlaybackResult): void => {
    link.finished(result, stopped);
    stopped = false;
  };
  return { say, interrupt, finished };
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
  for (const name of ['say', 'clip']) searchParams.delete(name);
  history.replaceState(null, '', `${location.pathname}${searchParams.size > 0 ? `?${searchParams}` : ''}`);
  say(text);
}

/** `?avatar=ID`, one of those the backend serves. */
function avatarFromAddress(): string {
  return new URL(location.href).searchParams.get('avatar') ?? 'ava';
}

const QUALITIES: readonly RenderQuality[] = ['low', 'medium', 'high', 'ultra', 'auto'];

/** `?quality=low|medium|high|ultra`, for machines that should not choose by themselves. */
function qualityFromAddress(): RenderQuality {
  const asked = new URL(location.href).searchParams.get('quality');
  return QUALITIES.find((quality) => quality === asked) ?? 'auto';
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
  const notices = new NoticeBar(byId('notice'));
  await AvatarSDK.initialize('dev-app', { drivingServiceMode: 'backend', renderQuality: qualityFromAddress() });
  const avatarId = avatarFromAddress();
  const avatar = await AvatarManager.shared.load(avatarId);
  const view = new AvatarView(avatar, byId('stage'));
  Object.assign(globalThis, { visavis: view });
  view.onError = (error) => notices.pass(error.message);
  view.controller.onError = (error) => { if (!isOfTheLink(error)) notices.pass(error.message); };
  const { say, interrupt, finished } = wireSpeech(view, notices);
  wireControls(view, say, interrupt);
  wireSound(view);
  const transport = new WebSocketTransport({ getTicket: () => getTicket(avatarId), avatarId });
  const panel = showPanel(view.controller, transport, { link: byId('link'), rate: byId('rate'), skew: byId('skew') });
  view.controller.onPlaybackFinished = (result) => {
    panel.utteranceEnded();
    finished(result);
  };
  tryAgainWhenBack(view, transport);
  await view.controller.connect(transport);
  speakFromAddress(say);
}

start().catch((error: unknown) => new NoticeBar(byId('notice')).stand(error instanceof Error ? error.message : String(error)));
