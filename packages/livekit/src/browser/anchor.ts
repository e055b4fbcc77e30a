/** Delays of this long past are compared: networks change, and clocks drift apart. */
const WINDOW_MS = 4_000;
const MAX_SAMPLES = 128;
/** The least delays are those of an idle network; this low, one that is off does not count. */
const PERCENTILE = 0.05;
/**
 * From a sample's leaving the source to its packet's leaving the machine, less the same for data: the encoder collects 20 ms,
 * and has its own delay. Measured: bench/livekit.mjs.
 */
export const SENDER_DELAY_MS = 20;

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** The low percentile of a window of values. */
class LowWater {
  value: number | undefined;
  readonly #samples: Sample[] = [];

  add(atMs: number, value: number): void {
    this.#samples.push({ atMs, value });
    while (this.#samples.length > MAX_SAMPLES || this.#samples[0]!.atMs < atMs - WINDOW_MS) this.#samples.shift();
    const sorted = this.#samples.map((sample) => sample.value).sort((a, b) => a - b);
    this.value = sorted[Math.floor(PERCENTILE * sorted.length)];
  }
}

/**
 * What RTP time was on the backend's clock. Sound and data take the same way through the same network: whoever arrived with
 * the least delay on either tells how their clocks stand. One for each track.
 */
export class Anchor {
  readonly #data = new LowWater();
  readonly #audio = new LowWater();

  /** A data packet: sent by the backend's clock, arrived by the page's. */
  data(sentMs: number, arrivedMs: number): void {
    this.#data.add(arrivedMs, arrivedMs - sentMs);
  }

  /** When sound arrived: the page's time less its RTP time. */
  audio(lagMs: number, nowMs: number): void {
    this.#audio.add(nowMs, lagMs);
  }

  get isSet(): boolean {
    return this.#data.value !== undefined && this.#audio.value !== undefined;
  }

  /** The backend's clock when the sample of this RTP time left; undefined until both kinds have come. */
  leftAt(rtpMs: number): number | undefined {
    const [data, audio] = [this.#data.value, this.#audio.value];
    return data === undefined || audio === undefined ? undefined : rtpMs + audio - data - SENDER_DELAY_MS;
  }
}
