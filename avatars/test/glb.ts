/**
 * Reads the meshes of a shipped avatar: places in metres at rest, triangles, and what each shape does, without a renderer.
 * It knows what this project's baker writes: one primitive a mesh, meshopt, quantised, nodes that only shift and scale.
 */
import { readFileSync } from 'node:fs';
import { MeshoptDecoder } from 'three/examples/jsm/libs/meshopt_decoder.module.js';

interface View { byteOffset?: number; byteLength: number; byteStride: number; count: number; mode: 'ATTRIBUTES' | 'TRIANGLES'; filter?: string }
interface Accessor { bufferView: number; count: number; componentType: number; byteOffset?: number; normalized?: boolean; type: string }
interface Node { name?: string; mesh?: number; skin?: number; children?: number[]; translation?: number[]; scale?: number[] }
interface Gltf {
  accessors: Accessor[];
  bufferViews: { extensions?: { EXT_meshopt_compression?: View } }[];
  meshes: { extras?: { targetNames?: string[] }; primitives: { attributes: Record<string, number>; indices: number; targets?: Record<string, number>[] }[] }[];
  nodes: Node[];
  scenes: { nodes: number[] }[];
  skins: { inverseBindMatrices: number }[];
}

export interface AvatarMesh {
  /** x, y, z of every vertex in metres. */
  readonly places: Float64Array;
  readonly triangles: Uint32Array;
  /** Displacements in metres, by ARKit name. */
  readonly shapes: ReadonlyMap<string, Float64Array>;
}

const READERS: Readonly<Record<number, { bytes: number; unit: number; read: (view: DataView, at: number) => number }>> = {
  5120: { bytes: 1, unit: 127, read: (view, at) => view.getInt8(at) },
  5121: { bytes: 1, unit: 255, read: (view, at) => view.getUint8(at) },
  5122: { bytes: 2, unit: 32_767, read: (view, at) => view.getInt16(at, true) },
  5123: { bytes: 2, unit: 65_535, read: (view, at) => view.getUint16(at, true) },
  5125: { bytes: 4, unit: 1, read: (view, at) => view.getUint32(at, true) },
  5126: { bytes: 4, unit: 1, read: (view, at) => view.getFloat32(at, true) },
};

/** Every mesh of the file by the name of its node. */
export async function readAvatar(file: URL): Promise<ReadonlyMap<string, AvatarMesh>> {
  return (await readNodes(file)).meshes;
}

/** Beside the meshes, where every node has its origin: metres, at rest. */
export async function readNodes(file: URL): Promise<{ meshes: ReadonlyMap<string, AvatarMesh>; origins: ReadonlyMap<string, readonly number[]> }> {
  await MeshoptDecoder.ready;
  const bytes = readFileSync(file);
  const head = bytes.readUInt32LE(12);
  const gltf = JSON.parse(bytes.subarray(20, 20 + head).toString()) as Gltf;
  const reader = new Reader(gltf, bytes.subarray(28 + head));
  const meshes = new Map<string, AvatarMesh>();
  for (const root of gltf.scenes[0]!.nodes) reader.collect(root, [0, 0, 0], 1, meshes);
  return { meshes, origins: reader.origins };
}

class Reader {
  readonly origins = new Map<string, readonly number[]>();
  readonly #gltf: Gltf;
  readonly #bin: Uint8Array;

  constructor(gltf: Gltf, bin: Uint8Array) {
    this.#gltf = gltf;
    this.#bin = bin;
  }

  collect(index: number, at: readonly number[], scale: number, meshes: Map<string, AvatarMesh>): void {
    const node = this.#gltf.nodes[index]!;
    const { translation = [0, 0, 0], scale: own = [1, 1, 1] } = node;
    const place = at.map((value, i) => value + scale * translation[i]!);
    const size = scale * own[0]!;
    if (node.name) this.origins.set(node.name, place);
    if (node.mesh !== undefined && node.name) {
      meshes.set(node.name, node.skin === undefined ? this.#mesh(node.mesh, place, size) : this.#skinned(node.mesh, node.skin));
    }
    for (const child of node.children ?? []) this.collect(child, place, size, meshes);
  }

  /** The bind matrix of the first joint, which stands in the origin, holds what quantisation took out. */
  #skinned(mesh: number, skin: number): AvatarMesh {
    const matrix = this.#values(this.#gltf.skins[skin]!.inverseBindMatrices, 16);
    return this.#mesh(mesh, [matrix[12]!, matrix[13]!, matrix[14]!], matrix[0]!);
  }

  #mesh(index: number, at: readonly number[], scale: number): AvatarMesh {
    const { primitives: [primitive], extras } = this.#gltf.meshes[index]!;
    const { attributes, indices, targets = [] } = primitive!;
    const places = this.#values(attributes['POSITION']!, 3).map((value, i) => at[i % 3]! + scale * value);
    const shapes = targets.map((target, i) => [extras!.targetNames![i]!, this.#values(target['POSITION']!, 3).map((value) => scale * value)] as const);
    return { places, triangles: Uint32Array.from(this.#values(indices, 1)), shapes: new Map(shapes) };
  }

  #values(accessor: number, width: number): Float64Array {
    const { bufferView, count, componentType, byteOffset = 0, normalized } = this.#gltf.accessors[accessor]!;
    const packed = this.#gltf.bufferViews[bufferView]!.extensions!.EXT_meshopt_compression!;
    const bytes = new Uint8Array(packed.count * packed.byteStride);
    const source = this.#bin.subarray(packed.byteOffset ?? 0, (packed.byteOffset ?? 0) + packed.byteLength);
    MeshoptDecoder.decodeGltfBuffer(bytes, packed.count, packed.byteStride, source, packed.mode, packed.filter);
    const view = new DataView(bytes.buffer);
    const { bytes: size, unit, read } = READERS[componentType]!;
    const factor = normalized ? 1 / unit : 1;
    return Float64Array.from({ length: count * width }, (_, i) =>
      factor * read(view, byteOffset + Math.floor(i / width) * packed.byteStride + (i % width) * size));
  }
}

export type Weights = Readonly<Record<string, number>>;

/** The mesh's places with some shapes held. */
export function posed(mesh: AvatarMesh, weights: Weights): Float64Array {
  const result = mesh.places.slice();
  for (const [name, weight] of Object.entries(weights)) {
    const shape = mesh.shapes.get(name);
    if (shape) for (let i = 0; i < result.length; i++) result[i]! += weight * shape[i]!;
  }
  return result;
}
