import { BufferAttribute, BufferGeometry, InterleavedBuffer, InterleavedBufferAttribute } from 'three';
import { describe, expect, it } from 'vitest';
import { trimTargets } from './trim-targets.js';

const VERTICES = 5;
/** Which of the vertices it moves, and along which axis. */
const moving = (...moved: [vertex: number, axis: number][]): Float32Array => {
  const values = new Float32Array(VERTICES * 3);
  for (const [vertex, axis] of moved) values[vertex * 3 + axis] = 0.5;
  return values;
};
const plain = (...moved: [number, number][]): BufferAttribute => new BufferAttribute(moving(...moved), 3);
/** As quantised files have it: four bytes a vertex, three of them used. */
const padded = (...moved: [number, number][]): InterleavedBufferAttribute => {
  const values = new Int8Array(VERTICES * 4);
  for (const [vertex, axis] of moved) values[vertex * 4 + axis] = 64;
  return new InterleavedBufferAttribute(new InterleavedBuffer(values, 4), 3, 0, true);
};

function geometryOf(position: BufferGeometry['morphAttributes']['position'], normal?: BufferGeometry['morphAttributes']['normal']): BufferGeometry {
  const geometry = new BufferGeometry().setAttribute('position', plain());
  geometry.morphAttributes = { ...(position ? { position } : {}), ...(normal ? { normal } : {}) };
  geometry.morphTargetsRelative = true;
  return geometry;
}

describe('morph targets', () => {
  it('end with the last vertex that they move, in place or in light', () => {
    const geometry = geometryOf([plain([1, 2]), padded([3, 0]), plain()], [padded([2, 1]), padded([0, 0]), padded()]);
    trimTargets(geometry);
    const { position, normal } = geometry.morphAttributes;
    expect(position!.map(({ count }) => count)).toEqual([3, 4, 1]);
    expect(normal!.map(({ count }) => count)).toEqual([3, 4, 1]);
    expect(position![1]!.getX(3)).toBeCloseTo(64 / 127);
    trimTargets(geometry);
    expect(position!.map(({ count }) => count)).toEqual([3, 4, 1]);
    // What three.js makes of them is still a number.
    geometry.computeBoundingSphere();
    expect(geometry.boundingSphere!.radius).toBeGreaterThanOrEqual(0);
  });

  it('stay whole where zero is a place and no rest, and need no normals', () => {
    const absolute = geometryOf([plain([1, 2])]);
    absolute.morphTargetsRelative = false;
    trimTargets(absolute);
    expect(absolute.morphAttributes.position![0]!.count).toBe(VERTICES);
    const bare = geometryOf([plain([1, 0], [2, 1])]);
    trimTargets(bare);
    expect(bare.morphAttributes.position![0]!.count).toBe(3);
    trimTargets(geometryOf(undefined));
  });

  it('stay whole where two names share one, and where they colour', () => {
    const target = plain([3, 0]);
    const shared = geometryOf([target, target]);
    const colourful = geometryOf([plain([1, 0])]);
    colourful.morphAttributes.color = [plain([4, 0])];
    for (const geometry of [shared, colourful]) {
      trimTargets(geometry);
      expect(geometry.morphAttributes.position!.every(({ count }) => count === VERTICES)).toBe(true);
    }
  });
});
