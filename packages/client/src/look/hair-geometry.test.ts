import { BufferAttribute, BufferGeometry } from 'three';
import { describe, expect, it } from 'vitest';
import { drawFromInside, traceStrands } from './hair-geometry.js';

/** Square cards that face +z at these depths, two triangles each, v upwards; listed in this order. */
function cards(...depths: number[]): BufferGeometry {
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const;
  const places = depths.flatMap((z) => corners.flatMap(([x, y]) => [x, y, z]));
  const uvs = depths.flatMap(() => corners.flatMap(([x, y]) => [(x + 1) / 2, (y + 1) / 2]));
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(Float32Array.from(places), 3));
  geometry.setAttribute('uv', new BufferAttribute(Float32Array.from(uvs), 2));
  geometry.setIndex(depths.flatMap((_, i) => [0, 1, 2, 0, 2, 3].map((corner) => i * 4 + corner)));
  return geometry;
}

describe('drawFromInside', () => {
  it('draws cards that are farther from the middle later, each in one piece', () => {
    const geometry = cards(3, -1, -3, 1.5);
    drawFromInside(geometry);
    const order = Array.from({ length: 8 }, (_, i) => Math.floor(geometry.getIndex()!.getX(i * 3) / 4));
    expect(order).toEqual([1, 1, 3, 3, 0, 0, 2, 2]);
  });
});

describe('traceStrands', () => {
  it('follows growing v', () => {
    const geometry = cards(0, 1);
    traceStrands(geometry);
    const strand = geometry.getAttribute('strand');
    for (let i = 0; i < strand.count; i++) {
      expect(strand.getY(i)).toBeGreaterThan(0);
      expect(Math.hypot(strand.getX(i), strand.getZ(i))).toBeCloseTo(0);
    }
  });
});
