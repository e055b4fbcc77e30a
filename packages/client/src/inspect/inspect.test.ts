import { readFileSync } from 'node:fs';
import { ARKIT_NAMES, VISEME_NAMES } from '@visavis/face';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeZip } from '../../test/archive.js';
import { faceGlb, GlbWriter, writeGlb } from '../../test/rig/make/glb.js';
import { SPLAT_COUNT, splatFiles, splatZip } from '../../test/rig/make/splat.js';
import { inspectAvatar, type AvatarReport } from './index.js';

const AVA = readFileSync(new URL('../../../../avatars/ava/avatar.glb', import.meta.url));
const bytesOf = (value: object): Uint8Array => new Uint8Array(writeGlb(JSON.stringify({ asset: { version: '2.0' }, ...value })));
const inspect = (bytes: ArrayBuffer | Uint8Array, mapping = {}): Promise<AvatarReport> => inspectAvatar(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes), mapping);
const errors = ({ problems }: AvatarReport): string[] => problems.filter(({ level }) => level === 'error').map(({ message }) => message);

describe('a report', () => {
  it('of a default avatar finds all 52 shapes, its bones, textures and triangles, and nothing wrong', async () => {
    const report = await inspect(AVA);
    expect(report).toMatchObject({ kind: 'glb', isUsable: true, speech: 'arkit', bytes: AVA.length, bones: ['head', 'leftEye', 'neck', 'rightEye'], verdict: { score: 1 } });
    expect([report.shapes.present.length, report.shapes.aliased, report.shapes.missing]).toEqual([52, [], []]);
    expect(report.triangles).toBeGreaterThan(5_000);
    expect(report.textures.length).toBeGreaterThan(2);
    for (const { type, width, height, bytes } of report.textures) {
      expect(type).toBe('image/webp');
      expect([width, height].every((side) => side >= 64 && side <= 2_048)).toBe(true);
      expect(bytes).toBeGreaterThan(100);
    }
    expect(errors(report)).toEqual([]);
  });

  it('tells names that are understood from those that are ARKit\'s, and from those that mean nothing', async () => {
    const { shapes, unknownTargets } = await inspect(faceGlb(['jawOpen', 'Mouth_Smile_L', 'eyeBlink', 'Spaghetti', 'mouthFunnel', 'MOUTHPUCKER']));
    expect(shapes.present).toEqual(['jawOpen', 'mouthFunnel']);
    expect(Object.fromEntries(shapes.aliased.map(({ name, target }) => [name, target]))).toEqual({
      mouthSmileLeft: 'Mouth_Smile_L', eyeBlinkLeft: 'eyeBlink', eyeBlinkRight: 'eyeBlink', mouthPucker: 'MOUTHPUCKER',
    });
    expect(unknownTargets).toEqual({ names: ['Spaghetti'], count: 1 });
  });

  it.each([
    ['every shape', ARKIT_NAMES, 'arkit', 1, 'as well as we can'],
    ['fifteen visemes', VISEME_NAMES.map((name) => `viseme_${name}`), 'visemes', 0.75, 'by 14 visemes'],
    ['five vowels', ['A', 'I', 'U', 'E', 'O'], 'visemes', 0.268, 'by 5 visemes'],
    ['a jaw', ['jawOpen'], 'jaw', 0.25, 'opening its mouth only'],
    ['names in another language', ['Mund offen', 'Lächeln'], 'none', 0, 'cannot speak'],
  ])('says how well a face with %s will speak', async (_, names, speech, score, says) => {
    const report = await inspect(faceGlb(names));
    expect(report.speech).toBe(speech);
    expect(report.verdict.score).toBeCloseTo(score, 2);
    expect(report.verdict.sentence).toContain(says);
    expect(report.isUsable).toBe(score > 0);
  });

  it('goes by a mapping where there is one', async () => {
    const report = await inspect(faceGlb(['Mund offen', 'Kussmund', 'Trichter']), { 'Mund offen': 'jawOpen', Kussmund: 'mouthPucker', Trichter: 'mouthFunnel' });
    expect(report.shapes.aliased.map(({ name }) => name)).toEqual(['jawOpen', 'mouthFunnel', 'mouthPucker']);
    expect(report.isUsable).toBe(true);
  });

  it('reads the expressions, bones and licence of a VRM of either version', async () => {
    const vrm1 = await inspect(bytesOf({ scenes: [{}], extensionsUsed: ['VRMC_vrm'], extensions: { VRMC_vrm: {
      meta: { licenseUrl: 'https://vrm.dev/licenses/1.0/' }, humanoid: { humanBones: { head: { node: 0 }, neck: { node: 1 } } },
      expressions: { preset: { aa: {}, ih: {}, ou: {}, ee: {}, oh: {}, blink: {} }, custom: {} },
    } } }));
    expect(vrm1).toMatchObject({ kind: 'vrm1', speech: 'visemes', bones: ['head', 'neck'], license: 'https://vrm.dev/licenses/1.0/', isUsable: true });
    const vrm0 = await inspect(bytesOf({ scenes: [{}], extensions: { VRM: {
      meta: { licenseName: 'CC0' }, humanoid: { humanBones: [{ bone: 'head', node: 0 }] },
      blendShapeMaster: { blendShapeGroups: [...'aiueo'].map((presetName) => ({ presetName })) },
    } } }));
    expect(vrm0).toMatchObject({ kind: 'vrm0', speech: 'visemes', bones: ['head'], license: 'CC0', isUsable: true });
    expect(vrm0.visemes.present).toHaveLength(5);
  });

  it('reads splats in the layout of LAM, and says what is missing of it', async () => {
    const report = await inspect(splatZip());
    expect(report).toMatchObject({ kind: 'splat', gaussians: SPLAT_COUNT, speech: 'arkit', isUsable: true });
    expect(report.verdict.sentence).toContain('lacks');
    const { 'head/offset.ply': ply, ...others } = splatFiles();
    expect(errors(await inspect(splatZip({ 'head/offset.ply': ply! })))[0]).toContain('without skin.glb, vertex_order.json');
    const cut = await inspect(splatZip({ ...others, 'head/offset.ply': ply!.subarray(0, -4) }));
    expect([cut.isUsable, errors(cut)]).toEqual([false, [expect.stringMatching(/^offset\.ply is cut off/)]]);
  });

  it.each([
    ['one is named twice', (order: number[]) => [order[1]!, ...order.slice(1)], 'does not name every vertex once'],
    ['one is missing', (order: number[]) => order.slice(1), `not a list of ${SPLAT_COUNT} numbers`],
    ['it is an object', () => ({}), 'not a list'],
  ])('finds an order of splats in which %s', async (_, change, says) => {
    const files = splatFiles();
    const order = JSON.parse(new TextDecoder().decode(files['head/vertex_order.json'])) as number[];
    const report = await inspect(splatZip({ ...files, 'head/vertex_order.json': new TextEncoder().encode(JSON.stringify(change(order))) }));
    expect([report.isUsable, errors(report).join('; ')]).toEqual([false, expect.stringContaining(says)]);
  });

  it('finds a head that has other vertices than there are splats', async () => {
    const files = splatFiles();
    const report = await inspect(splatZip({ ...files, 'head/skin.glb': new Uint8Array(faceGlb(['jawOpen'])) }));
    expect(errors(report).join('; ')).toContain(`no mesh of skin.glb has ${SPLAT_COUNT} vertices`);
  });

  it('finds textures that are cut off or changed', async () => {
    const webp = readFileSync(new URL('../../../../avatars/dot/thumbnail.webp', import.meta.url));
    const png = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (letter) => letter.charCodeAt(0));
    const changed = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 0x55 : byte));
    const damageOf = async (picture: Uint8Array): Promise<string | undefined> => {
      const uri = `data:image/webp;base64,${Buffer.from(picture).toString('base64')}`;
      const { textures, problems } = await inspect(bytesOf({ scenes: [{}], images: [{ uri }] }));
      expect(problems.some(({ message }) => message.includes('is damaged'))).toBe(textures[0]!.damage !== undefined);
      return textures[0]!.damage;
    };
    expect([await damageOf(webp), await damageOf(png)]).toEqual([undefined, undefined]);
    expect(await damageOf(webp.subarray(0, -100))).toBe('it is cut off');
    expect(await damageOf(changed(webp, 23))).toBe('its image is damaged');
    expect(await damageOf(changed(webp, 17))).toBe('its parts do not fit together');
    expect(await damageOf(png.subarray(0, -12))).toBe('it is cut off');
    expect(await damageOf(changed(png, 45))).toBe('its checksums are wrong');
  });
});

