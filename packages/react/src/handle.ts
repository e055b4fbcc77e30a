import { VisavisError, type AudioState, type AvatarController, type AvatarView } from '@visavis/client';
import { INITIAL_STATE, NO_CAPTIONS, type AvatarCaptions, type AvatarState } from './state.js';

/** One avatar of a page, the same object for the life of its component: what to do with it, and what it does. */
export interface AvatarHandle {
  readonly state: AvatarState;
  readonly captions: AvatarCaptions;
  /** What plays and listens. From mounting to unmounting; its `on*` callbacks belong to the component. */
  readonly controller: AvatarController | undefined;
  /** What draws. Undefined while loading; another object after a change of avatar. */
  readonly view: AvatarView | undefined;
  /** Calls `listener` after every change of `state` or `captions`. Returns a function that stops it. */
  subscribe(listener: () => void): () => void;
  /** Sends what the user typed. Throws `networkLayerNotAvailable` without a connection. */
  sendText(text: string): void;
  /** Silence and a natural mouth at once; the backend is told. */
  interrupt(reason?: string): void;
  pause(): void;
  resume(): Promise<void>;
  /** Makes sound ready; call it in a gesture of the user. Resolves with the state reached. */
  unlock(): Promise<AudioState>;
  /** Loads again what failed, and connects again where that failed. Does nothing where all is well. */
  retry(): void;
}

/** What the component gives its handle while it is mounted. */
export interface Mounted {
  readonly controller: AvatarController;
  readonly view: AvatarView | undefined;
  retry(): void;
}

/** The handle with its other side: the presenter writes, the hooks read. */
export class AvatarStore implements AvatarHandle {
  state = INITIAL_STATE;
  captions = NO_CAPTIONS;
  readonly #listeners = new Set<() => void>();
  #mounted: Mounted | undefined;

  get controller(): AvatarController | undefined {
    return this.#mounted?.controller;
  }

  get view(): AvatarView | undefined {
    return this.#mounted?.view;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly sendText = (text: string): void => {
    if (!this.#mounted) throw new VisavisError('networkLayerNotAvailable', 'this avatar is not on the page; render its <Avatar> first');
    this.#mounted.controller.sendText(text);
  };

  readonly interrupt = (reason?: string): void => this.controller?.interrupt(reason);

  readonly pause = (): void => this.controller?.pause();

  readonly resume = async (): Promise<void> => this.controller?.resume();

  readonly unlock = async (): Promise<AudioState> => this.controller?.initializeAudioContext() ?? this.state.audio;

  readonly retry = (): void => this.#mounted?.retry();

  /** Throws `invalidState` where another component has it. */
  attach(mounted: Mounted): void {
    if (this.#mounted) throw new VisavisError('invalidState', 'this handle is in use; call useAvatar() once for each <Avatar>');
    this.#mounted = mounted;
  }

  detach(): void {
    this.#mounted = undefined;
    this.captions = NO_CAPTIONS;
    this.change(INITIAL_STATE);
  }

  change(part: Partial<AvatarState>): void {
    const next = { ...this.state, ...part };
    if ((Object.keys(next) as (keyof AvatarState)[]).every((key) => next[key] === this.state[key])) return;
    this.state = next;
    this.#tell();
  }

  caption(part: Partial<AvatarCaptions>): void {
    this.captions = { ...this.captions, ...part };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
