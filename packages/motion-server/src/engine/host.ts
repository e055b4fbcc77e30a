import { MotionEngine, type MotionEngineOptions, type MotionFrame, type MotionModel, type SpeechTimes } from '@visavis/motion';

export type EngineOptions = Required<Omit<MotionEngineOptions, 'model'>>;

/** One utterance through an engine, wherever that runs: what MotionEngine promises, with one call at a time. */
export interface RemoteEngine {
  /** More of what is known of the utterance, checked as MotionEngine does; what is pushed next may hang on it. */
  tell(times: SpeechTimes): void;
  /**
   * Takes the next samples, which nobody changes afterwards; gives the frames that became ready. Rejects with
   * MotionInputError where the options or samples are not usable, or with what failed. Resolves to [] after `close`.
   */
  push(samples: Float32Array): Promise<MotionFrame[]>;
  /** Ends the audio; gives the frames left. */
  finish(): Promise<MotionFrame[]>;
  /** Frees it. */
  close(): void;
}

/** A session's place: its engines run together. */
export interface EngineSeat {
  open(options: EngineOptions): RemoteEngine;
  /** Gives the place back; engines that are open go on. */
  leave(): void;
}

/** Where engines run. */
export interface EngineHost {
  /** Id of the model that they run. */
  readonly modelId: string;
  join(): EngineSeat;
  /** Frees everything; engines still open fail. */
  dispose(): Promise<void>;
}

/** Engines in this thread, of one model. The model is freed with the host where it is the host's own. */
export function createLocalHost(model: MotionModel, ownsModel: boolean): EngineHost {
  const seat: EngineSeat = { open: (options) => new LocalEngine(new MotionEngine({ model, ...options })), leave: () => undefined };
  return { modelId: model.id, join: () => seat, dispose: async () => { if (ownsModel) await model.dispose(); } };
}

class LocalEngine implements RemoteEngine {
  readonly #engine: MotionEngine;

  constructor(engine: MotionEngine) {
    this.#engine = engine;
  }

  tell(times: SpeechTimes): void {
    this.#engine.tell(times);
  }

  async push(samples: Float32Array): Promise<MotionFrame[]> {
    this.#engine.push(samples);
    return this.#engine.pull();
  }

  async finish(): Promise<MotionFrame[]> {
    this.#engine.flush();
    return this.#engine.pull();
  }

  close(): void {
    this.#engine.close();
  }
}
