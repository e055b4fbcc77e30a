/** A small head of Gaussian splats in LAM's layout: an egg with painted eyes and mouth. Made by this project, CC0. */
import { zipSync } from 'fflate';
import { ellipsoid } from './figure.js';
import { GlbWriter } from './glb.js';

const HEAD = ellipsoid([0.075, 0.105, 0.085], [0, -0.02, -0.06], 56, 72);
const COUNT = HEAD.positions.length / 3;
const EYES = [0.03, -0.03].map((x) => ({ x, y: 0 }));
const MOUTH_Y = -0.06;

const at = (i: number): readonly [x: number, y: number, z: number] => [HEAD.positions[3 * i]!, HEAD.positions[3 * i + 1]!, HEAD.positions[3 * i + 2]!];

/** 1 at a place of the face and 0 from `radius` away. */
function near(i: number, x: number, y: number, radius: number): number {
  const [px, py, pz] = at(i);
  return pz < -0.02 ? 0 : Math.max(0, 1 - Math.hypot(px - x, (py - y) * 1.6) / radius);
}

/** Where targets move vertex `i`, metres. */
const TARGETS: Readonly<Record<string, (i: number) => readonly [number, number, number]>> = {
  jawOpen: (i) => [0, at(i)[2] > -0.03 && at(i)[1] < MOUTH_Y - 0.002 ? -0.03 * Math.max(0, 1 - Math.abs(at(i)[0]) / 0.06) : 0, 0],
  mouthFunnel: (i) => [0, 0, 0.02 * near(i, 0, MOUTH_Y, 0.03)],
  mouthPucker: (i) => [-0.4 * at(i)[0] * near(i, 0, MOUTH_Y, 0.04), 0, 0.01 * near(i, 0, MOUTH_Y, 0.03)],
  mouthSmileLeft: (i) => [0, 0.012 * near(i, 0.025, MOUTH_Y, 0.025), 0],
  mouthSmileRight: (i) => [0, 0.012 * near(i, -0.025, MOUTH_Y, 0.025), 0],
  eyeBlinkLeft: (i) => [0, 0, -0.03 * Math.ceil(near(i, EYES[0]!.x, 0, 0.014))],
  eyeBlinkRight: (i) => [0, 0, -0.03 * Math.ceil(near(i, EYES[1]!.x, 0, 0.014))],
};

const PLY_NAMES = ['x', 'y', 'z', 'nx', 'ny', 'nz', 'f_dc_0', 'f_dc_1', 'f_dc_2', 'opacity', 'scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3'];

/** The rows of the PLY: `order[i]` is the vertex of the Gaussian in row i. */
function gaussianRows(order: readonly number[]): Float32Array {
  return Float32Array.from(order.flatMap((i) => {
    const eye = Math.max(...EYES.map(({ x, y }) => near(i, x, y, 0.012)));
    const mouth = near(i, 0, MOUTH_Y, 0.028) > 0 && Math.abs(at(i)[1] - MOUTH_Y) < 0.006;
    const hair = at(i)[1] > 0.035 - at(i)[2] * 0.3 - 0.02;
    const colour = eye > 0 ? [0.1, 0.12, 0.2] : mouth ? [0.65, 0.15, 0.2] : hair ? [0.25, 0.16, 0.1] : [0.86, 0.66, 0.55];
    const along = [at(i)[0] * 0.02, at(i)[1] * 0.02, 0.001];
    return [...along, 0, 0, 0, ...colour, 4, ...[0.0045, 0.0045, 0.0045].map(Math.log), 1, 0, 0, 0];
  }));
}

/** A PLY file of these rows. */
export function writePly(rows: Float32Array, names: readonly string[] = PLY_NAMES, count = rows.length / names.length): Uint8Array {
  const header = ['ply', 'format binary_little_endian 1.0', `element vertex ${count}`, ...names.map((name) => `property float ${name}`), 'end_header', ''].join('\n');
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(text.length + rows.byteLength);
  out.set(text);
  out.set(new Uint8Array(rows.buffer), text.length);
  return out;
}

export function skinGlb(): Uint8Array {
  const writer = new GlbWriter();
  const names = Object.keys(TARGETS);
  const POSITION = writer.add(HEAD.positions, 'VEC3');
  const targets = names.map((name) => ({ POSITION: writer.add(Float32Array.from(Array.from({ length: COUNT }, (_, i) => TARGETS[name]!(i)).flat()), 'VEC3') }));
  const primitive = { attributes: { POSITION }, indices: writer.add(HEAD.indices, 'SCALAR'), targets };
  return new Uint8Array(writer.finish({
    scene: 0, scenes: [{ nodes: [0] }], nodes: [{ mesh: 0, name: 'head' }], meshes: [{ primitives: [primitive], extras: { targetNames: names } }],
  }));
}

/** Every file of the layout that is read, for tests to damage. Gaussians are in another order than vertices. */
export function splatFiles(): Record<string, Uint8Array> {
  const order = Array.from({ length: COUNT }, (_, i) => (i * 7 + 3) % COUNT);
  return {
    'head/offset.ply': writePly(gaussianRows(order)),
    'head/skin.glb': skinGlb(),
    'head/vertex_order.json': new TextEncoder().encode(JSON.stringify(order)),
  };
}

export function splatZip(files: Record<string, Uint8Array> = splatFiles()): ArrayBuffer {
  return zipSync(files, { mtime: new Date('2026-01-01T00:00:00Z') }).slice().buffer;
}

/** Number of Gaussians, which 7 must not divide for the order to name every vertex once. */
export const SPLAT_COUNT = COUNT;
