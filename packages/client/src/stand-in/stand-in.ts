import { MASK, maskOf, type ChannelMask } from '@visavis/face';
import { StreamingResampler } from '@visavis/motion/resample';
import type { MotionModel, MotionStream } from '@visavis/motion/signal';
import { MotionTrack } from '../timeline/index.js';
import { RecentSound } from './recent-sound.js';

/** Gives a model to make motion with, or undefined where there is none. Its poses must be ready when they are pulled. */
export type LoadSpeechModel = () => Promise<MotionModel | undefined>;

/** The signal model, in a chunk of its own: a page whose motion is never missing does not load it. */
export const loadSignalModel: LoadSpeechModel = async () => (await import('@visavis/motion/signal')).createSignalModel();

/** Sound kept in case it is needed: what may wait ahead of the speaker, and the warm-up before it. 0.4 MB at 48 kHz. */
const KEPT_MS = 2_200;
/** The model hears this much before its first pose is shown: levels and articulators settle. */
const WARM_UP_MS = 400;

/** What the signal model moves: the mouth, and a little stress in brows and head. */
const SIGNAL_MASK: ChannelMask = maskOf(['browInnerUp', 'browOuterUpLeft', 'browOuterUpRight', 'headPitch'])
  .map((on, i) => on | MASK.speech[i]!);

/** One utterance's motion, made from its own sound from the moment it is asked for. Until then it only keeps some sound. */
export class StandIn {
  readonly track = new MotionTrack();
  readonly #sampleRate: number;
  readonly #load: LoadSpeechModel;
  readonly #recent: RecentSound;
  #state: 'waiting' | 'loading' | 'ready' | 'closed' = 'waiting';
  #model: MotionModel | undefined;
  #stream: MotionStream | undefined;
  #resampler: StreamingResampler | undefined;
  #poses = 0;
  #originMs = 0;
  #ended = false;

  /** `sampleRate`: of the samples it will hear. `load` is called once, when it begins. */
  constructor(sampleRate: number, load: LoadSpeechModel) {
    this.#sampleRate = sampleRate;
    this.#load = load;
    this.#recent = new RecentSound((KEPT_MS * sampleRate) / 1000);
  }

  /** It makes motion. */
  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Takes the utterance's next samples. */
  hear(samples: Float32Array): void {
    if (this.#state === 'ready') this.#feed(samples);
    else if (this.#state !== 'closed') this.#recent.push(samples);
  }

  /** No more samples will come. */
  end(): void {
    this.#ended = true;
    if (this.#state === 'ready') this.#finish();
  }

  /** Makes motion from `heardMs()` on, as it is when the model is there. Rejects where it does not load; nothing moves then. */
  async begin(heardMs: () => number): Promise<void> {
    if (this.#state !== 'waiting') return;
    this.#state = 'loading';
    const model = await this.#load();
    if (!model || this.#isClosed()) return void model?.dispose();
    this.#open(model, heardMs());
  }

  close(): void {
    this.#state = 'closed';
    this.#stream?.close();
    void this.#model?.dispose();
    this.#stream = this.#model = undefined;
  }

  /** A close may come while the model loads. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #open(model: MotionModel, heardMs: number): void {
    const { first, chunks } = this.#recent.takeFrom(Math.round(((heardMs - WARM_UP_MS) * this.#sampleRate) / 1000));
    this.#originMs = (first * 1000) / this.#sampleRate;
    this.#model = model;
    this.#stream = model.open({ expression: {}, originMs: this.#originMs });
    this.#resampler = new StreamingResampler(this.#sampleRate, model.sampleRate);
    this.#state = 'ready';
    for (const chunk of chunks) this.#feed(chunk);
    if (this.#ended) this.#finish();
  }

  #feed(samples: Float32Array): void {
    this.#stream!.push(this.#resampler!.push(samples));
    this.#collect();
  }

  #finish(): void {
    this.#stream!.push(this.#resampler!.flush());
    this.#stream!.flush();
    this.#collect();
  }

  #collect(): void {
    const poses = this.#stream!.pull();
    if (!Array.isArray(poses) || poses.length === 0) return;
    const { poseRateHz } = this.#model!;
    this.track.addRows({ startMs: this.#originMs + (this.#poses * 1000) / poseRateHz, fps: poseRateHz, mask: SIGNAL_MASK, rows: poses });
    this.#poses += poses.length;
  }
}
