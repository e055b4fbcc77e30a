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
  /** Counts picks, so that a slow load does not replace a later one. */
  #pick = 0;

  constructor(parts: StageParts) {
    this.#parts = parts;
    parts.interrupt.addEventListener('click', () => this.#view?.controller.interrupt());
  }

  async pick(id: string): Promise<Avatar | undefined> {
    return this.#load((onShare) => AvatarManager.shared.load(id, ({ progress }) => onShare(progress)), id);
  }

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
      this.#show(avatar, speaker);
      return avatar;
    } catch (error) {
      if (pick === this.#pick) notices.stand(error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      if (pick === this.#pick) this.#showProgress(1);
    }
  }

  #show(avatar: Avatar, speaker: string): void {
    const { container, notices, caption, interrupt } = this.#parts;
    this.#view?.dispose();
    const view = new AvatarView(avatar, container);
    this.#view = view;
    const line = new CaptionLine(caption);
    line.clear();
    view.onError = (error) => notices.stand(error.message);
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
  }

  #showProgress(share: number): void {
    const { progress } = this.#parts;
    progress.hidden = share >= 1;
    progress.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    (progress.firstElementChild as HTMLElement).style.width = `${share * 100}%`;
  }
}
