import type { AvatarView } from '@visavis/client';
import type { SeenTurn } from './waterfall.js';

/** What the page itself saw of the answer that is heard, or was heard last: when its first sound and its first pose came. */
export class SeenTurns {
  #heardAtMs: number | undefined;
  #seenAtMs: number | undefined;
  #last: SeenTurn | undefined;

  constructor(view: AvatarView) {
    const { controller } = view;
    const { onPoseApplied } = view;
    view.onPoseApplied = (pose, appliedAtMs) => {
      onPoseApplied?.(pose, appliedAtMs);
      if (controller.conversationState !== 'playing') return;
      const nowMs = performance.now();
      // The frame is as late as the display; when the sound of it began, the clock of the sound tells.
      this.#heardAtMs ??= nowMs - controller.getAudioTime();
      if (controller.stats().avOffsetMs !== undefined) this.#seenAtMs ??= nowMs;
    };
  }

  /** The answer was heard or cut. */
  finished(): void {
    this.#last = this.#heardAtMs === undefined ? undefined : { heardAtMs: this.#heardAtMs, seenAtMs: this.#seenAtMs };
    this.#heardAtMs = this.#seenAtMs = undefined;
  }

  /** Of the answer that ended last, or else of the one that is heard; once. */
  take(): SeenTurn | undefined {
    const seen = this.#last ?? (this.#heardAtMs === undefined ? undefined : { heardAtMs: this.#heardAtMs, seenAtMs: this.#seenAtMs });
    this.#last = undefined;
    return seen;
  }
}
