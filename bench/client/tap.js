/** Hands on what it hears, eight blocks at a time, with the context's frame of the first sample and when each block was made. */
const TAP = `
const BLOCKS = 8;
class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(BLOCKS * 128);
    this.used = 0;
    this.madeMs = [];
  }
  process([input]) {
    if (this.used > 0 && currentFrame !== this.frame + this.used) this.tell();
    if (this.used === 0) this.frame = currentFrame;
    if (input[0]) this.samples.set(input[0], this.used);
    else this.samples.fill(0, this.used, this.used + 128);
    this.used += 128;
    this.madeMs.push(Date.now());
    if (this.used === this.samples.length) this.tell();
    return true;
  }
  tell() {
    this.port.postMessage({ frame: this.frame, samples: this.samples.slice(0, this.used), madeMs: this.madeMs });
    this.used = 0;
    this.madeMs = [];
  }
}
registerProcessor('bench-tap', Tap);
`;

/**
 * Firefox takes the output latency off both times of a timestamp, so that it cancels; it is put back on the page's. The context's
 * time stands from one buffer of the device to the next: every reading is kept, for the last of a step is the true one.
 */
const TAKES_BOTH = navigator.userAgent.includes('Firefox');

/** A real audio context; with `isHeard`, all of its sound is kept on its way to the speaker. */
export class TapDevice {
  /** Blocks in order, and readings of the output's clock: seconds of the context, milliseconds of the page. */
  blocks = [];
  stamps = [];
  stampsInSteps = TAKES_BOTH;
  #isHeard;

  #sampleRate;

  constructor(isHeard, sampleRate = 48_000) {
    this.#isHeard = isHeard;
    this.#sampleRate = sampleRate;
  }

  createContext() {
    this.context = new AudioContext({ latencyHint: 'interactive', sampleRate: this.#sampleRate });
    return this.context;
  }

  destination(context) {
    const junction = context.createGain();
    junction.connect(context.destination);
    if (this.#isHeard) this.ready = this.#listen(context, junction);
    return junction;
  }

  readClock() {
    const { contextTime, performanceTime } = this.context.getOutputTimestamp();
    if (contextTime === 0 || (!TAKES_BOTH && this.stamps.at(-1)?.[0] === contextTime)) return;
    this.stamps.push([contextTime, TAKES_BOTH ? performanceTime + this.context.outputLatency * 1000 : performanceTime]);
  }

  async #listen(context, source) {
    const url = URL.createObjectURL(new Blob([TAP], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    const node = new AudioWorkletNode(context, 'bench-tap', { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => this.blocks.push(data);
    source.connect(node);
  }
}
