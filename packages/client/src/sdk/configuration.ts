import { VisavisError } from '@visavis/protocol/errors';
import { INGRESS_SAMPLE_RATES } from '@visavis/protocol/ingress';
import type { AudioForm } from '../audio/index.js';
import { QUALITY_NAMES, type RenderQuality } from '../look/index.js';

export type DrivingServiceMode = 'direct' | 'backend' | 'rtc';
export type LogLevel = 'off' | 'error' | 'warning' | 'all';

/** What an application may set; everything has a default. */
export interface Configuration {
  /** Kept for code that names one; a self-hosted stack has no regions. */
  readonly region: string;
  /** Only `backend`, the default: the application's backend sends audio and motion. The others are refused. */
  readonly drivingServiceMode: DrivingServiceMode;
  /** What goes to the console. Default `off`. */
  readonly logLevel: LogLevel;
  /** How audio bytes without an envelope are read. Default mono 16 kHz PCM. */
  readonly audioFormat: AudioForm & {
    readonly channelCount: 1;
    /** The microphone is sent as Opus where the browser has an encoder, else as PCM. Default true. */
    readonly opusUplinkEnabled: boolean;
    /** Of the microphone's Opus, bits a second, 6,000..128,000. Default 48,000. */
    readonly opusBitrate: number;
  };
  /** Folder that holds one folder per avatar id. Default: the manager's own. */
  readonly customEndpoint: string | undefined;
  readonly renderQuality: RenderQuality;
}

export interface ConfigurationInput extends Partial<Omit<Configuration, 'audioFormat' | 'renderQuality'>> {
  readonly audioFormat?: Partial<Configuration['audioFormat']>;
  /** `standard` is what other SDKs call `medium`. */
  readonly renderQuality?: RenderQuality | 'standard';
}

const MODES: readonly DrivingServiceMode[] = ['direct', 'backend', 'rtc'];
const LEVELS: readonly LogLevel[] = ['off', 'error', 'warning', 'all'];
const QUALITIES: readonly RenderQuality[] = [...QUALITY_NAMES, 'auto'];

/** Fills in defaults. Throws `invalidConfiguration` that names the field and what it may be. */
export function configure(input: ConfigurationInput): Configuration {
  const drivingServiceMode = oneOf('drivingServiceMode', input.drivingServiceMode ?? 'backend', MODES);
  if (drivingServiceMode === 'rtc') throw invalid('drivingServiceMode "rtc" is not offered; use "backend" and connect a Transport');
  if (drivingServiceMode === 'direct') {
    throw invalid('drivingServiceMode "direct" would put a session token in the page; use "backend" and connect a WebSocketTransport to your backend');
  }
  return {
    region: input.region ?? 'auto',
    drivingServiceMode,
    logLevel: oneOf('logLevel', input.logLevel ?? 'off', LEVELS),
    audioFormat: audioFormat(input.audioFormat ?? {}),
    customEndpoint: input.customEndpoint,
    renderQuality: oneOf('renderQuality', input.renderQuality === 'standard' ? 'medium' : input.renderQuality ?? 'ultra', QUALITIES),
  };
}

function audioFormat({
  channelCount = 1, sampleRate = 16_000, inputAudioFormat = 'pcm', opusUplinkEnabled = true, opusBitrate = 48_000,
}: Partial<Configuration['audioFormat']>): Configuration['audioFormat'] {
  if (channelCount !== 1) throw invalid('audioFormat.channelCount must be 1');
  if (!INGRESS_SAMPLE_RATES.includes(sampleRate)) throw invalid(`audioFormat.sampleRate must be one of ${INGRESS_SAMPLE_RATES.join(', ')}`);
  if (!(opusBitrate >= 6_000 && opusBitrate <= 128_000)) throw invalid('audioFormat.opusBitrate must be within 6000..128000');
  const form = oneOf('audioFormat.inputAudioFormat', inputAudioFormat, ['pcm', 'opus'] as const);
  return { channelCount, sampleRate, inputAudioFormat: form, opusUplinkEnabled, opusBitrate };
}

function oneOf<T extends string>(name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw invalid(`${name} must be one of ${choices.join(', ')}, got ${JSON.stringify(value)}`);
}

function invalid(message: string): VisavisError {
  return new VisavisError('invalidConfiguration', message);
}
