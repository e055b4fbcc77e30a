import { BufferAttribute, BufferGeometry, SphereGeometry, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { measureEye } from './eyeball.js';

const FARTHEST = 1.75;

/** A ball of rings about +z with a cornea, its texture laid out by polar angle; `centre` is where a converter put it. */
function eyeball({ radius = 0.012, bulge = 0.05, centre = [0, 0, 0], turn = 1, power = 1, hollow = false } = {}): BufferGeometry {
  const points: number[] = [];
  const uvs: number[] = [];
  for (let ring = 0; ring <= 24; ring++) {
    const angle = (ring / 24) * FARTHEST;
    const out = radius * (1 + bulge * Math.exp(-1.1 * (angle / 0.34) ** 2));
    for (let i = 0; i < 32; i++) {
      const around = (i / 32) * 2 * Math.PI;
      const [x, y] = [Math.sin(angle) * Math.cos(around), Math.sin(angle) * Math.sin(around)];
      const ahead = hollow && angle < 0.4 ? Math.cos(0.4) - 0.03 * Math.sqrt(1 - angle / 0.4) : Math.cos(angle);
      points.push(centre[0]! + out * x, centre[1]! + out * y, centre[2]! + out * ahead);
      const reach = 0.5 * (angle / FARTHEST) ** power;
      uvs.push(0.5 + reach * Math.cos(around), 0.5 - turn * reach * Math.sin(around));
    }
  }
  return new BufferGeometry()
    .setAttribute('position', new BufferAttribute(Float32Array.from(points), 3))
    .setAttribute('uv', new BufferAttribute(Float32Array.from(uvs), 2));
}

describe('measureEye', () => {
  it('finds centre, cornea and texture scale of a ball that a converter moved and scaled', () => {
    const geometry = eyeball({ radius: 0.8, centre: [0.1, 0, -0.4] });
    const measures = measureEye(geometry, 0.36)!;
    expect(measures.eyeIris.value).toBe(0.36);
    expect(measures.eyeBulge.value).toBeCloseTo(0.05, 2);
    expect(measures.eyeTexture.value).toBeCloseTo(0.5 / FARTHEST, 2);
    const pole = new Vector3().fromBufferAttribute(geometry.getAttribute('eyePoint'), 0);
    expect(pole.distanceTo(new Vector3(0, 0, 1.05))).toBeLessThan(0.02);
  });

  it('finds a texture laid out by a power of the angle, on a ball with a hollow front', () => {
    const measures = measureEye(eyeball({ bulge: 0, power: 0.62, hollow: true }), 0.4)!;
    expect(measures.eyePower.value).toBeCloseTo(0.62, 2);
    expect(measures.eyeTexture.value * FARTHEST ** 0.62).toBeCloseTo(0.5, 3);
    expect(measures.eyeBulge.value, 'a cornea all the same').toBeCloseTo(0.055);
  });

  it('takes an iris of the usual size where the file tells none that could be', () => {
    for (const told of [undefined, 'wide', 0, 9, Number.NaN]) expect(measureEye(eyeball(), told)!.eyeIris.value).toBe(0.4);
  });

  it('knows no other layout', () => {
    expect(measureEye(new SphereGeometry(0.012), undefined)).toBeUndefined();
    expect(measureEye(eyeball({ turn: -1 }), undefined)).toBeUndefined();
    expect(measureEye(new BufferGeometry(), undefined)).toBeUndefined();
  });
});
