/** Delays of this long past are compared: networks change, and clocks drift apart. */
const WINDOW_MS = 6_000;
const MAX_SAMPLES = 128;
/** Data is read when the page has time for it: of its delays the least ones tell, and one that is off does not count ... */
const DATA_PERCENTILE = 0.1;
/** ... and as the network's own jitter keeps sound longer than that, by this much of it. */
const JITTER_SHARE = 1.25;
/** Of sound each delay is the mean of many packets already: the middle one. */
const AUDIO_PERCENTILE = 0.5;
/**
 * From a sample's leaving the source to its packet's leaving the machine, less the same for data: the encoder collects 20 ms,
 * and has its own delay. Measured by bench/livekit.mjs.
 */
export const SENDER_DELAY_MS = 20;

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** A percentile of a window of values. */
class Window {
  value: number | undefined;
  readonly #percentile: number;
  readonly #samples: Sample[] = [];

  constructor(percentile: number) {
    this.#percentile = percentile;
  }

  add(atMs: number, value: number): void {
    this.#samples.push({ atMs, value });
    while (this.#samples.length > MAX_SAMPLES || this.#samples[0]!.atMs < atMs - WINDOW_MS) this.#samples.shift();
    const sorted = this.#samples.map((sample) => sample.value).sort((a, b) => a - b);
    this.value = sorted[Math.floor(this.#percentile * sorted.length)];
  }
}

/**
 * What RTP time was on the backend's clock. Sound and data take the same way through the same network: how long after its
 * leaving either arrives tells how their clocks stand. One for each track.
 */
export class Anchor {
  readonly #data = new Window(DATA_PERCENTILE);
  #audio = new Window(AUDIO_PERCENTILE);
  #jitterMs = 0;

  /** A data packet: sent by the backend's clock, arrived by the page's. */
  data(sentMs: number, arrivedMs: number): void {
    this.#data.add(arrivedMs, arrivedMs - sentMs);
  }

  /** When sound arrived: the page's time less its RTP time; and by how much its packets' delays differ. */
  audio(lagMs: number, jitterMs: number, nowMs: number): void {
    this.#audio.add(nowMs, lagMs);
    this.#jitterMs = jitterMs;
  }

  /** The track is read from another beginning of its RTP time. */
  forgetSound(): void {
    this.#audio = new Window(AUDIO_PERCENTILE);
  }

  /** The backend's clock when the sample of this RTP time left; undefined until both kinds have come. */
  leftAt(rtpMs: number): number | undefined {
    const [data, audio] = [this.#data.value, this.#audio.value];
    if (data === undefined || audio === undefined) return undefined;
    return rtpMs + audio - data - JITTER_SHARE * this.#jitterMs - SENDER_DELAY_MS;
  }
}
