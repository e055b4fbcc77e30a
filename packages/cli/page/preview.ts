/**
 * The page of `visavis avatar preview`: one avatar with the panel beside it, speaking through the real path from audio to
 * motion. Everything it does goes through the public client; `globalThis.visavis` holds the view for the console and tests.
 */
import { AvatarManager, AvatarSDK, AvatarView, unlockOnGesture, WebSocketTransport, type Avatar, type Ticket } from '@visavis/client';
import { FacePanel } from '@visavis/client/panel';

/** What the command says of the avatar. */
interface Preview {
  readonly name: string;
  readonly title: string;
  readonly verdict: string;
  readonly problems: readonly { readonly level: string; readonly message: string }[];
  readonly sentence: string;
  /** Id of a packed avatar below /avatars/, or absent: the lone file is at /file. */
  readonly avatarId?: string;
}

function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

function notify(message: string): void {
  byId('notice').textContent = message;
  byId('notice').hidden = message === '';
}

async function ask<T>(path: string, method: 'GET' | 'POST'): Promise<T> {
  const answer = await fetch(path, { method });
  if (!answer.ok) throw new Error(`${path} answered with status ${answer.status}; is the command still running?`);
  return (await answer.json()) as T;
}

function describe({ name, title, verdict, problems }: Preview): void {
  document.title = `${name}: preview`;
  byId('name').textContent = `${name}, ${title}`;
  byId('verdict').textContent = verdict;
  byId('problems').append(...problems.map(({ level, message }) => {
    const item = document.createElement('li');
    item.dataset['level'] = level;
    item.textContent = `${level}: ${message}`;
    return item;
  }));
}

async function loadAvatar({ avatarId, name }: Preview): Promise<Avatar> {
  const manager = AvatarManager.shared;
  if (avatarId !== undefined) return manager.load(avatarId);
  const answer = await fetch('/file');
  return manager.loadFile(new File([await answer.blob()], name));
}

async function getTicket(): Promise<Ticket> {
  const { ticket } = await ask<{ ticket: string }>('/api/ticket', 'POST');
  return { url: `ws://${location.host}/relay`, ticket };
}

/** What the link says of itself stands only until it is back. */
function watchLink({ controller }: AvatarView): void {
  let ofTheLink = false;
  controller.onError = ({ code, message }) => {
    ofTheLink = /^(websocket|connection)/.test(code);
    notify(message);
  };
  controller.onConnectionState = (state) => {
    if (ofTheLink && state === 'connected') notify('');
  };
}

async function start(): Promise<void> {
  const preview = await ask<Preview>('/api/preview', 'GET');
  describe(preview);
  await AvatarSDK.initialize('preview', { drivingServiceMode: 'backend', renderQuality: 'auto' });
  const view = new AvatarView(await loadAvatar(preview), byId('stage'));
  Object.assign(globalThis, { visavis: view });
  view.onError = ({ message }) => notify(message);
  view.onFirstRendering = () => { document.documentElement.dataset['ready'] = 'yes'; };
  watchLink(view);
  const say = (text: string): void => {
    // In the gesture itself, or the browser keeps the sound locked.
    void view.controller.initializeAudioContext();
    try {
      view.controller.sendText(text);
    } catch (error) {
      notify((error as Error).message);
    }
  };
  new FacePanel(byId('panel'), { view, say, stop: () => view.controller.interrupt(), sentence: preview.sentence });
  unlockOnGesture(view.controller);
  await view.controller.connect(new WebSocketTransport({ getTicket, avatarId: preview.avatarId ?? 'preview' }));
}

start().catch((error: unknown) => notify(error instanceof Error ? error.message : String(error)));