/** As much of a PNG as says its size. */
function pngHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

describe('what cannot be used', () => {
  const damaged = new GlbWriter();
  const POSITION = damaged.add(Float32Array.of(0, 0, 0, 1, NaN, 0, 0, 1, 0), 'VEC3');
  const notNumbers = damaged.finish({ scenes: [{}], meshes: [{ primitives: [{ attributes: { POSITION }, targets: [{ POSITION }] }], extras: { targetNames: ['jawOpen'] } }] });

  it.each([
    ['a text', new TextEncoder().encode('hello'), 'no GLB'],
    ['nothing', new Uint8Array(0), 'no GLB'],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 4), 'picture'],
    ['a GLB without morphs', faceGlb([]), 'neither morph targets nor a jaw bone'],
    ['a GLB that is cut off', AVA.subarray(0, 5_000), 'cut off'],
    ['an external URI', bytesOf({ buffers: [{ uri: 'https://elsewhere/a.bin' }] }), 'outside itself'],
    ['Draco', bytesOf({ extensionsRequired: ['KHR_draco_mesh_compression'] }), 'Draco'],
    ['KTX2', bytesOf({ extensionsRequired: ['KHR_texture_basisu'] }), 'KTX2'],
    ['an extension of nobody', bytesOf({ extensionsRequired: ['ACME_secret'] }), 'ACME_secret'],
    ['NaN in an accessor', notNumbers, 'not numbers'],
    ['a node below itself', bytesOf({ scenes: [{}], nodes: [{ children: [1] }, { children: [2, 2] }, { children: [1] }] }), 'below itself'],
    ['a texture that says it is vast', bytesOf({ scenes: [{}], images: [{ uri: `data:image/png;base64,${Buffer.from(pngHeader(9_000, 16)).toString('base64')}` }] }), '9000 x 16'],
    ['one in a URI of capitals', bytesOf({ scenes: [{}], images: [{ uri: `DATA:image/png;BASE64,${Buffer.from(pngHeader(9_000, 16)).toString('base64')}` }] }), '9000 x 16'],
    ['textures that are vast together', bytesOf({ scenes: [{}], images: Array.from({ length: 3 }, () => ({ uri: `data:image/png;base64,${Buffer.from(pngHeader(8_192, 8_192)).toString('base64')}` })) }), 'pixels together'],
    ['a zip bomb', writeZip([{ name: 'offset.ply', data: new Uint8Array(1_000), claimed: 4_000_000_000 }]), 'unpack to more than'],
    ['a path out of an archive', writeZip([{ name: '../offset.ply', data: new Uint8Array(10) }]), 'outside itself'],
  ])('%s is an error in words', async (_, bytes, says) => {
    const report = await inspect(bytes);
    expect(report.isUsable).toBe(false);
    expect(errors(report).join('; ')).toContain(says);
  });

  it('of 200 MB is not looked into', async () => {
    expect(errors(await inspect(new Uint8Array(200_000_000)))[0]).toContain('200000000 bytes');
  });

  it('gives a report, whatever was changed in it', async () => {
    const small = new Uint8Array(faceGlb(['jawOpen', 'mouthFunnel']));
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(small.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = small.slice();
      for (const [at, value] of changes) changed[at] = value;
      const { problems, isUsable } = await inspect(changed);
      return isUsable === problems.every(({ level }) => level !== 'error');
    }), { numRuns: 500 });
  });
});
