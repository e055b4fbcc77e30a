/** Which Gaussian belongs to which vertex. */
import { refuseSplat } from './archive.js';

/**
 * For each vertex, its Gaussian. Exporters of this layout write Gaussians either in the order of the mesh in the file, or
 * in that of `vertex_order.json`, read either way; nothing in the files says which. Neighbours on a surface have like
 * offsets, so the order is the one in which offsets differ least along the edges of the mesh.
 */
export function orderOf(order: unknown, offsets: Float32Array, corners: ArrayLike<number>): Uint32Array {
  const count = offsets.length / 3;
  const listed = readPermutation(order, count);
  const inverse = new Uint32Array(count);
  listed.forEach((to, from) => { inverse[to] = from; });
  const candidates = [Uint32Array.from({ length: count }, (_, i) => i), listed, inverse];
  const roughness = candidates.map((candidate) => roughnessOf(candidate, offsets, corners));
  return candidates[roughness.indexOf(Math.min(...roughness))]!;
}

/** `vertex_order.json` as it was parsed. Throws `unsupportedAvatarAsset` where it does not name each of `count` vertices once. */
export function readPermutation(order: unknown, count: number): Uint32Array {
  if (!Array.isArray(order) || order.length !== count) refuseSplat(`vertex_order.json is not a list of ${count} numbers`);
  const seen = new Uint8Array(count);
  for (const entry of order as unknown[]) {
    if (!Number.isInteger(entry) || (entry as number) < 0 || (entry as number) >= count || seen[entry as number]) refuseSplat('vertex_order.json does not name every vertex once');
    seen[entry as number] = 1;
  }
  return Uint32Array.from(order as number[]);
}

function roughnessOf(order: Uint32Array, offsets: Float32Array, corners: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < corners.length; i++) {
    const a = order[corners[i]!]! * 3;
    const b = order[corners[i - (i % 3) + ((i + 1) % 3)]!]! * 3;
    for (let k = 0; k < 3; k++) sum += Math.abs(offsets[a + k]! - offsets[b + k]!);
  }
  return sum;
}
