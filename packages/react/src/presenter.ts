import {
  AvatarManager, AvatarSDK, AvatarView, createController, unlockOnGesture, VisavisError, WebSocketTransport,
  type Avatar, type AvatarController, type Transport,
} from '@visavis/client';
import type { AvatarStore, Mounted } from './handle.js';
import type { AvatarSettings } from './settings.js';

/** A view that tells these is seen, or will be. */
const GOES_ON: ReadonlySet<string> = new Set(['renderingContextLost', 'renderingReduced']);

/**
 * One mounted avatar: follows its settings until it is disposed of, and then leaves nothing behind. Knows no React.
 * The controller, with the audio device that a tap has unlocked, stays for all of it; views and transports come and go.
 */
export class Presenter implements Mounted {
  readonly controller: AvatarController;
  readonly #store: AvatarStore;
  readonly #container: HTMLElement;
  readonly #stopUnlocking: () => void;
  #settings: AvatarSettings;
  /** The load that is wanted; what another brings is dropped. */
  #load: object | undefined;
  #avatar: Avatar | undefined;
  /** The connection that is wanted. */
  #attempt: object | undefined;
  #view: AvatarView | undefined;
  /** What a failed connection both rejects with and reports is told once. */
  #told: VisavisError | undefined;

  /** Throws `invalidState` where another presenter has the store, and what `createController` throws. */
  constructor(store: AvatarStore, container: HTMLElement, settings: AvatarSettings) {
    this.#store = store;
    this.#container = container;
    this.#settings = settings;
    store.attach(this);
    this.controller = this.#createController();
    this.#stopUnlocking = settings.unlockOnGesture === false ? () => undefined : unlockOnGesture(this.controller);
    this.#listen();
    this.#applyPlayback(undefined);
    this.#begin();
  }

  get view(): AvatarView | undefined {
    return this.#view;
  }

  /** What the application's function throws goes on to it, and the handle is free for another try. */
  #createController(): AvatarController {
    try {
      return (this.#settings.createController ?? createController)();
    } catch (error) {
      this.#store.detach();
      throw error;
    }
  }

