import { InterleavedBufferAttribute, type BufferAttribute, type BufferGeometry } from 'three';

type Target = BufferAttribute | InterleavedBufferAttribute;

/**
 * Lets each morph target end with the last vertex that it moves: a renderer writes targets out in one task, and need not write
 * the zeros behind. Our own avatars have their vertices in an order that makes these the half.
 */
export function trimTargets({ morphAttributes: { position = [], normal = [] }, morphTargetsRelative }: BufferGeometry): void {
  if (!morphTargetsRelative) return;
  for (const [i, target] of position.entries()) {
    const parts = normal[i] ? [target, normal[i]] : [target];
    const count = Math.max(...parts.map(endOf));
    // Of an interleaved one it is a getter.
    for (const part of parts) Object.defineProperty(part, 'count', { value: count, configurable: true });
  }
}

/** One more than the number of the last vertex that it moves. */
function endOf(target: Target): number {
  const { array, count } = target;
  const [stride, offset] = target instanceof InterleavedBufferAttribute ? [target.data.stride, target.offset] : [target.itemSize, 0];
  for (let end = count; end > 0; end--) {
    const at = (end - 1) * stride + offset;
    if (array[at] !== 0 || array[at + 1] !== 0 || array[at + 2] !== 0) return end;
  }
  return 0;
}
