/**
 * The distance between an avatar's lips in a pose, from its own shapes: the lowest point of the upper lip to the highest of
 * the lower lip in the middle of the mouth. Negative where the lips press into each other, as they do a little at rest.
 */
import { readFileSync } from 'node:fs';
import { CHANNEL, type ArkitName } from '@visavis/face';
import { MeshoptDecoder } from 'three/examples/jsm/libs/meshopt_decoder.module.js';

interface Accessor { bufferView: number; count: number; componentType: number; byteOffset?: number }
interface Compressed { byteOffset?: number; byteLength: number; byteStride: number; count: number; mode: 'ATTRIBUTES'; filter?: string }
interface Gltf {
  accessors: Accessor[];
  bufferViews: { extensions?: { EXT_meshopt_compression?: Compressed } }[];
  meshes: { name: string; extras?: { targetNames?: string[] }; primitives: { attributes: Record<string, number>; targets?: Record<string, number>[] }[] }[];
  nodes: { name?: string; skin?: number }[];
  skins: { inverseBindMatrices: number }[];
}
interface Shaping { gains?: Partial<Record<ArkitName, number>>; ceilings?: Partial<Record<ArkitName, number>> }

/** Vertices within so many millimetres of the middle count. */
const MIDDLE_MM = 1.5;
const INT16 = 32_767;
const FLOAT = 5126;

/** Movement of one lip's middle vertices: heights at rest, and by shape, in millimetres. */
interface Lip {
  readonly rest: Float64Array;
  readonly shapes: readonly { readonly channel: number; readonly dy: Float64Array }[];
}

/** The gap in millimetres for the 58 values of a pose, after the avatar's own gains and ceilings. */
export type LipGap = (pose: Float32Array) => number;

/** Reads `avatar.glb` and `avatar.json` of a folder. Throws where the avatar has no lips it can find. */
export async function loadLipGap(folder: URL): Promise<LipGap> {
  await MeshoptDecoder.ready;
  const { gltf, bin } = readGlb(readFileSync(new URL('avatar.glb', folder)));
  const { shaping = {} } = JSON.parse(readFileSync(new URL('avatar.json', folder), 'utf8')) as { shaping?: Shaping };
  const { upper, lower } = findLips(gltf, bin);
  return (pose) => {
    const weights = shaped(pose, shaping);
    return Math.min(...heights(upper, weights)) - Math.max(...heights(lower, weights));
  };
}

function heights({ rest, shapes }: Lip, weights: Float64Array): Float64Array {
  const y = rest.slice();
  for (const { channel, dy } of shapes) {
    const weight = weights[channel]!;
    if (weight !== 0) for (let i = 0; i < y.length; i++) y[i]! += weight * dy[i]!;
  }
  return y;
}

/** What a client does to the weights of a pose before it draws them. */
function shaped(pose: Float32Array, { gains = {}, ceilings = {} }: Shaping): Float64Array {
  const out = Float64Array.from(pose, (value) => Math.min(1, Math.max(0, value)));
  for (const [name, factor] of Object.entries(gains)) out[CHANNEL[name as ArkitName]] = Math.min(1, Math.max(0, pose[CHANNEL[name as ArkitName]]! * factor));
  for (const [name, ceiling] of Object.entries(ceilings)) out[CHANNEL[name as ArkitName]] = ceiling * Math.tanh(out[CHANNEL[name as ArkitName]]! / ceiling);
  out[CHANNEL.mouthClose] = Math.min(out[CHANNEL.mouthClose]!, out[CHANNEL.jawOpen]!);
  return out;
}

function findLips(gltf: Gltf, bin: Uint8Array): { upper: Lip; lower: Lip } {
  const mesh = gltf.meshes.find(({ name }) => name === 'Face');
  const names = mesh?.extras?.targetNames ?? [];
  const primitive = mesh?.primitives[0];
  if (!primitive?.targets) throw new Error('the avatar has no mesh "Face" with shapes');
  const scaleMm = 1000 * bindScale(gltf, bin);
  const place = vectors(gltf, bin, primitive.attributes['POSITION']!, scaleMm);
  const moves = new Map(names.map((name, i) => [name, vectors(gltf, bin, primitive.targets![i]!['POSITION']!, scaleMm)]));
  const dy = (name: string, vertex: number): number => moves.get(name)![3 * vertex + 1]!;
  const middle = Array.from({ length: place.length / 3 }, (_, i) => i).filter((i) => Math.abs(place[3 * i]!) < MIDDLE_MM);
  // mouthClose brings the lips of an open mouth together: the lower one far up, the upper one a little down.
  const lower = middle.filter((i) => dy('jawOpen', i) < -20 && dy('mouthClose', i) > 20);
  const upper = middle.filter((i) => dy('jawOpen', i) > -5 && dy('mouthClose', i) < -3);
  if (lower.length < 4 || upper.length < 4) throw new Error('the avatar has no lips this can find');
  const lip = (vertices: number[]): Lip => ({
    rest: Float64Array.from(vertices, (i) => place[3 * i + 1]!),
    shapes: names.filter((name) => name in CHANNEL).map((name) => ({
      channel: CHANNEL[name as ArkitName], dy: Float64Array.from(vertices, (i) => dy(name, i)),
    })),
  });
  return { upper: lip(upper), lower: lip(lower) };
}

/** Metres that a normalised position of 1 stands for: the face's inverse bind matrices scale all axes alike. */
function bindScale(gltf: Gltf, bin: Uint8Array): number {
  const skin = gltf.nodes.find(({ name }) => name === 'Face')?.skin;
  if (skin === undefined) return 1;
  const { byteOffset, bytes } = decoded(gltf, bin, gltf.skins[skin]!.inverseBindMatrices);
  return new DataView(bytes.buffer).getFloat32(byteOffset, true);
}

/** x, y, z of every vertex; positions are 16-bit and normalised, or floats. */
function vectors(gltf: Gltf, bin: Uint8Array, accessor: number, scale: number): Float64Array {
  const { byteOffset, stride, bytes, count, componentType } = decoded(gltf, bin, accessor);
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: 3 * count }, (_, i) => {
    const at = byteOffset + Math.floor(i / 3) * stride;
    return scale * (componentType === FLOAT ? view.getFloat32(at + 4 * (i % 3), true) : view.getInt16(at + 2 * (i % 3), true) / INT16);
  });
}

function decoded(gltf: Gltf, bin: Uint8Array, index: number): { byteOffset: number; stride: number; bytes: Uint8Array; count: number; componentType: number } {
  const { bufferView, count, componentType, byteOffset = 0 } = gltf.accessors[index]!;
  const packed = gltf.bufferViews[bufferView]!.extensions?.EXT_meshopt_compression;
  if (!packed) throw new Error('the avatar is not packed with meshopt, as this project\'s avatars are');
  const bytes = new Uint8Array(packed.count * packed.byteStride);
  const source = bin.subarray(packed.byteOffset ?? 0, (packed.byteOffset ?? 0) + packed.byteLength);
  MeshoptDecoder.decodeGltfBuffer(bytes, packed.count, packed.byteStride, source, packed.mode, packed.filter);
  return { byteOffset, stride: packed.byteStride, bytes, count, componentType };
}

function readGlb(file: Buffer): { gltf: Gltf; bin: Uint8Array } {
  const jsonLength = file.readUInt32LE(12);
  const gltf = JSON.parse(file.subarray(20, 20 + jsonLength).toString()) as Gltf;
  return { gltf, bin: file.subarray(20 + jsonLength + 8) };
}
