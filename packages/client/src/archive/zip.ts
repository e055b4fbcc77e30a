import { VisavisError } from '@visavis/protocol/errors';
import { inflate } from './inflate.js';

/** Record layouts: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16. */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

export interface ZipBounds {
  /** All entries together, unpacked. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

export interface ZipEntry {
  /** With folders, by slashes. Never absolute, never with `..` in it. */
  readonly name: string;
  /** Unpacked. */
  readonly bytes: number;
  /** The unpacked bytes. Rejects with `unsupportedAvatarAsset` where they are not what the directory says. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes.byteLength >= END_BYTES && [LOCAL, END].includes(viewOf(bytes).getUint32(0, true));
}

/**
 * The files of a ZIP, folders left out, by its directory. Throws `unsupportedAvatarAsset` where it is damaged, encrypted,
 * packed in another way than deflate, names paths outside itself or would unpack to more than `bounds`.
 */
export function readZip(bytes: Uint8Array, bounds: ZipBounds): ZipEntry[] {
  const view = viewOf(bytes);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > bounds.maxEntries) refuse(`it has ${count} entries, and ${bounds.maxEntries} are the most`);
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) refuse('its directory is damaged');
    const record = readRecord(bytes, view, at);
    at += record.length;
    if (record.name.endsWith('/')) continue;
    total += record.unpacked;
    if (total > bounds.maxBytes) refuse(`it would unpack to more than ${bounds.maxBytes} bytes`);
    entries.push(entryOf(bytes, view, record));
  }
  return entries;
}

interface CentralRecord {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly start: number;
  /** Of the record itself. */
  readonly length: number;
}

function readRecord(bytes: Uint8Array, view: DataView, at: number): CentralRecord {
  const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [number, number, number];
  const length = CENTRAL_BYTES + nameBytes + extra + comment;
  if (at + length > bytes.byteLength) refuse('its directory is damaged');
  const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes)).replaceAll('\\', '/');
  if (/^\/|^[A-Za-z]:|(^|\/)\.\.(\/|$)|\0/.test(name)) refuse(`it names a path outside itself, "${name.slice(0, 80)}"`);
  const method = view.getUint16(at + 10, true);
  if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) refuse('it is encrypted');
  if (method !== STORED && method !== DEFLATED) refuse(`"${name.slice(0, 80)}" is packed by a method that is not deflate`);
  return { name, method, packed: view.getUint32(at + 20, true), unpacked: view.getUint32(at + 24, true), start: view.getUint32(at + 42, true), length };
}

function entryOf(bytes: Uint8Array, view: DataView, { name, method, packed, unpacked, start }: CentralRecord): ZipEntry {
  const read = async (): Promise<Uint8Array<ArrayBuffer>> => {
    if (start + LOCAL_BYTES > bytes.byteLength || view.getUint32(start, true) !== LOCAL) refuse(`"${name}" is damaged`);
    const from = start + LOCAL_BYTES + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    if (from + packed > bytes.byteLength) refuse(`"${name}" is cut off`);
    const data = bytes.slice(from, from + packed);
    const out = method === STORED ? data : await inflate(data, unpacked).catch((cause: unknown) => refuse(`"${name}" is damaged`, cause));
    return out.byteLength === unpacked ? out : refuse(`"${name}" does not unpack to the size that it says`);
  };
  return { name, bytes: unpacked, read };
}

/** The end record, from the end of the file backwards over its comment. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return refuse('it is no ZIP file, or cut off');
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function refuse(reason: string, cause?: unknown): never {
  if (VisavisError.isInstance(cause)) throw cause;
  throw new VisavisError('unsupportedAvatarAsset', `The avatar's archive cannot be used: ${reason}. Pack it anew as a plain ZIP.`, { cause });
}
