import { WorkerQueue, type QueueWorker } from '../work/worker-queue.js';
import type { Speaker, Speech, Voice, VoiceEngine } from './speech.js';

/** What the worker of an engine is asked for. */
export interface SpokenText {
  readonly text: string;
  readonly voice: string;
  /** Factor. */
  readonly speed: number;
}

/** Voices of one engine in a worker thread, which is asked for one clause at a time. */
export class WorkerVoices<Name extends string> implements VoiceEngine<Name> {
  readonly #sampleRate: number;
  readonly #queue: WorkerQueue<SpokenText, Speech>;

  constructor(sampleRate: number, start: () => QueueWorker) {
    this.#sampleRate = sampleRate;
    this.#queue = new WorkerQueue('the voice', start);
  }

  speaker(voice: Name, speed = 1): Speaker {
    return { sampleRate: this.#sampleRate, synthesise: (text, signal) => this.#queue.ask({ text, voice, speed }, signal) };
  }

  /** One voice that disposes of the engine with itself. */
  voice(name: Name, speed?: number): Voice {
    return { ...this.speaker(name, speed), dispose: () => this.dispose() };
  }

  dispose(): Promise<void> {
    return this.#queue.dispose();
  }
}
