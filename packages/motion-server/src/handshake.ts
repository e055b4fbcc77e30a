import { VisavisError } from '@visavis/protocol/errors';
import {
  AudioFormat, CAPABILITIES_PARAM, decodeEnvelope, FPS_PARAM, formatCapabilities, INGRESS_SAMPLE_RATES, OPUS_SAMPLE_RATES,
  parseCapabilities, parseFps, type Capability, type ClientConfigureSession,
} from '@visavis/protocol/ingress';
import { readEgress, type EgressTarget } from './egress/target.js';
import { refusal } from './refusal.js';

/** What a session agreed on. */
export interface SessionForm {
  /** Of the audio that comes in, Hz. */
  readonly sampleRate: number;
  readonly audioFormat: AudioFormat;
  readonly fps: number;
  readonly capabilities: ReadonlySet<Capability>;
  /** The room to speak into, in place of answering. */
  readonly egress: EgressTarget | undefined;
  /** What the confirmation says was granted: only what was asked for. */
  readonly granted: Readonly<Record<string, string>>;
}

/** The first message of a session. Throws `protocolError`, worded as SDKs expect, where it is anything else. */
export function readConfigure(bytes: Uint8Array, isBinary: boolean): ClientConfigureSession {
  const envelope = isBinary ? decodeFirst(bytes) : undefined;
  if (envelope?.case === 'clientConfigureSession') return envelope.value;
  throw protocolError(`expected ClientConfigureSession message, got ${envelope?.case ?? 'text'}`);
}

function decodeFirst(bytes: Uint8Array): ReturnType<typeof decodeEnvelope> {
  try {
    return decodeEnvelope(bytes);
  } catch (cause) {
    throw protocolError(`failed to unmarshal initial message: ${VisavisError.from(cause, 'protocolError').message}`);
  }
}

function protocolError(message: string): VisavisError {
  return refusal('protocolError', message, 'send one binary ClientConfigureSession first');
}

/** What can be done of what was asked; `mayPublish`: whether there is something to publish with. Throws `egressUnavailable`, `invalidEgressConfig`, `invalidRequest` or `unsupportedSampleRate`. */
export function agree(configure: ClientConfigureSession, mayPublish: boolean): SessionForm {
  const { sampleRate, audioFormat, extraParams } = configure;
  checkAudio(audioFormat, sampleRate);
  const egress = readEgress(configure, mayPublish);
  // Nothing comes back from a session that is published, so there is nothing to grant for it.
  const capabilities = egress ? new Set<Capability>() : parseCapabilities(extraParams[CAPABILITIES_PARAM]);
  const fps = parseFps(extraParams[FPS_PARAM]);
  return { sampleRate, audioFormat, fps, capabilities, egress, granted: grantedOf(extraParams, capabilities, fps) };
}

function checkAudio(audioFormat: AudioFormat, sampleRate: number): void {
  if (audioFormat !== AudioFormat.PCM_S16LE && audioFormat !== AudioFormat.OGG_OPUS) {
    throw refusal('invalidRequest', `unknown audio format ${audioFormat}`, 'use 0 (PCM) or 1 (Ogg Opus)', { fatal: true });
  }
  const rates = audioFormat === AudioFormat.PCM_S16LE ? INGRESS_SAMPLE_RATES : OPUS_SAMPLE_RATES;
  if (rates.includes(sampleRate)) return;
  throw refusal('unsupportedSampleRate', `unsupported sample rate: ${sampleRate}`, `use one of ${rates.join(', ')} Hz`);
}

function grantedOf(asked: Readonly<Record<string, string>>, capabilities: ReadonlySet<Capability>, fps: number): Record<string, string> {
  return {
    ...(CAPABILITIES_PARAM in asked && { [CAPABILITIES_PARAM]: formatCapabilities(capabilities) }),
    ...(FPS_PARAM in asked && { [FPS_PARAM]: String(fps) }),
  };
}
