import { AvatarManager, AvatarView, unlockOnGesture, WebSocketTransport, type Avatar } from '@visavis/client';
import { CaptionLine } from '../caption.js';
import type { NoticeBar } from '../notice.js';
import { getTicket } from '../ticket.js';

/** Whose voice speaks for a file that nobody serves: the relay hands out tickets for known avatars only. */
const SPEAKER = 'ava';

export interface StageParts {
  readonly container: HTMLElement;
  readonly notices: NoticeBar;
  readonly progress: HTMLElement;
  readonly caption: HTMLElement;
  readonly interrupt: HTMLButtonElement;
}

/** The picked avatar, shown and connected. One at a time: the one before is disposed of when the next is there. */
export class GalleryStage {
  /** Called with each new view once its avatar is loaded. */
  onView: ((view: AvatarView) => void) | undefined;
  readonly #parts: StageParts;
  #view: AvatarView | undefined;
  /** Ends the wait for the first picture of the view that is there. */
  #drawn: ((isDrawn: boolean) => void) | undefined;
  /** Counts picks, so that a slow load does not replace a later one. */
  #pick = 0;

  constructor(parts: StageParts) {
    this.#parts = parts;
    parts.interrupt.addEventListener('click', () => this.#view?.controller.interrupt());
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
    const controller = this.#view?.controller;
    if (!controller) return;
    // In the gesture itself, or the browser keeps the sound locked.
    void controller.initializeAudioContext();
    try {
      controller.sendText(text);
    } catch (error) {
      this.#parts.notices.pass((error as Error).message);
    }
  }

  async #load(load: (onShare: (share: number) => void) => Promise<Avatar>, speaker: string): Promise<Avatar | undefined> {
    const { notices } = this.#parts;
    const pick = ++this.#pick;
    try {
      this.#showProgress(0);
      const avatar = await load((share) => { if (pick === this.#pick) this.#showProgress(share); });
      if (pick !== this.#pick) return undefined;
      notices.clear();
      this.#showProgress(1);
      return (await this.#show(avatar, speaker)) ? avatar : undefined;
    } catch (error) {
      if (pick === this.#pick) notices.stand(error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      if (pick === this.#pick) this.#showProgress(1);
    }
  }

  #show(avatar: Avatar, speaker: string): Promise<boolean> {
    const { container, notices, caption, interrupt } = this.#parts;
    this.#view?.dispose();
    this.#drawn?.(false);
    const view = new AvatarView(avatar, container);
    this.#view = view;
    const line = new CaptionLine(caption);
    line.clear();
    const drawn = new Promise<boolean>((resolve) => { this.#drawn = resolve; });
    view.onFirstRendering = () => this.#drawn?.(true);
    view.onError = (error) => {
      notices.stand(error.message);
      this.#drawn?.(false);
    };
    view.controller.onError = (error) => notices.pass(error.message);
    view.controller.onCaption = (active) => line.show(active);
    view.controller.onConversationState = (state) => {
      interrupt.disabled = state === 'idle';
      if (state === 'idle') line.clear();
    };
    unlockOnGesture(view.controller);
    // A link that fails is told by the controller's onError; the avatar can be looked at all the same.
    view.controller.connect(new WebSocketTransport({ getTicket: () => getTicket(speaker), avatarId: speaker })).catch(() => undefined);
    this.onView?.(view);
    return drawn;
  }

  #showProgress(share: number): void {
    const { progress } = this.#parts;
    progress.hidden = share >= 1;
    progress.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    (progress.firstElementChild as HTMLElement).style.width = `${share * 100}%`;
  }
}
