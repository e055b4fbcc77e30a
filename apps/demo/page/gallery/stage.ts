import { AvatarManager, AvatarView, unlockOnGesture, WebSocketTransport, type Avatar } from '@visavis/client';
import { CaptionLine } from '../caption.js';
import { make } from '../dom.js';
import { LoadBar } from '../load-bar.js';
import { isOfTheLink, LinkNotice, sentence, type Notices } from '../notice.js';
import { getTicket } from '../ticket.js';
import { tryAgainWhenBack } from '../try-again.js';

/** Whose voice speaks for a file that nobody serves: the relay hands out tickets for known avatars only. */
const SPEAKER = 'ava';

export interface StageParts {
  readonly container: HTMLElement;
  readonly notices: Notices;
  readonly progress: HTMLElement;
  readonly caption: HTMLElement;
  readonly interrupt: HTMLButtonElement;
}

/** A view with the element it is drawn into. */
interface Shown {
  readonly view: AvatarView;
  readonly layer: HTMLElement;
  /** Why only its small picture is seen. */
  readonly problem?: string;
}

/** The picked avatar, shown and connected. The one before stays until the next is drawn, and where the next cannot be. */
export class GalleryStage {
  /** Called with each new view once its avatar is seen. */
  onView: ((view: AvatarView) => void) | undefined;
  readonly #parts: StageParts;
  readonly #bar: LoadBar;
  #shown: Shown | undefined;
  #stopTrying: () => void = () => undefined;
  /** Ends the wait for the first picture of a view that is on its way. */
  #giveUp: (() => void) | undefined;
  /** Counts picks, so that a slow load does not replace a later one. */
  #pick = 0;

  constructor(parts: StageParts) {
    this.#parts = parts;
    this.#bar = new LoadBar(parts.progress);
    parts.interrupt.addEventListener('click', () => this.#shown?.view.controller.interrupt());
  }

  /** Resolves once the avatar is seen; with nothing where it failed, which is told, or where another was picked meanwhile. */
  async pick(id: string): Promise<Avatar | undefined> {
    return this.#load((onShare) => AvatarManager.shared.load(id, ({ progress }) => onShare(progress)), id);
  }

  /** Like `pick`, for files of the visitor's. */
  async open(files: readonly File[]): Promise<Avatar | undefined> {
    return this.#load(() => AvatarManager.shared.loadFile(files.length === 1 ? files[0]! : [...files]), SPEAKER);
  }

  say(text: string): void {
    const controller = this.#shown?.view.controller;
    if (!controller) return;
    // In the gesture itself, or the browser keeps the sound locked.
    void controller.initializeAudioContext();
    try {
      controller.sendText(text);
    } catch (error) {
      this.#parts.notices.pass(sentence((error as Error).message));
    }
  }

  async #load(load: (onShare: (share: number) => void) => Promise<Avatar>, speaker: string): Promise<Avatar | undefined> {
    const { notices } = this.#parts;
    const pick = ++this.#pick;
    this.#giveUp?.();
    try {
      this.#bar.show(0);
      const avatar = await load((share) => { if (pick === this.#pick) this.#bar.show(share); });
      if (pick !== this.#pick) return undefined;
      this.#bar.show(1);
      const next = await this.#draw(avatar);
      if (!next) return undefined;
      notices.clear();
      if (next.problem !== undefined) notices.stand(sentence(next.problem));
      this.#replace(next, speaker);
      return avatar;
    } catch (error) {
      if (pick === this.#pick) this.#tellFailure(sentence(error instanceof Error ? error.message : String(error)));
      return undefined;
    } finally {
      if (pick === this.#pick) this.#bar.done();
    }
  }

  /** Draws it over the one that is there. Undefined where another was picked meanwhile; rejects where it cannot be shown at all. */
  async #draw(avatar: Avatar): Promise<Shown | undefined> {
    const layer = make('div', 'layer');
    this.#parts.container.append(layer);
    const view = new AvatarView(avatar, layer);
    const shown = await new Promise<Shown | undefined>((resolve, reject) => {
      this.#giveUp = () => resolve(undefined);
      view.onFirstRendering = () => resolve({ view, layer });
      view.onError = (error) => (error.code === 'renderingUnavailable' ? resolve({ view, layer, problem: error.message }) : reject(error));
    }).catch((error: unknown) => {
      discard({ view, layer });
      throw error;
    });
    if (!shown) discard({ view, layer });
    return shown;
  }

  #replace(next: Shown, speaker: string): void {
    const { notices } = this.#parts;
    this.#stopTrying();
    if (this.#shown) discard(this.#shown);
    this.#shown = next;
    const { view, view: { controller } } = next;
    const link = new LinkNotice(notices, controller);
    this.#wireWords(view);
    view.onError = (error) => notices.pass(sentence(error.message));
    controller.onError = (error) => { if (!isOfTheLink(error)) notices.pass(sentence(error.message)); };
    controller.onConnectionState = (state) => link.stateChanged(state);
    unlockOnGesture(controller);
    // A link that fails is told by its state; the avatar can be looked at all the same.
    const transport = new WebSocketTransport({ getTicket: () => getTicket(speaker), avatarId: speaker });
    controller.connect(transport).catch(() => undefined);
    const stopTrying = tryAgainWhenBack(controller, transport);
    this.#stopTrying = () => {
      stopTrying();
      link.end();
    };
    this.onView?.(view);
  }

  #wireWords({ controller }: AvatarView): void {
    const { caption, interrupt } = this.#parts;
    const line = new CaptionLine(caption);
    line.clear();
    interrupt.disabled = true;
    controller.onCaption = (active) => line.show(active);
    controller.onConversationState = (state) => {
      interrupt.disabled = state === 'idle';
      if (state === 'idle') line.clear();
    };
  }

  /** Where nothing is there to be seen, it stays. */
  #tellFailure(text: string): void {
    if (this.#shown) this.#parts.notices.pass(text);
    else this.#parts.notices.stand(text);
  }
}

/** What its connection says of its own end is told to nobody. */
function discard({ view, layer }: Shown): void {
  view.controller.onConnectionState = undefined;
  view.dispose();
  layer.remove();
}
