/**
 * As much of Web Audio as an AudioWorklet and its node need, so that a package made for browsers runs here unchanged: both
 * sides' own code, 128 samples at a time at 48 kHz. Messages between them arrive at once, which no browser betters.
 */
export const CONTEXT_RATE = 48_000;
const QUANTUM = 128;

interface Port {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(data: unknown): void;
}

interface Processor {
  readonly port: Port;
  process(inputs: Float32Array[][], outputs: Float32Array[][], parameters: Record<string, Float32Array>): boolean;
}

interface ProcessorClass {
  readonly parameterDescriptors?: readonly { name: string; defaultValue?: number }[];
  new (options: unknown): Processor;
}

interface WorkletGlobals {
  sampleRate: number;
  currentTime: number;
  AudioWorkletProcessor: unknown;
  AudioWorkletNode: unknown;
  registerProcessor(name: string, processor: ProcessorClass): void;
}

const globals = globalThis as unknown as WorkletGlobals;
const registry = new Map<string, ProcessorClass>();
/** The port the processor under construction is to have. */
let nextPort: Port | undefined;
const processors = new WeakMap<object, Processor>();

/** Puts the names of an AudioWorklet's global scope, and AudioWorkletNode, where the packages look for them. */
export function installWorklets(): void {
  globals.sampleRate = CONTEXT_RATE;
  globals.currentTime = 0;
  globals.registerProcessor = (name, processor) => { registry.set(name, processor); };
  globals.AudioWorkletProcessor = class {
    readonly port = nextPort!;
  };
  globals.AudioWorkletNode = class {
    readonly port: Port;
    readonly context = { sampleRate: CONTEXT_RATE };
    constructor(_context: unknown, name: string, options: object) {
      const [ours, theirs] = channel();
      this.port = ours;
      nextPort = theirs;
      const processor = registry.get(name);
      if (!processor) throw new Error(`no processor ${name} is registered`);
      processors.set(this, new processor({ ...options }));
    }
  };
}

function channel(): [Port, Port] {
  const make = (other: () => Port): Port => ({ onmessage: null, postMessage: (data) => other().onmessage?.({ data }) });
  const ours: Port = make(() => theirs);
  const theirs: Port = make(() => ours);
  return [ours, theirs];
}

export interface Playback {
  readonly ticksPerSecond: number;
  /** How much later than the node a listener gets the sound. */
  readonly audioDelayMs: number;
}

/**
 * Plays mono samples of CONTEXT_RATE into a node made after `installWorklets`, and calls `onTick(k)` when a listener hears
 * what is at k / ticksPerSecond seconds: what a page's animation loop sees that runs in step with the sound. Silence follows.
 */
export function playInto(node: object, samples: Float32Array, { ticksPerSecond, audioDelayMs }: Playback, onTick: (tick: number) => void): void {
  const processor = processors.get(node)!;
  const descriptors = (processor.constructor as unknown as ProcessorClass).parameterDescriptors ?? [];
  const parameters = Object.fromEntries(descriptors.map(({ name, defaultValue = 0 }) => [name, Float32Array.of(defaultValue)]));
  const ticks = Math.ceil((samples.length * ticksPerSecond) / CONTEXT_RATE);
  const quantum = new Float32Array(QUANTUM);
  let at = 0;
  for (let tick = 0; tick < ticks; tick++) {
    const heard = (tick / ticksPerSecond + audioDelayMs / 1000) * CONTEXT_RATE;
    for (; at + QUANTUM <= heard; at += QUANTUM) {
      quantum.fill(0);
      quantum.set(samples.subarray(at, at + QUANTUM));
      globals.currentTime = at / CONTEXT_RATE;
      processor.process([[quantum]], [], parameters);
    }
    onTick(tick);
  }
}
