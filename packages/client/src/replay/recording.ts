import { VisavisError } from '@visavis/protocol/errors';

/** What a session's socket did, at `ms` from the start of the recording. Bytes are whole WebSocket messages. */
export type SessionRecord =
  /** The client began to connect; everything after it, until the next, is of that connection. */
  | { readonly ms: number; readonly kind: 'connect' | 'open' }
  /** To the client, and from it. */
  | { readonly ms: number; readonly kind: 'in' | 'out'; readonly bytes: Uint8Array }
  /** The other side or the network ended the connection. */
  | { readonly ms: number; readonly kind: 'close'; readonly code: number; readonly reason: string }
  /** The client left. */
  | { readonly ms: number; readonly kind: 'leave' }
  /** The recorder's last word, and why it stopped: `asked`, `maxBytes` or `maxMs`. */
  | { readonly ms: number; readonly kind: 'stop'; readonly reason: string };

export interface Recording {
  /** When it began, ISO 8601; '' where that is not known. */
  readonly startedAt: string;
  /** In order; times do not go back. */
  readonly records: readonly SessionRecord[];
  /** Why the file could not be read to its end, in a sentence; undefined where it could. */
  readonly damage: string | undefined;
}

const FORMAT = 'visavis-recording';
const VERSION = 1;
/** Longest recording; later records count as damage. */
export const MAX_RECORDING_MS = 4 * 3_600_000;
/** Largest file that is read: more than the recorder's own bound. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** A line of the file, as bytes. The format: docs/recording.md. */
export function encodeHeader(startedAt: string): Uint8Array {
  return line({ format: FORMAT, version: VERSION, startedAt });
}

export function encodeRecord(record: SessionRecord): Uint8Array {
  if (!('bytes' in record)) return line(record);
  return line({ ms: record.ms, kind: record.kind, data: toBase64(record.bytes) });
}

/**
 * Reads a recording, as far as it is whole: a file that was cut off gives everything before the cut, and says so in
 * `damage`. Records of an unknown kind are passed over. Throws `invalidRecording` where it is no recording at all, is of
 * a later version, or is larger than 256 MiB.
 */
export function parseRecording(file: Uint8Array): Recording {
  if (file.length > MAX_FILE_BYTES) throw invalid('it is larger than 256 MiB; record a shorter session');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const { startedAt, end } = readHeader(file, decoder);
  const records: SessionRecord[] = [];
  let number = 1;
  let lastMs = 0;
  for (let at = end; at < file.length; number++) {
    const feed = file.indexOf(LINE_FEED, at);
    if (feed < 0) return { startedAt, records, damage: `the file is cut off in line ${number + 1}; what comes before it is whole` };
    const record = readRecord(file.subarray(at, feed), decoder, lastMs);
    if (record === 'damaged') return { startedAt, records, damage: `line ${number + 1} is damaged; it and what follows are left out` };
    if (record) {
      records.push(record);
      lastMs = record.ms;
    }
    at = feed + 1;
  }
  return { startedAt, records, damage: undefined };
}

function readHeader(file: Uint8Array, decoder: TextDecoder): { startedAt: string; end: number } {
  const end = file.indexOf(LINE_FEED) + 1;
  const header = end > 0 && end < 4_096 ? toObject(file.subarray(0, end), decoder) : undefined;
  if (header?.['format'] !== FORMAT) throw invalid('it does not begin as a recording does; give a file that "visavis record" or a SessionRecorder wrote');
  if (header['version'] !== VERSION) throw invalid(`it is of version ${String(header['version'])}, this one reads version ${VERSION}; use a newer Visavis`);
  return { startedAt: typeof header['startedAt'] === 'string' ? header['startedAt'] : '', end };
}

/** A record, `undefined` for one of a kind this version does not know. */
function readRecord(bytes: Uint8Array, decoder: TextDecoder, lastMs: number): SessionRecord | undefined | 'damaged' {
  const fields = toObject(bytes, decoder);
  const ms = fields?.['ms'];
  if (!fields || typeof ms !== 'number' || !(ms >= lastMs && ms <= MAX_RECORDING_MS)) return 'damaged';
  const { kind, data, code, reason } = fields;
  switch (kind) {
    case 'connect':
    case 'open':
    case 'leave':
      return { ms, kind };
    case 'in':
    case 'out': {
      const message = typeof data === 'string' ? fromBase64(data) : undefined;
      return message ? { ms, kind, bytes: message } : 'damaged';
    }
    case 'close': return typeof code === 'number' && typeof reason === 'string' ? { ms, kind, code, reason } : 'damaged';
    case 'stop': return typeof reason === 'string' ? { ms, kind, reason } : 'damaged';
    default: return typeof kind === 'string' ? undefined : 'damaged';
  }
}

function toObject(bytes: Uint8Array, decoder: TextDecoder): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

function line(fields: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(fields)}\n`);
}

/** Characters are made of this many bytes at a time: a call takes only so many arguments. */
const SLICE = 8_192;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += SLICE) text += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function invalid(why: string): VisavisError {
  return new VisavisError('invalidRecording', `this recording cannot be read: ${why}`);
}
