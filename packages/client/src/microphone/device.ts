import { VisavisError } from '@visavis/protocol/errors';
import { CAPTURE_SOURCE } from './capture-source.js';

/** Sound that is being captured. */
export interface Capture {
  readonly sampleRate: number;
  /** Mono samples in [-1, 1], in order, 20 ms at a time. */
  onSamples: ((samples: Float32Array) => void) | undefined;
  /** The device went away, or the user took it back. */
  onEnded: (() => void) | undefined;
  /** Gives the device back. */
  stop(): void;
}

/** Where microphones come from; injected so that tests need none. */
export interface MicrophoneDevice {
  /** Asks the user where that is needed. Rejects with `microphoneDenied` or `microphoneUnavailable`. */
  open(): Promise<Capture>;
}

/** Which microphone is opened. */
export interface MicrophoneChoice {
  /** As `enumerateDevices` names it; the browser's default where it is not given. */
  readonly deviceId?: string | undefined;
}

/** The user's voice, not what the avatar says: the browser cancels the echo of its own output. */
const CONSTRAINTS: MediaTrackConstraints = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** What `getUserMedia` calls a refusal, by the user or by the page's policy. */
const REFUSALS = new Set(['NotAllowedError', 'SecurityError', 'PermissionDeniedError']);

/** The browser's default microphone, with echo cancellation. */
export const BROWSER_MICROPHONE: MicrophoneDevice = { open: () => openMicrophone() };

/** Opens a microphone with echo cancellation, asking the user where that is needed. Rejects as `MicrophoneDevice.open` does. */
export async function openMicrophone(choice: MicrophoneChoice = {}): Promise<Capture> {
  const stream = await askUser(choice);
  try {
    return await BrowserCapture.of(stream);
  } catch (cause) {
    for (const track of stream.getTracks()) track.stop();
    throw new VisavisError('microphoneUnavailable', 'the capturing worklet does not load; let the page’s policy allow blob: scripts', { cause });
  }
}

async function askUser({ deviceId }: MicrophoneChoice): Promise<MediaStream> {
  const { mediaDevices } = navigator as Partial<Navigator>;
  if (!mediaDevices) throw new VisavisError('microphoneUnavailable', 'this page may not use microphones; serve it over https');
  try {
    return await mediaDevices.getUserMedia({ audio: deviceId === undefined ? CONSTRAINTS : { ...CONSTRAINTS, deviceId: { exact: deviceId } } });
  } catch (cause) {
    if (REFUSALS.has((cause as Partial<Error>).name ?? '')) {
      throw new VisavisError('microphoneDenied', 'the microphone was refused; the user can allow it in the browser’s settings for this page', { cause });
    }
    throw new VisavisError('microphoneUnavailable', 'no microphone can be opened; check that one is there and no other program holds it', { cause });
  }
}

class BrowserCapture implements Capture {
  onSamples: ((samples: Float32Array) => void) | undefined;
  onEnded: (() => void) | undefined;
  readonly #stream: MediaStream;
  readonly #context: AudioContext;
  readonly #nodes: readonly [MediaStreamAudioSourceNode, AudioWorkletNode];

  private constructor(stream: MediaStream, context: AudioContext) {
    this.#stream = stream;
    this.#context = context;
    const node = new AudioWorkletNode(context, 'visavis-microphone', { numberOfInputs: 1, outputChannelCount: [1], channelCount: 1, channelCountMode: 'explicit' });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => this.onSamples?.(data);
    this.#nodes = [context.createMediaStreamSource(stream), node];
    // Its own output is silence; some browsers run no node that leads nowhere.
    this.#nodes[0].connect(node).connect(context.destination);
    for (const track of stream.getAudioTracks()) track.onended = () => this.onEnded?.();
  }

  /** `stream`, captured. Where that fails nothing is left but the stream. */
  static async of(stream: MediaStream): Promise<BrowserCapture> {
    const context = new AudioContext({ latencyHint: 'interactive' });
    const url = URL.createObjectURL(new Blob([CAPTURE_SOURCE], { type: 'text/javascript' }));
    try {
      await context.audioWorklet.addModule(url);
      void context.resume();
      return new BrowserCapture(stream, context);
    } catch (error) {
      await context.close();
      throw error;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  get sampleRate(): number {
    return this.#context.sampleRate;
  }

  stop(): void {
    if (this.#context.state === 'closed') return;
    this.onSamples = this.onEnded = undefined;
    const [source, node] = this.#nodes;
    node.port.onmessage = null;
    node.port.postMessage('dispose');
    source.disconnect();
    node.disconnect();
    for (const track of this.#stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
    void this.#context.close();
  }
}
