import type { Clock } from '@visavis/server-sdk';

/** A microphone that gives nothing for so long has gone, milliseconds: muted, unplugged. */
const GONE_MS = 500;
/** Then it is heard to be silent for so long, which ends what was being said. Samples at 16 kHz. */
const GONE_SAMPLES = 16_000;

/** Gives silence where a microphone gives nothing more: what was being said comes to its end. */
export class GoneMicrophone {
  readonly #clock: Clock;
  readonly #isSilent: (silence: Int16Array) => void;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, isSilent: (silence: Int16Array) => void) {
    this.#clock = clock;
    this.#isSilent = isSilent;
  }

  /** It is still there. */
  heard(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(GONE_MS, () => this.#isSilent(new Int16Array(GONE_SAMPLES)));
  }

  close(): void {
    this.#cancel();
  }
}
