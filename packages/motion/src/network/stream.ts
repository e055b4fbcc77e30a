import type { SpeechTimes } from '../expression/index.js';
import type { MotionStream, StreamOptions } from '../model.js';
import type { PendingSteps, StepBatcher, StepStream, Tensors } from './batcher.js';
import { PoseDecoder } from './decoder/index.js';
import { FeatureStream, STEP_SAMPLES } from './features.js';
import { FrameReader } from './frame-reader.js';
import type { StepLayout } from './layout.js';
import type { NetworkManifest } from './manifest.js';
import type { StreamState } from './state.js';

/** One utterance through the network: features as samples come, steps of the graph at each pull, a pose for each of its frames. */
export class NetworkStream implements MotionStream, StepStream {
  readonly states: readonly StreamState[];
  readonly #manifest: NetworkManifest;
  readonly #batcher: StepBatcher;
  readonly #features = new FeatureStream();
  readonly #reader: FrameReader;
  readonly #decoder: PoseDecoder;
  /** Features of the steps that wait for a pull, and how many of them a pull has taken. */
  #steps: Float32Array[] = [];
  #taken = 0;
  #poses: Float32Array[] = [];
  #samples = 0;
  /** Number of the next frame, and once the audio has ended how many there will be. */
  #frame: number;
  #frames = Infinity;
  #pending: PendingSteps | undefined;
  #failure: unknown;

  constructor(manifest: NetworkManifest, layout: StepLayout, batcher: StepBatcher, options?: StreamOptions) {
    this.#manifest = manifest;
    this.#batcher = batcher;
    this.states = layout.states.map((state) => state.create());
    this.#reader = new FrameReader(layout, manifest);
    this.#decoder = new PoseDecoder({ ...options, voiceGate: manifest.voiceGate });
    this.#frame = -manifest.delayOutputs;
  }

  push(samples: Float32Array): void {
    this.#samples += samples.length;
    this.#features.push(samples, (step) => this.#steps.push(step));
  }

  tell(times: SpeechTimes): void {
    this.#decoder.tell(times);
  }

  async pull(): Promise<Float32Array[]> {
    if (this.#failure) throw this.#failure;
    if (this.#steps.length > 0) await this.#run(this.#steps.length);
    return this.#poses.splice(0);
  }

  /** The face after the end is that of silence. */
  flush(): void {
    const { outputsPerStep, delayOutputs } = this.#manifest;
    this.#frames = Math.ceil((this.#samples * outputsPerStep) / STEP_SAMPLES);
    const steps = this.#frames > 0 ? Math.ceil((this.#frames + delayOutputs) / outputsPerStep) : 0;
    this.push(new Float32Array(Math.max(0, steps * STEP_SAMPLES - this.#samples)));
  }

  reset(): void {
    this.#pending?.cancel();
    this.#features.reset();
    this.#reader.reset();
    this.#decoder.reset();
    for (const state of this.states) state.reset();
    this.#steps = [];
    this.#taken = 0;
    this.#poses = [];
    this.#samples = 0;
    this.#frame = -this.#manifest.delayOutputs;
    this.#frames = Infinity;
    this.#failure = undefined;
  }

  close(): void {
    this.#pending?.cancel();
    this.#steps = [];
    this.#poses = [];
  }

  nextStep(): Float32Array {
    return this.#steps[this.#taken]!;
  }

  takeStep(outputs: Tensors, row: number): void {
    this.#reader.begin(outputs, row, this.nextStep());
    for (let i = 0; i < this.#manifest.outputsPerStep; i++, this.#frame++) {
      if (this.#frame >= 0 && this.#frame < this.#frames) this.#poses.push(this.#decoder.push(this.#reader.read(i)));
    }
    this.#taken++;
  }

  async #run(steps: number): Promise<void> {
    this.#pending = this.#batcher.run(this, steps);
    try {
      await this.#pending.done;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#steps.splice(0, this.#taken);
    this.#taken = 0;
  }
}
