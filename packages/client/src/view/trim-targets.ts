import type { BufferAttribute, BufferGeometry, InterleavedBufferAttribute } from 'three';

/**
 * Lets each morph target end with the last vertex that it moves: a renderer writes targets out in one task, and need not write
 * the zeros behind. Our own avatars have their vertices in an order that makes these nearly half.
 */
export function trimTargets({ morphAttributes: { position = [], normal = [], color }, morphTargetsRelative }: BufferGeometry): void {
  // Where two names share a target, neither may shorten it for the other.
  if (!morphTargetsRelative || color || new Set([...position, ...normal]).size < position.length + normal.length) return;
  position.forEach((target, i) => {
    const parts = normal[i] ? [target, normal[i]] : [target];
    const value = Math.max(1, ...parts.map(endOf));
    // Of an interleaved one it is a getter.
    for (const part of parts) Object.defineProperty(part, 'count', { value, configurable: true });
  });
}

/** One more than the number of the last vertex that it moves. */
function endOf(target: BufferAttribute | InterleavedBufferAttribute): number {
  let end = target.count;
  while (end > 0 && !target.getX(end - 1) && !target.getY(end - 1) && !target.getZ(end - 1)) end--;
  return end;
}
