/** Checks a GLB before anything of it is built: what a hostile or unlucky file may not do to a page. Free of three.js. */
import { VisavisError } from '@visavis/protocol/errors';
import { imageSize } from './image-size.js';

const MAGIC = 0x46546c67; // 'glTF'
const JSON_CHUNK = 0x4e4f534a; // 'JSON'

/** Header (12 bytes) and first chunk header (8 bytes): glTF 2.0 specification, section 4.4. */
const PRELUDE_BYTES = 20;

/** Largest count of each list; of numbers in all accessors together, 400 MB as floats; and of bytes that views unpack to. */
const MOST: Readonly<Record<string, number>> = { nodes: 20_000, meshes: 2_000, accessors: 50_000, bufferViews: 50_000, images: 256, textures: 512, materials: 1_000 };
const MOST_NUMBERS = 100_000_000;
const MOST_UNPACKED = 4 * MOST_NUMBERS;
/** Largest edge of a picture, which every device with WebGL 2 takes in practice; and pixels of all, 512 MB once decoded. */
const MOST_EDGE = 8_192;
const MOST_PIXELS = 128 * 1024 * 1024;

/** Numbers of an accessor's element, by its `type`. */
const SIZES: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 };

/** Extensions that need a decoder which is not here, and what to do instead. */
const UNDECODED: Readonly<Record<string, string>> = {
  KHR_draco_mesh_compression: 'its meshes are compressed with Draco; compress them with meshopt instead, or not at all',
  KHR_texture_basisu: 'its textures are KTX2; store them as WebP, JPEG or PNG',
};

export type Entry = Readonly<Record<string, unknown>>;

/**
 * Checks container, version, lengths, and that everything lies inside the file and within bounds. Throws
 * `unsupportedAvatarAsset` with what to do.
 */
export function checkGlb(bytes: ArrayBuffer | Uint8Array): void {
  const document = readDocument(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  for (const { uri } of [...listOf(document, 'buffers'), ...listOf(document, 'images')]) {
    if (typeof uri === 'string' && !/^data:/i.test(uri)) refuseGlb('it refers to files outside itself');
  }
  checkExtensions(document);
  checkCounts(document);
  checkNodes(listOf(document, 'nodes'));
  checkPictures(document, bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
}

export function isGlb(bytes: Uint8Array): boolean {
  return bytes.byteLength >= PRELUDE_BYTES && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC;
}

/** The parsed JSON chunk, an object of unknown content. Throws `unsupportedAvatarAsset`. */
export function readDocument(bytes: Uint8Array): Entry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isGlb(bytes)) refuseGlb('it is not a GLB file');
  if (view.getUint32(4, true) !== 2) refuseGlb('it is not glTF version 2');
  if (view.getUint32(8, true) !== bytes.byteLength) refuseGlb('it is cut off or has bytes after its end');
  const jsonBytes = view.getUint32(12, true);
  if (view.getUint32(16, true) !== JSON_CHUNK || PRELUDE_BYTES + jsonBytes > bytes.byteLength) refuseGlb('its JSON chunk is damaged');
  const document = parseJson(bytes.subarray(PRELUDE_BYTES, PRELUDE_BYTES + jsonBytes));
  return isEntry(document) ? document : refuseGlb('its JSON chunk is damaged');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return refuseGlb('its JSON chunk is damaged', cause);
  }
}

function checkExtensions({ extensionsRequired, extensionsUsed }: Entry): void {
  const required: readonly unknown[] = Array.isArray(extensionsRequired) ? extensionsRequired : [];
  const used: readonly unknown[] = Array.isArray(extensionsUsed) ? extensionsUsed : [];
  for (const [name, reason] of Object.entries(UNDECODED)) {
    // Textures may have a plain picture beside the KTX2 one; then the extension is used and not required.
    if (required.includes(name) || (name.includes('draco') && used.includes(name))) refuseGlb(reason, undefined, '');
  }
}

function checkCounts(document: Entry): void {
  for (const [name, most] of Object.entries(MOST)) {
    if (listOf(document, name).length > most) refuseGlb(`it has more than ${most} ${name}`, undefined, ' Reduce it to the avatar alone.');
  }
  let numbers = 0;
  for (const { count, type } of listOf(document, 'accessors')) {
    if (!Number.isInteger(count) || (count as number) < 0) refuseGlb('the count of an accessor is not a number');
    numbers += (count as number) * (SIZES[String(type)] ?? 16);
  }
  if (numbers > MOST_NUMBERS) refuseGlb(`its accessors hold more than ${MOST_NUMBERS} numbers`, undefined, ' Reduce its polygons.');
  checkUnpacked(listOf(document, 'bufferViews'));
}

