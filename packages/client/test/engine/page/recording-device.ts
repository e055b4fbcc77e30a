import type { AudioDevice } from '../../../src/index.js';

/** Posts every block it hears. */
const RECORDER = `
class Recorder extends AudioWorkletProcessor {
  process([input]) {
    const samples = input[0] ? input[0].slice() : new Float32Array(128);
    this.port.postMessage({ frame: currentFrame, samples });
    return true;
  }
}
registerProcessor('test-recorder', Recorder);
`;

/** A real audio context whose output is recorded sample by sample on its way to the speaker. */
export class RecordingDevice implements AudioDevice {
  readonly contexts: AudioContext[] = [];
  /** All that was heard, from the first sound on, silence included. */
  readonly heard: number[] = [];
  readonly #options: AudioContextOptions;
  #waiters: { test: (heard: number[]) => boolean; resolve: () => void }[] = [];

  constructor(options: AudioContextOptions = {}) {
    this.#options = options;
  }

  createContext(): AudioContext {
    const context = new AudioContext(this.#options);
    this.contexts.push(context);
    return context;
  }

  destination(context: AudioContext): AudioNode {
    const junction = context.createGain();
    junction.connect(context.destination);
    void this.#record(context, junction);
    return junction;
  }

  /** Resolves when what was heard passes `test`, asked at every block. */
  until(test: (heard: number[]) => boolean): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ test, resolve }));
  }

  async #record(context: AudioContext, source: AudioNode): Promise<void> {
    const url = URL.createObjectURL(new Blob([RECORDER], { type: 'text/javascript' }));
    const loaded = await context.audioWorklet.addModule(url).then(() => true, () => false);
    URL.revokeObjectURL(url);
    // Closed before it was ready: nothing to hear.
    if (!loaded) return;
    const node = new AudioWorkletNode(context, 'test-recorder', { numberOfOutputs: 1 });
    node.port.onmessage = ({ data }: MessageEvent<{ samples: Float32Array }>) => this.#take(data.samples);
    source.connect(node).connect(context.destination);
  }

  #take(samples: Float32Array): void {
    if (this.heard.length === 0 && samples.every((sample) => sample === 0)) return;
    for (const sample of samples) this.heard.push(sample);
    for (const waiter of this.#waiters.filter(({ test }) => test(this.heard))) waiter.resolve();
    this.#waiters = this.#waiters.filter(({ test }) => !test(this.heard));
  }
}
