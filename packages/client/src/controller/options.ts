import type { AudioForm, AudioOutput, CreateOpusDecoder } from '../audio/index.js';
import type { MicrophoneDevice } from '../microphone/index.js';
import type { LoadSpeechModel } from '../stand-in/index.js';
import type { Timer } from '../timeline/index.js';
import type { ConnectionState } from '../transport/index.js';

export type ControllerLog = (kind: 'error' | 'warning' | 'info', message: string) => void;

/** Whether an utterance's motion is shown (`mono`), or idle life alone. */
export type AnimationState = 'idle' | 'mono';

export interface AvatarControllerOptions {
  /** How audio bytes without an envelope are read. Default 16 kHz PCM. */
  readonly audioFormat?: AudioForm;
  /** Default: an AudioWorklet on a context of its own. */
  readonly output?: AudioOutput;
  /** Default: WebCodecs, else WebAssembly. */
  readonly createDecoder?: CreateOpusDecoder;
  readonly timer?: Timer;
  /** Default: the browser's, with echo cancellation. */
  readonly microphone?: MicrophoneDevice;
  /** Moves the mouth where motion is missing. Default: the signal model, loaded when it is needed first. */
  readonly loadStandIn?: LoadSpeechModel;
  /** The same seed gives the same idle life. Default 1. */
  readonly seed?: number;
  /** Told what goes wrong and how the connection fares. Default: nobody. */
  readonly log?: ControllerLog;
  /** Names conversations. Default: random UUIDs. */
  readonly createId?: () => string;
}

/** Figures for a panel. */
export interface ControllerStats {
  readonly connectionState: ConnectionState;
  /** Received over the last two seconds, by transport and by the yield methods. */
  readonly bytesPerSecond: number;
  /** Time of the last pose less the time the device says was heard then, in milliseconds; undefined in silence. */
  readonly avOffsetMs: number | undefined;
  /** What this connection has taught to wait before sound starts, beyond the 60 ms that must be there: 0..180 ms. */
  readonly startDelayMs: number;
  readonly bufferedAudioMs: number;
  readonly bufferedMotionMs: number;
}

/** Of the microphone's Opus, bits a second: the documented default. */
export const DEFAULT_MIC_BITRATE = 48_000;

export const DEFAULT_AUDIO_FORM: AudioForm = { sampleRate: 16_000, inputAudioFormat: 'pcm' };
