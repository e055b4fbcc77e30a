/** Binds Gaussians to the vertices of a skinned mesh with morph targets. Everything is worked out once, at rest. */
import { Matrix3, Matrix4, SkinnedMesh, Vector3, type Mesh, type Object3D } from 'three';
import type { Bones } from '../bones.js';

/** Displacements of the vertices that one target moves, at weight 1. */
export interface TargetMoves {
  readonly name: string;
  readonly indices: Uint32Array;
  /** Six numbers for each index: shift in metres, and turn of the surface as a rotation vector in radians. */
  readonly moves: Float32Array;
}

export interface Binding {
  readonly count: number;
  /** Vertices at rest in the avatar's space, three numbers each. */
  readonly places: Float32Array;
  readonly targets: readonly TargetMoves[];
  /** Two numbers each: how far a vertex goes with the head, and how far with the neck alone; the rest stays. */
  readonly shares: Float32Array;
}

/** Shifts smaller than this, in metres, are none. */
const STILL = 1e-7;

/** `root` is at rest with its matrices up to date. */
export function bindMesh(mesh: Mesh, bones: Bones): Binding {
  const matrices = skinMatrices(mesh);
  const places = placesOf(mesh, matrices);
  const edges = new Edges(mesh, places);
  return { count: places.length / 3, places, shares: sharesOf(mesh, bones), targets: targetsOf(mesh, matrices, edges) };
}

/** One matrix for each vertex, or one for all where nothing is skinned. */
function skinMatrices(mesh: Mesh): (index: number) => Matrix4 {
  if (!(mesh instanceof SkinnedMesh)) return () => mesh.matrixWorld;
  mesh.skeleton.update();
  const { skinIndex, skinWeight } = mesh.geometry.attributes as Record<string, { getComponent(i: number, k: number): number }>;
  const { boneMatrices } = mesh.skeleton;
  const out = new Matrix4();
  return (index) => {
    out.elements.fill(0);
    for (let k = 0; k < 4; k++) {
      const at = skinIndex!.getComponent(index, k) * 16;
      const weight = skinWeight!.getComponent(index, k);
      if (weight > 0) for (let e = 0; e < 16; e++) out.elements[e]! += boneMatrices![at + e]! * weight;
    }
    return out.multiply(mesh.bindMatrix);
  };
}

function placesOf(mesh: Mesh, matrixOf: (index: number) => Matrix4): Float32Array {
  const position = mesh.geometry.attributes['position']!;
  const out = new Float32Array(position.count * 3);
  const place = new Vector3();
  for (let i = 0; i < position.count; i++) place.fromBufferAttribute(position, i).applyMatrix4(matrixOf(i)).toArray(out, i * 3);
  return out;
}

/** Shares of the bones at and below the head, and of those at and below the neck without it. */
function sharesOf(mesh: Mesh, { head, neck }: Bones): Float32Array {
  const { count } = mesh.geometry.attributes['position']!;
  const out = new Float32Array(count * 2);
  if (!(mesh instanceof SkinnedMesh) || !head) return out.map((_, i) => (i % 2 === 0 ? 1 : 0));
  const columns = mesh.skeleton.bones.map((bone) => (isAtOrBelow(bone, head) ? 0 : neck && isAtOrBelow(bone, neck) ? 1 : -1));
  const { skinIndex, skinWeight } = mesh.geometry.attributes as Record<string, { getComponent(i: number, k: number): number }>;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < 4; k++) {
      const column = columns[skinIndex!.getComponent(i, k)] ?? -1;
      if (column >= 0) out[i * 2 + column]! += skinWeight!.getComponent(i, k);
    }
  }
  return out;
}

function isAtOrBelow(node: Object3D, top: Object3D): boolean {
  for (let each: Object3D | null = node; each; each = each.parent) if (each === top) return true;
  return false;
}

function targetsOf(mesh: Mesh, matrixOf: (index: number) => Matrix4, edges: Edges): TargetMoves[] {
  const attributes = mesh.geometry.morphAttributes.position ?? [];
  const names = Object.entries(mesh.morphTargetDictionary ?? {});
  const count = mesh.geometry.attributes['position']!.count;
  const shifts = new Float32Array(count * 3);
  const shift = new Vector3();
  const linear = new Matrix3();
  return names.map(([name, slot]) => {
    const attribute = attributes[slot]!;
    for (let i = 0; i < count; i++) {
      shift.fromBufferAttribute(attribute, i);
      if (shift.lengthSq() > 0) shift.applyMatrix3(linear.setFromMatrix4(matrixOf(i)));
      shift.toArray(shifts, i * 3);
    }
    return movesOf(name, shifts, edges);
  });
}

