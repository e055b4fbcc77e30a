import { existsSync, readFileSync } from 'node:fs';
import { CHANNEL, createPose, visemePose } from '@visavis/face';
import { VisavisError } from '@visavis/protocol/errors';
import { zipSync } from 'fflate';
import { Quaternion, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { NUMBERS } from '../../src/rig/splat/blend.js';
import { readSplatHead, type SplatHead } from '../../src/rig/splat/splat-head.js';
import { skinGlb, SPLAT_COUNT, splatFiles, splatZip, writePly } from './make/splat.js';

const read = (bytes: ArrayBuffer): Promise<SplatHead> => readSplatHead(bytes, (count) => count * NUMBERS);

const refusal = async (bytes: ArrayBuffer): Promise<string> => {
  const result: unknown = await read(bytes).catch((error: unknown) => error);
  return VisavisError.isInstance(result) ? `${result.code}: ${result.message}` : `not coded: ${String(result)}`;
};

/** What is shown of a Gaussian for the last pose: its place and how its surface is turned. */
function shown({ blend, bound }: SplatHead, i: number): { place: Vector3; turn: Vector3 } {
  const place = new Vector3().fromArray(bound, i * NUMBERS).add(new Vector3().fromArray(blend.data, i * NUMBERS));
  return { place, turn: new Vector3().fromArray(blend.data, i * NUMBERS + 4) };
}

const show = (head: SplatHead, weights: Float32Array): void => {
  head.signals.set(head.shaper.shape(weights));
  head.blend.apply(head.signals.values);
};

describe('a splat head', () => {
  it('finds which Gaussian belongs to which vertex', async () => {
    const { gaussians, bound } = await read(splatZip());
    expect(gaussians.count).toBe(SPLAT_COUNT);
    for (let i = 0; i < SPLAT_COUNT; i += 97) expect(gaussians.offsets[3 * i]).toBeCloseTo(bound[i * NUMBERS]! * 0.02, 5);
  });

  it('opens its mouth: Gaussians below it go down, those above stay', async () => {
    const head = await read(splatZip());
    const rest = Array.from({ length: SPLAT_COUNT }, (_, i) => shown(head, i).place);
    show(head, visemePose('aa').weights);
    let lowered = 0;
    rest.forEach((place, i) => {
      const drop = place.y - shown(head, i).place.y;
      if (drop > 0.004) lowered++;
      if (place.y > 0) expect(Math.abs(drop)).toBeLessThan(1e-6);
    });
    expect(lowered).toBeGreaterThan(30);
  });

  it('comes back to rest', async () => {
    const head = await read(splatZip());
    const rest = head.blend.data.slice();
    show(head, visemePose('aa').weights);
    expect(head.blend.data).not.toEqual(rest);
    show(head, createPose().weights);
    expect(head.blend.data).toEqual(rest);
  });

  it('turns the surface where a target bends it', async () => {
    const head = await read(splatZip());
    const pose = createPose();
    pose.weights[CHANNEL.mouthFunnel] = 1;
    show(head, pose.weights);
    const turns = Array.from({ length: SPLAT_COUNT }, (_, i) => ({ ...shown(head, i), i })).filter(({ turn }) => turn.length() > 0.2);
    const above = turns.filter(({ place }) => place.y > -0.05 && Math.abs(place.x) < 0.005);
    expect(above.length).toBeGreaterThan(0);
    // The lips come forward, so the skin above them faces up: a turn about -x.
    for (const { turn } of above) expect(turn.x).toBeLessThan(0);
  });

  it('moves the head as every rig does: yaw to its left about the neck', async () => {
    const { motion } = await read(splatZip());
    const pose = createPose();
    pose.rotation.set([0.4, 0, 0]);
    motion.set(pose);
    const forward = new Vector3(0, 0, 1).applyQuaternion(new Quaternion().copy(motion.head.turn));
    expect(forward.x).toBeCloseTo(Math.sin(0.4));
    const nose = new Vector3(0, 0, 0.03).applyQuaternion(motion.head.turn).add(motion.head.shift);
    expect(nose.x).toBeGreaterThan(0.02);
    expect(new Vector3(0, 0, 1).applyQuaternion(motion.neck.turn).x).toBeCloseTo(Math.sin(0.16));
  });
});

describe('splat archives that cannot be used', () => {
  const files = splatFiles();
  const withFile = (name: string, bytes: Uint8Array): ArrayBuffer => splatZip({ ...files, [name]: bytes });
  const without = (name: string): ArrayBuffer => splatZip(Object.fromEntries(Object.entries(files).filter(([each]) => each !== name)));
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const names = ['x', 'y', 'z', 'f_dc_0', 'f_dc_1', 'f_dc_2', 'opacity', 'scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3'];

  it.each<[string, ArrayBuffer, string]>([
    ['nothing', new ArrayBuffer(0), 'no ZIP file'],
    ['another file', skinGlb().slice().buffer, 'no ZIP file'],
    ['cut off', splatZip().slice(0, 4_000), 'cut off'],
    ['no mesh', without('head/skin.glb'), 'no skin.glb'],
    ['no order', without('head/vertex_order.json'), 'no vertex_order.json'],
    ['a name that leads out', splatZip({ ...files, '../evil.txt': text('x') }), "archive cannot be used"],
    ['an absolute name', splatZip({ ...files, '/etc/passwd': text('x') }), "archive cannot be used"],
    ['a file that is there twice', splatZip({ ...files, 'other/offset.ply': files['head/offset.ply']! }), 'twice'],
    ['more entries than a head has', zipSync(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}.txt`, text('x')]))).slice().buffer, 'entries'],
    ['a bomb', splatZip({ 'offset.ply': new Uint8Array(140 * 1024 * 1024) }), 'unpack to more'],
    ['a mesh of another head', withFile('head/offset.ply', writePly(new Float32Array(14 * 3).fill(0.1), names)), 'one for each Gaussian'],
    ['text for a PLY', withFile('head/offset.ply', text('hello')), 'no PLY header'],
    ['a PLY of text', withFile('head/offset.ply', text('ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n1')), 'not binary'],
    ['a PLY without end', withFile('head/offset.ply', writePly(new Float32Array(14), names, 2)), 'cut off'],
    ['absurdly many Gaussians', withFile('head/offset.ply', writePly(new Float32Array(14), names, 900_000_000)), 'must begin with 1 to'],
    ['no opacity', withFile('head/offset.ply', writePly(new Float32Array(13), names.filter((name) => name !== 'opacity'))), 'no property "opacity"'],
    ['a number that is none', withFile('head/offset.ply', writePly(new Float32Array(14).fill(NaN), names)), 'no number'],
    ['lists among the properties', withFile('head/offset.ply', text('ply\nformat binary_little_endian 1.0\nelement vertex 1\nproperty list uchar int x\nend_header\n')), 'not read here'],
    ['an order that names a vertex twice', withFile('head/vertex_order.json', text(JSON.stringify(new Array(SPLAT_COUNT).fill(0)))), 'every vertex once'],
    ['an order that is none', withFile('head/vertex_order.json', text('{')), 'not JSON'],
  ])('%s', async (_, bytes, reason) => {
    const said = await refusal(bytes);
    expect(said).toContain('unsupportedAvatarAsset');
    expect(said).toContain(reason);
  });
});

/** A head of that format that is not ours to ship; a folder that is not part of the repository may hold it. */
const SAMPLE = process.env['VISAVIS_LAM_SAMPLE'] ?? '';

describe('a head that LAM made', () => {
  it.skipIf(!existsSync(SAMPLE))('is read and opens its mouth (set VISAVIS_LAM_SAMPLE to its zip; skipped where there is none)', async () => {
    const head = await read(new Uint8Array(readFileSync(SAMPLE)).buffer);
    expect(head.gaussians.count).toBe(20_018);
    expect(head.signals.plan.speech).toBe('arkit');
    show(head, visemePose('aa').weights);
    const drops = Array.from({ length: head.gaussians.count }, (_, i) => -head.blend.data[i * NUMBERS + 1]!);
    expect(Math.max(...drops)).toBeGreaterThan(0.005);
    expect(Math.max(...drops)).toBeLessThan(0.05);
    const { min, max } = head.bounds;
    expect(min.y).toBeGreaterThan(-0.4);
    expect(max.y).toBeLessThan(0.25);
  });
});