  /** Takes the settings of a new render; does only what they change. */
  update(next: AvatarSettings): void {
    const last = this.#settings;
    this.#settings = next;
    this.#applyPlayback(last);
    if (next.avatarId !== last.avatarId) return this.#begin();
    if (!this.#avatar) return;
    this.#attemptLook(last);
    if (kindOf(next) !== kindOf(last) || next.connectionKey !== last.connectionKey) void this.#connect(this.#avatar);
  }

  retry(): void {
    const { status, connection } = this.#store.state;
    if (!this.#avatar) return status === 'failed' ? this.#begin() : undefined;
    if (status === 'failed') this.#show(this.#avatar);
    if (connection === 'failed') void this.#connect(this.#avatar);
  }

  dispose(): void {
    this.#load = this.#attempt = undefined;
    this.#stopUnlocking();
    this.#disposeView();
    this.controller.dispose();
    this.#store.detach();
  }

  #begin(): void {
    const load = {};
    this.#load = load;
    this.#avatar = undefined;
    this.#disposeView();
    this.#disconnect();
    this.controller.interrupt();
    this.#store.change({ status: 'loading', progress: 0, error: undefined });
    this.#store.caption({ avatar: undefined, user: undefined });
    const { manager = AvatarManager.shared, avatarId } = this.#settings;
    const isWanted = (): boolean => this.#load === load;
    manager.load(avatarId, ({ progress }) => { if (isWanted()) this.#store.change({ progress }); })
      .then((avatar) => { if (isWanted()) this.#present(avatar); })
      .catch((error: unknown) => { if (isWanted()) this.#fail(VisavisError.from(error, 'failedToDownloadAvatarAssets')); });
  }

  #present(avatar: Avatar): void {
    this.#avatar = avatar;
    this.#show(avatar);
    void this.#connect(avatar);
  }

  #show(avatar: Avatar): void {
    this.#view?.dispose();
    const { quality, background, framing, maxHeight, frameRate, idleCamera } = this.#settings;
    const look = Object.fromEntries(Object.entries({ quality, background, framing, maxHeight, frameRate, idleCamera }).filter(([, value]) => value !== undefined));
    const view = new AvatarView(avatar, this.#container, { ...look, controller: this.controller, keepController: true });
    this.#view = view;
    view.onFirstRendering = () => {
      this.#store.change({ status: 'ready', error: undefined });
      this.#settings.onReady?.(this.#store);
    };
    view.onError = (error) => this.#viewFailed(error);
  }

  #viewFailed(error: VisavisError): void {
    // A lost context comes back by itself, a missing part is done without, and a picture that was there stays.
    if (GOES_ON.has(error.code) || this.#store.state.status === 'ready') this.#tell(error);
    else this.#fail(error);
  }

  #disposeView(): void {
    this.#view?.dispose();
    this.#view = undefined;
  }

  async #connect(avatar: Avatar): Promise<void> {
    if (kindOf(this.#settings) === 'none') return this.#disconnect();
    const attempt = {};
    this.#attempt = attempt;
    try {
      const transport = this.#createTransport(avatar);
      if (transport) await this.controller.connect(transport);
    } catch (error) {
      if (this.#attempt === attempt) this.#tell(VisavisError.from(error, 'connectionFailed'));
    }
  }

  /** Leaves the transport, if there is one: what an application feeds by itself is not cut. */
  #disconnect(): void {
    if (this.#attempt) this.controller.close();
    this.#attempt = undefined;
    this.#store.change({ connection: 'disconnected' });
  }

  #createTransport(avatar: Avatar): Transport | undefined {
    const { getTicket, createTransport } = this.#settings;
    if (createTransport) return createTransport(avatar);
    // Asked through the settings: a new connection takes the function of the latest render.
    return getTicket && new WebSocketTransport({ avatarId: avatar.id, getTicket: () => (this.#settings.getTicket ?? getTicket)() });
  }

  #attemptLook(last: AvatarSettings): void {
    try {
      this.#applyLook(last);
    } catch (error) {
      this.#tell(VisavisError.from(error, 'invalidConfiguration'));
    }
  }

  #applyLook({ quality, background, framing }: AvatarSettings): void {
    const view = this.#view;
    const next = this.#settings;
    if (!view) return;
    if (next.quality !== quality) view.quality = next.quality ?? AvatarSDK.configuration.renderQuality;
    if (next.background !== background) view.background = next.background ?? 'studio';
    if (next.framing !== framing) view.framing = next.framing ?? 'avatar';
  }

  #applyPlayback(last: AvatarSettings | undefined): void {
    const { volume, muted, presence, frameStarvationMode } = this.#settings;
    if (volume !== last?.volume) this.controller.setVolume(volume ?? 1);
    if (muted !== last?.muted) this.controller.muted = muted ?? false;
    if (presence !== last?.presence) this.controller.setPresence(presence ?? 'idle');
    if (frameStarvationMode !== last?.frameStarvationMode) this.controller.frameStarvationMode = frameStarvationMode ?? 'audioIndependent';
  }

  #listen(): void {
    const { controller } = this;
    const store = this.#store;
    controller.onConversationState = (conversation) => {
      store.change({ conversation });
      if (conversation === 'idle') store.caption({ avatar: undefined });
      this.#settings.onConversationState?.(conversation);
    };
    controller.onConnectionState = (connection) => {
      store.change({ connection });
      this.#settings.onConnectionState?.(connection);
    };
    controller.onPresence = (presence) => {
      store.change({ presence });
      this.#settings.onPresence?.(presence);
    };
    controller.onAudioState = (audio) => store.change({ audio });
    controller.onError = (error) => this.#tell(error);
    controller.onCaption = (caption) => {
      store.caption(caption.role === 'user' ? { user: caption } : { avatar: caption });
      this.#settings.onCaption?.(caption);
    };
    controller.onPlaybackStall = () => this.#settings.onPlaybackStall?.();
    controller.onPlaybackPosition = (position) => this.#settings.onPlaybackPosition?.(position);
    controller.onPlaybackFinished = (result) => this.#settings.onPlaybackFinished?.(result);
  }

  #fail(error: VisavisError): void {
    this.#store.change({ status: 'failed', error });
    this.#tell(error);
  }

  #tell(error: VisavisError): void {
    if (error === this.#told) return;
    this.#told = error;
    this.#settings.onError?.(error);
  }
}

function kindOf({ createTransport, getTicket }: AvatarSettings): 'transport' | 'ticket' | 'none' {
  if (createTransport) return 'transport';
  return getTicket ? 'ticket' : 'none';
}