function movesOf(name: string, shifts: Float32Array, edges: Edges): TargetMoves {
  const count = shifts.length / 3;
  const turns = edges.turns(shifts);
  const indices: number[] = [];
  const moves: number[] = [];
  for (let i = 0; i < count; i++) {
    const six = [shifts[3 * i]!, shifts[3 * i + 1]!, shifts[3 * i + 2]!, turns[3 * i]!, turns[3 * i + 1]!, turns[3 * i + 2]!];
    if (six.every((value) => Math.abs(value) < STILL)) continue;
    indices.push(i);
    moves.push(...six);
  }
  return { name, indices: Uint32Array.from(indices), moves: Float32Array.from(moves) };
}

/**
 * The edges of a mesh, by which the turn of its surface at a vertex is measured: the rotation vector r that takes the
 * edges e nearest to where shifts d take them, least squares of r × e = d. Its normal equations are
 * Σ(|e|² I - e eᵀ) r = Σ e × d; the left side depends on the mesh at rest alone, so that turns of blended shifts are the
 * blended turns.
 */
class Edges {
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  readonly #places: Float32Array;
  readonly #inverses: Float32Array;

  constructor(mesh: Mesh, places: Float32Array) {
    const { index } = mesh.geometry;
    const corners = index ? Uint32Array.from(index.array) : Uint32Array.from({ length: places.length / 3 }, (_, i) => i);
    const next = (i: number): number => i - (i % 3) + ((i + 1) % 3);
    // Every edge from both of its ends.
    this.#from = Uint32Array.from({ length: corners.length * 2 }, (_, i) => corners[i % 2 === 0 ? i >> 1 : next(i >> 1)]!);
    this.#to = Uint32Array.from({ length: corners.length * 2 }, (_, i) => corners[i % 2 === 0 ? next(i >> 1) : i >> 1]!);
    this.#places = places;
    this.#inverses = this.#invert();
  }

  turns(shifts: Float32Array): Float32Array {
    const sums = new Float32Array(shifts.length);
    const [places, from, to] = [this.#places, this.#from, this.#to];
    for (let i = 0; i < from.length; i++) {
      const [a, b] = [from[i]! * 3, to[i]! * 3];
      const [dx, dy, dz] = [shifts[b]! - shifts[a]!, shifts[b + 1]! - shifts[a + 1]!, shifts[b + 2]! - shifts[a + 2]!];
      if (dx === 0 && dy === 0 && dz === 0) continue;
      const [ex, ey, ez] = [places[b]! - places[a]!, places[b + 1]! - places[a + 1]!, places[b + 2]! - places[a + 2]!];
      sums[a]! += ey * dz - ez * dy;
      sums[a + 1]! += ez * dx - ex * dz;
      sums[a + 2]! += ex * dy - ey * dx;
    }
    const [turn, inverse] = [new Vector3(), new Matrix3()];
    for (let i = 0; i < sums.length; i += 3) turn.fromArray(sums, i).applyMatrix3(inverse.fromArray(this.#inverses, i * 3)).toArray(sums, i);
    return sums;
  }

  /** Inverses of the left sides, nine numbers for each vertex; zero where a vertex has no surface around it. */
  #invert(): Float32Array {
    const count = this.#places.length / 3;
    const out = new Float32Array(count * 9);
    const [places, from, to] = [this.#places, this.#from, this.#to];
    for (let i = 0; i < from.length; i++) {
      const [a, b] = [from[i]! * 3, to[i]! * 3];
      const e = [places[b]! - places[a]!, places[b + 1]! - places[a + 1]!, places[b + 2]! - places[a + 2]!] as const;
      const square = e[0] * e[0] + e[1] * e[1] + e[2] * e[2];
      for (let k = 0; k < 9; k++) out[a * 3 + k]! += (k % 4 === 0 ? square : 0) - e[k % 3]! * e[Math.floor(k / 3)]!;
    }
    const matrix = new Matrix3();
    for (let i = 0; i < count; i++) scaledInverse(matrix.fromArray(out, i * 9)).toArray(out, i * 9);
    return out;
  }
}

/** The inverse of a symmetric matrix of squared lengths, or zero where it has none. */
function scaledInverse(matrix: Matrix3): Matrix3 {
  const { elements } = matrix;
  const size = (elements[0] + elements[4] + elements[8]) / 3;
  if (!(size > 1e-14)) return matrix.multiplyScalar(0);
  // A little of the identity keeps thin fans of edges from turning without limit.
  for (const k of [0, 4, 8]) elements[k]! += size * 1e-3;
  return matrix.multiplyScalar(1 / size).invert().multiplyScalar(1 / size);
}