/** Meshopt packs what repeats a hundredfold and more: a few kilobytes may ask for gigabytes. */
function checkUnpacked(views: readonly Entry[]): void {
  let bytes = 0;
  for (const { extensions } of views) {
    for (const [name, packed] of Object.entries(isEntry(extensions) ? extensions : {})) {
      if (!name.includes('meshopt') || !isEntry(packed)) continue;
      const { count, byteStride } = packed;
      if (!isCount(count) || !isCount(byteStride)) refuseGlb('the size of a packed part is not a number');
      bytes += count * byteStride;
    }
  }
  if (bytes > MOST_UNPACKED) refuseGlb(`its packed parts unpack to more than ${MOST_UNPACKED} bytes`, undefined, ' Reduce its polygons.');
}

/** A node below itself would be built for ever. */
function checkNodes(nodes: readonly Entry[]): void {
  const OPEN = 1;
  const DONE = 2;
  const states = new Uint8Array(nodes.length);
  for (let first = 0; first < nodes.length; first++) {
    const path = [{ node: first, left: childrenOf(nodes[first]!) }];
    if (states[first] === DONE) continue;
    states[first] = OPEN;
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const child = top.left.pop();
      if (child === undefined) states[path.pop()!.node] = DONE;
      else if (states[child] === OPEN) refuseGlb('a node lies below itself');
      else if (child < nodes.length && states[child] !== DONE) {
        states[child] = OPEN;
        path.push({ node: child, left: childrenOf(nodes[child]!) });
      }
    }
  }
}

function childrenOf({ children }: Entry): number[] {
  return Array.isArray(children) ? (children as unknown[]).filter(isCount) : [];
}

/** By what pictures say of themselves: decoding a large one would take the memory already. */
function checkPictures(document: Entry, bytes: Uint8Array): void {
  const [views, binary] = [listOf(document, 'bufferViews'), binaryOf(bytes)];
  let pixels = 0;
  for (const image of listOf(document, 'images')) {
    const { width, height } = imageSize(bytesOfImage(image, views, binary)) ?? { width: 0, height: 0 };
    if (Math.max(width, height) > MOST_EDGE) refuseGlb(`one of its textures is ${width} x ${height}, and ${MOST_EDGE} are the most`, undefined, ' Make it smaller.');
    pixels += width * height;
  }
  if (pixels > MOST_PIXELS) refuseGlb(`its textures have more than ${MOST_PIXELS} pixels together`, undefined, ' Make them smaller.');
}

/** The content of a picture, from the file's binary chunk or a data URI; empty where it is nowhere. */
export function bytesOfImage({ bufferView, uri }: Entry, views: readonly Entry[], binary: Uint8Array): Uint8Array {
  if (typeof uri === 'string') return bytesOfDataUri(uri);
  const { byteOffset = 0, byteLength } = (typeof bufferView === 'number' ? views[bufferView] : undefined) ?? {};
  if (typeof byteOffset !== 'number' || typeof byteLength !== 'number') return new Uint8Array(0);
  return binary.subarray(byteOffset, byteOffset + byteLength);
}

function bytesOfDataUri(uri: string): Uint8Array {
  const [, base64] = /^data:[^,]*;base64,(.*)$/is.exec(uri) ?? [];
  try {
    return base64 === undefined ? new Uint8Array(0) : Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

/** The binary chunk; empty where there is none. */
export function binaryOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = PRELUDE_BYTES + view.getUint32(12, true);
  return start + 8 <= bytes.byteLength ? bytes.subarray(start + 8, start + 8 + view.getUint32(start, true)) : new Uint8Array(0);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** The objects of a list of the document; whatever else is in it counts as an empty one. */
export function listOf(document: Entry, name: string): readonly Entry[] {
  const value = document[name];
  return Array.isArray(value) ? (value as unknown[]).map((entry) => (isEntry(entry) ? entry : {})) : [];
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws `unsupportedAvatarAsset`. */
export function refuseGlb(reason: string, cause?: unknown, remedy = ' Export it as one self-contained glTF 2.0 binary.'): never {
  throw new VisavisError('unsupportedAvatarAsset', `The avatar's file cannot be used: ${reason}.${remedy}`, { cause });
}
