import { VisavisError } from '@visavis/protocol/errors';
import { SYSTEM_TIMER, type Timer } from '../timeline/index.js';
import type { AudioOutput, AudioState } from './output.js';
import { OutputTime } from './output-time.js';
import type { ToWorklet, WorkletReport } from './worklet-messages.js';
import { WORKLET_SOURCE } from './worklet-source.js';
import { WorkletStream } from './worklet-stream.js';

/** How long a context may take to start before it counts as locked; and where the browser says that it may (Firefox), for its device is slow. */
const LOCK_PATIENCE_MS = 400;
const DEVICE_PATIENCE_MS = 3_000;
/** Time constant of a change of volume, in seconds: a step of gain would click. */
const VOLUME_RAMP_S = 0.005;

/** The browser's audio device, injected so that tests can listen. */
export interface AudioDevice {
  createContext(): AudioContext;
  /** The node to play into. Default: the context's destination. */
  destination?(context: AudioContext): AudioNode;
}

export const BROWSER_AUDIO: AudioDevice = {
  createContext: () => new AudioContext({ latencyHint: 'interactive' }),
};

/** A context with its player, once the worklet is loaded. */
interface Engine {
  readonly context: AudioContext;
  readonly gain: GainNode;
  readonly time: OutputTime;
  node: AudioWorkletNode | undefined;
}

/**
 * Plays through an AudioWorklet. One context for its whole life, made on first use and closed by `dispose`.
 * What is written before the worklet has loaded waits for it; whoever writes bounds that by `aheadMs`.
 */
export class WorkletOutput implements AudioOutput {
  onState: ((state: AudioState) => void) | undefined;
  onError: ((error: VisavisError) => void) | undefined;
  readonly #device: AudioDevice;
  readonly #timer: Timer;
  readonly #streams = new Map<number, WorkletStream>();
  readonly #waiting: { message: ToWorklet; transfer: Transferable[] }[] = [];
  #engine: Engine | undefined;
  #state: AudioState = 'uninitialized';
  #volume = 1;
  #muted = false;
  #nextStream = 1;

  constructor(device: AudioDevice = BROWSER_AUDIO, timer: Timer = SYSTEM_TIMER) {
    this.#device = device;
    this.#timer = timer;
  }

  get state(): AudioState {
    return this.#state;
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Number.isFinite(volume) ? Math.min(1, Math.max(0, volume)) : this.#volume;
    this.#applyVolume();
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#applyVolume();
  }

  async unlock(): Promise<AudioState> {
    if (this.#state === 'failed') this.#setState('uninitialized');
    const engine = this.#ensureEngine();
    if (!engine) return this.#state;
    // Waits for no longer than a gesture takes to count: a locked context never settles `resume`.
    await Promise.race([engine.context.resume().catch(() => undefined), this.#patience()]);
    this.#readState();
    return this.#state;
  }

  open(): WorkletStream | undefined {
    const engine = this.#ensureEngine();
    if (!engine) return undefined;
    if (engine.context.state !== 'running') void this.unlock().then((state) => this.#tellLock(state));
    const id = this.#nextStream++;
    const stream = new WorkletStream(id, engine.context.sampleRate, engine.time, (message, transfer) => this.#post(message, transfer));
    this.#streams.set(id, stream);
    return stream;
  }

  async dispose(): Promise<void> {
    if (this.#state === 'closed') return;
    const engine = this.#engine;
    this.#engine = undefined;
    this.#streams.clear();
    this.#waiting.length = 0;
    this.#setState('closed');
    if (!engine) return;
    engine.context.onstatechange = null;
    engine.node?.port.postMessage({ type: 'dispose' });
    engine.node?.disconnect();
    engine.gain.disconnect();
    await engine.context.close();
  }

  #ensureEngine(): Engine | undefined {
    if (this.#engine || this.#state === 'closed' || this.#state === 'failed') return this.#engine;
    try {
      const context = this.#device.createContext();
      const gain = context.createGain();
      gain.connect(this.#device.destination?.(context) ?? context.destination);
      context.onstatechange = () => this.#readState();
      this.#engine = { context, gain, time: new OutputTime(context, () => this.#timer.now()), node: undefined };
      gain.gain.value = this.#muted ? 0 : this.#volume;
      void this.#loadWorklet(this.#engine);
    } catch (cause) {
      this.#fail('this browser gives no audio output; update it, or check that a sound device is there', cause);
    }
    return this.#engine;
  }

  async #loadWorklet(engine: Engine): Promise<void> {
    const url = URL.createObjectURL(new Blob([WORKLET_SOURCE], { type: 'text/javascript' }));
    try {
      await engine.context.audioWorklet.addModule(url);
      if (this.#engine !== engine) return;
      const node = new AudioWorkletNode(engine.context, 'visavis-player', { numberOfInputs: 0, outputChannelCount: [1] });
      node.port.onmessage = ({ data }: MessageEvent<WorkletReport>) => this.#streams.get(data.stream)?.handleReport(data);
      node.connect(engine.gain);
      engine.node = node;
      for (const { message, transfer } of this.#waiting.splice(0)) node.port.postMessage(message, transfer);
    } catch (cause) {
      if (this.#engine === engine) this.#fail('the audio worklet does not load; serve the page over https and let its policy allow blob: scripts', cause);
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  #post(message: ToWorklet, transfer: Transferable[] = []): void {
    if (message.type === 'cut') this.#streams.delete(message.stream);
    const engine = this.#engine;
    if (engine?.node) engine.node.port.postMessage(message, transfer);
    else if (engine) this.#waiting.push({ message, transfer });
  }

  #applyVolume(): void {
    const engine = this.#engine;
    engine?.gain.gain.setTargetAtTime(this.#muted ? 0 : this.#volume, engine.context.currentTime, VOLUME_RAMP_S);
  }

  #patience(): Promise<void> {
    return new Promise((resolve) => this.#timer.after(mayPlay() ? DEVICE_PATIENCE_MS : LOCK_PATIENCE_MS, resolve));
  }

  #readState(): void {
    const engine = this.#engine;
    if (engine && this.#state !== 'failed') this.#setState(engine.context.state === 'running' ? 'running' : 'locked');
  }

  #tellLock(state: AudioState): void {
    if (state !== 'locked') return;
    this.onError?.(new VisavisError('playbackStartFailed', 'sound is locked until the user taps the page; use unlockOnGesture, or call initializeAudioContext in a gesture'));
  }

  #setState(state: AudioState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.onState?.(state);
  }

  #fail(message: string, cause: unknown): void {
    void this.#engine?.context.close().catch(() => undefined);
    this.#engine = undefined;
    this.#setState('failed');
    this.onError?.(new VisavisError('playbackInitFailed', message, { cause }));
  }
}

function mayPlay(): boolean {
  const { getAutoplayPolicy } = navigator as { getAutoplayPolicy?: (type: string) => string };
  return getAutoplayPolicy?.call(navigator, 'audiocontext') === 'allowed';
}
