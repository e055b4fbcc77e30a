/** Reads the files of a zip archive that it was asked for, within limits that are checked before and while inflating. */
import { VisavisError } from '@visavis/protocol/errors';
import { Unzip, UnzipInflate, type UnzipFile } from 'fflate';

const MAX_ENTRIES = 256;
/** One file and all files together, inflated, in bytes. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 128 * 1024 * 1024;
/** Archives are given to the inflater in parts, so that it can be stopped between them. */
const PART_BYTES = 64 * 1024;

/**
 * The files whose names, without folders, are among `wanted`. Folders may have any name, but none may lead out of the
 * archive. Throws `unsupportedAvatarAsset`.
 */
export function readArchive(bytes: Uint8Array, wanted: readonly string[]): ReadonlyMap<string, Uint8Array> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) refuseSplat('it is not a zip archive');
  const reader = new ArchiveReader(new Set(wanted));
  try {
    for (let at = 0; at < bytes.length; at += PART_BYTES) reader.push(bytes.subarray(at, at + PART_BYTES), at + PART_BYTES >= bytes.length);
  } catch (cause) {
    if (VisavisError.isInstance(cause)) throw cause;
    refuseSplat(`its archive is damaged (${String(cause)})`, cause);
  }
  return reader.finish();
}

class ArchiveReader {
  readonly #files = new Map<string, Uint8Array>();
  readonly #open = new Set<string>();
  readonly #wanted: ReadonlySet<string>;
  readonly #unzip: Unzip;
  #entries = 0;
  #total = 0;

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
    this.#unzip = new Unzip((file) => { this.#begin(file); });
    this.#unzip.register(UnzipInflate);
  }

  push(part: Uint8Array, last: boolean): void {
    this.#unzip.push(part, last);
  }

  finish(): ReadonlyMap<string, Uint8Array> {
    if (this.#open.size > 0) refuseSplat('its archive is cut off');
    return this.#files;
  }

  #begin(file: UnzipFile): void {
    if (++this.#entries > MAX_ENTRIES) refuseSplat(`its archive has more than ${MAX_ENTRIES} entries`);
    if (!isInside(file.name)) refuseSplat('its archive has a name that leads out of it');
    const name = file.name.slice(file.name.lastIndexOf('/') + 1);
    if (!this.#wanted.has(name)) return;
    if (this.#files.has(name) || this.#open.has(name)) refuseSplat(`its archive has "${name}" twice`);
    // What the entry says of itself is checked first; what really comes, part by part.
    this.#check(name, file.originalSize ?? 0);
    this.#open.add(name);
    this.#inflate(file, name);
  }

  #inflate(file: UnzipFile, name: string): void {
    const parts: Uint8Array[] = [];
    let length = 0;
    file.ondata = (error, part, last) => {
      if (error) refuseSplat(`its archive is damaged at "${name}"`, error);
      length += part.length;
      this.#total += part.length;
      this.#check(name, length);
      parts.push(part);
      if (!last) return;
      this.#open.delete(name);
      this.#files.set(name, joined(parts, length));
    };
    file.start();
  }

  #check(name: string, length: number): void {
    if (length > MAX_FILE_BYTES || this.#total > MAX_TOTAL_BYTES) refuseSplat(`"${name}" inflates to more than an avatar may have`);
  }
}

function isInside(name: string): boolean {
  return name.length <= 256 && !/^[/\\]|^[A-Za-z]:|\\|\0/.test(name) && !name.split('/').includes('..');
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Throws `unsupportedAvatarAsset`. */
export function refuseSplat(reason: string, cause?: unknown): never {
  throw new VisavisError(
    'unsupportedAvatarAsset',
    `The splat avatar cannot be used: ${reason}. It must be a zip with offset.ply, skin.glb and vertex_order.json, as LAM writes it.`,
    { cause },
  );
}
