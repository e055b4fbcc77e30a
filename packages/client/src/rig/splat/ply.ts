/** Reads Gaussians from a binary PLY, one for each vertex element, and trusts nothing in it. */
import { refuseSplat } from './archive.js';

const MAX_GAUSSIANS = 500_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_PROPERTIES = 128;

const SIZES: Readonly<Record<string, number>> = {
  char: 1, int8: 1, uchar: 1, uint8: 1, short: 2, int16: 2, ushort: 2, uint16: 2, int: 4, int32: 4, uint: 4, uint32: 4, float: 4, float32: 4, double: 8, float64: 8,
};

/** What every Gaussian must have, each a 32-bit float. */
const NEEDED = ['x', 'y', 'z', 'f_dc_0', 'f_dc_1', 'f_dc_2', 'opacity', 'scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3'] as const;

/** Largest of any number that is still a Gaussian of a head: metres, logarithms of metres, logits. */
const MAX_VALUE = 1e4;

/** Zeroth spherical harmonic, 1 / (2 √π): what turns `f_dc` into colour where it is not colour already. */
const SH_C0 = 0.28209479177387814;

export interface Gaussians {
  readonly count: number;
  /** Places from the vertices they are bound to, metres, three each. */
  readonly offsets: Float32Array;
  /** sRGB, 0..1, three each. */
  readonly colours: Float32Array;
  /** 0..1. */
  readonly opacities: Float32Array;
  /** Standard deviations along the three axes, metres. */
  readonly scales: Float32Array;
  /** Unit quaternions as x, y, z, w. */
  readonly rotations: Float32Array;
}

interface Layout {
  readonly count: number;
  readonly stride: number;
  readonly start: number;
  readonly places: ReadonlyMap<string, number>;
}

/** Throws `unsupportedAvatarAsset`. */
export function readPly(bytes: Uint8Array): Gaussians {
  const layout = readLayout(bytes);
  const { count, stride, start } = layout;
  if (start + count * stride > bytes.length) refuseSplat('offset.ply is cut off');
  const rows = readRows(new DataView(bytes.buffer, bytes.byteOffset + start, count * stride), layout);
  return {
    count,
    offsets: take(rows, count, [0, 1, 2], (value) => value),
    colours: coloursOf(rows, count),
    opacities: take(rows, count, [6], (value) => 1 / (1 + Math.exp(-value))),
    scales: take(rows, count, [7, 8, 9], Math.exp),
    rotations: rotationsOf(rows, count),
  };
}

function readLayout(bytes: Uint8Array): Layout {
  const text = String.fromCharCode(...bytes.subarray(0, MAX_HEADER_BYTES));
  const end = /\nend_header\r?\n/.exec(text);
  if (!/^ply\r?\n/.test(text) || !end) return refuseSplat('offset.ply has no PLY header');
  const lines = text.slice(0, end.index).split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !/^(ply|comment|obj_info)\b/.test(line));
  const [format, element, ...properties] = lines;
  if (!/^format binary_little_endian 1\.0$/.test(format ?? '')) refuseSplat('offset.ply is not binary little-endian');
  const count = Number(/^element vertex (\d{1,9})$/.exec(element ?? '')?.[1] ?? NaN);
  if (!(count >= 1 && count <= MAX_GAUSSIANS)) refuseSplat(`offset.ply must begin with 1 to ${MAX_GAUSSIANS} vertices`);
  return { count, start: end.index + end[0].length, ...readProperties(properties) };
}

function readProperties(lines: readonly string[]): { stride: number; places: ReadonlyMap<string, number> } {
  const places = new Map<string, number>();
  let stride = 0;
  if (lines.length > MAX_PROPERTIES) refuseSplat('offset.ply has too many properties');
  for (const line of lines) {
    const [, type = '', name = ''] = /^property (\w+) (\w+)$/.exec(line) ?? [];
    const size = Object.hasOwn(SIZES, type) ? SIZES[type]! : refuseSplat(`offset.ply has a line that is not read here: "${line.slice(0, 60)}"`);
    if (places.has(name)) refuseSplat(`offset.ply has the property "${name}" twice`);
    if ((NEEDED as readonly string[]).includes(name) && !/^float(32)?$/.test(type)) refuseSplat(`the property "${name}" of offset.ply is not a float`);
    places.set(name, stride);
    stride += size;
  }
  for (const name of NEEDED) if (!places.has(name)) refuseSplat(`offset.ply has no property "${name}"`);
  return { stride, places };
}

/** The needed properties, one row of 14 for each Gaussian. */
function readRows(view: DataView, { count, stride, places }: Layout): Float32Array {
  const rows = new Float32Array(count * NEEDED.length);
  const offsets = NEEDED.map((name) => places.get(name)!);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < offsets.length; k++) {
      const value = view.getFloat32(i * stride + offsets[k]!, true);
      if (!(Math.abs(value) <= MAX_VALUE)) refuseSplat(`Gaussian ${i} of offset.ply has a "${NEEDED[k]!}" that is no number`);
      rows[i * NEEDED.length + k] = value;
    }
  }
  return rows;
}

function take(rows: Float32Array, count: number, columns: readonly number[], map: (value: number) => number): Float32Array {
  const out = new Float32Array(count * columns.length);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < columns.length; k++) out[i * columns.length + k] = map(rows[i * NEEDED.length + columns[k]!]!);
  }
  return out;
}

/** LAM writes colours as they are; other tools, harmonics, some of which are negative or above 1. */
function coloursOf(rows: Float32Array, count: number): Float32Array {
  const plain = take(rows, count, [3, 4, 5], (value) => value);
  const isColour = plain.every((value) => value >= 0 && value <= 1);
  return isColour ? plain : plain.map((value) => Math.min(1, Math.max(0, 0.5 + SH_C0 * value)));
}

/** The file has w first. */
function rotationsOf(rows: Float32Array, count: number): Float32Array {
  const out = take(rows, count, [11, 12, 13, 10], (value) => value);
  for (let i = 0; i < count; i++) {
    const length = Math.hypot(out[4 * i]!, out[4 * i + 1]!, out[4 * i + 2]!, out[4 * i + 3]!);
    if (length < 1e-6) out[4 * i + 3] = 1;
    else for (let k = 0; k < 4; k++) out[4 * i + k]! /= length;
  }
  return out;
}
