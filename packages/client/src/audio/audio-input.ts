import { decodeResponse, type EncodedAudio, type ServerResponseAnimation } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';

/** Audio of one utterance in a form that can be played. */
export type AudioInput =
  | { readonly kind: 'pcm'; readonly bytes: Uint8Array; readonly sampleRate: number }
  | { readonly kind: 'opus'; readonly audio: EncodedAudio }
  /** One bare Opus packet, the next in order, or a piece of an Ogg Opus stream cut anywhere: the utterance's first bytes tell. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** What `yieldAudioData` was handed. */
export type ReceivedAudio = AudioInput | { readonly kind: 'envelope'; readonly response: ServerResponseAnimation };

/** How bytes without an envelope are read, and the microphone is sent: the documented `AudioFormat`. */
export interface AudioForm {
  readonly sampleRate: number;
  readonly inputAudioFormat: 'pcm' | 'opus';
  /** The microphone is sent as Opus where the browser has an encoder. Default true. */
  readonly opusUplinkEnabled?: boolean;
  /** Of the microphone's Opus, bits a second. Default 48,000. */
  readonly opusBitrate?: number;
}

/**
 * Tells what audio bytes are. An envelope must begin as every sender writes it (type 5, then one body that fills the
 * rest exactly) and decode: PCM passes that by accident less than once in 2^40 chunks.
 */
export function readAudio(bytes: Uint8Array, form: AudioForm): ReceivedAudio {
  const response = looksLikeEnvelope(bytes) ? decodeResponse(bytes) : undefined;
  if (response) return { kind: 'envelope', response };
  if (form.inputAudioFormat === 'pcm') return { kind: 'pcm', bytes, sampleRate: form.sampleRate };
  return { kind: 'bytes', bytes };
}

/** The animation message in `bytes`. Throws `invalidAnimationData` where they are anything else. */
export function readResponse(bytes: Uint8Array): ServerResponseAnimation {
  const response = decodeResponse(bytes);
  if (!response) throw new VisavisError('invalidAnimationData', 'these bytes are no animation message; hand on what the Motion Server sent, unchanged');
  return response;
}

/** Field 1 (type) = 5, then field 6 with a length that reaches the last byte. */
function looksLikeEnvelope(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x08 || bytes[1] !== 0x05 || bytes[2] !== 0x32) return false;
  let length = 0;
  for (let i = 3; i < Math.min(bytes.length, 8); i++) {
    length += (bytes[i]! & 0x7f) * 2 ** (7 * (i - 3));
    if (bytes[i]! < 0x80) return i + 1 + length === bytes.length;
  }
  return false;
}
