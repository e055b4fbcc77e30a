import { MotionInputError } from './error.js';

/** Mono 16-bit PCM. */
export interface Pcm {
  readonly sampleRate: number;
  readonly samples: Int16Array;
}

const MAX_CHANNELS = 8;
/** Bytes before the samples, in the files that we write. */
const HEAD = 44;
const FORMAT_PCM = 1;
const FORMAT_EXTENSIBLE = 0xfffe;

/**
 * Reads a RIFF WAVE file of 16-bit PCM, any sample rate, up to 8 channels (mixed down). Throws `invalidWav` for
 * anything else. A data chunk that claims more than the file holds, as streaming writers leave it, ends with the file.
 */
export function parseWav(bytes: Uint8Array): Pcm {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') fail('this is not a WAV file');
  let format: { channels: number; sampleRate: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (tag(view, at) === 'fmt ') format = readFormat(view, at + 8, size);
    if (tag(view, at) === 'data') {
      if (!format) fail('the WAV file has samples before their format');
      return { sampleRate: format.sampleRate, samples: mixDown(view, at + 8, Math.min(size, bytes.length - at - 8), format.channels) };
    }
    at += 8 + size + (size & 1);
  }
  return fail('the WAV file holds no samples');
}

/** Writes samples as a RIFF WAVE file. */
export function formatWav({ sampleRate, samples }: Pcm): Uint8Array {
  const bytes = new Uint8Array(HEAD + samples.byteLength);
  const view = new DataView(bytes.buffer);
  const put = (at: number, text: string): void => bytes.set(Uint8Array.from(text, (letter) => letter.charCodeAt(0)), at);
  put(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  put(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT_PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  put(36, 'data');
  view.setUint32(40, samples.byteLength, true);
  for (const [i, sample] of samples.entries()) view.setInt16(HEAD + 2 * i, sample, true);
  return bytes;
}

function readFormat(view: DataView, at: number, size: number): { channels: number; sampleRate: number } {
  if (size < 16 || at + 16 > view.byteLength) fail('the WAV file is cut short');
  const kind = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const bits = view.getUint16(at + 14, true);
  if ((kind !== FORMAT_PCM && kind !== FORMAT_EXTENSIBLE) || bits !== 16) fail('only 16-bit PCM WAV files can be read; convert it first');
  if (channels < 1 || channels > MAX_CHANNELS) fail(`a WAV file of ${channels} channels cannot be read; give at most ${MAX_CHANNELS}`);
  return { channels, sampleRate: view.getUint32(at + 4, true) };
}

function mixDown(view: DataView, at: number, size: number, channels: number): Int16Array {
  const samples = new Int16Array(Math.floor(size / (2 * channels)));
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += view.getInt16(at + 2 * (i * channels + channel), true);
    samples[i] = Math.round(sum / channels);
  }
  return samples;
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function fail(message: string): never {
  throw new MotionInputError('invalidWav', message);
}
