import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Document, NodeIO } from '@gltf-transform/core';
import type { AvatarView } from '@visavis/client';
import { imageSize, inspectAvatar } from '@visavis/client/inspect';
import { ARKIT_NAMES } from '@visavis/face';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { launchBrowser } from '../../../test/browser.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const AVA = here('../../../avatars/ava');

vi.setConfig({ testTimeout: 240_000 });
beforeAll(() => {
  if (!existsSync(here('../dist/page/preview.html'))) throw new Error('the command runs as it is installed, from dist: run npm run build first');
});

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'visavis-avatar-')); });
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Ended { readonly status: number | null; readonly stdout: string; readonly stderr: string }

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  return spawnSync(process.execPath, [here('../bin/visavis.js'), 'avatar', ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
}

const NO_BROWSER = { VISAVIS_CHROMIUM: '/nowhere' };

/** A face of one triangle with these shapes, and an opaque picture of 160 x 160. */
function texturedFace(names: readonly string[] = ARKIT_NAMES): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const accessor = (type: 'VEC2' | 'VEC3', ...numbers: number[]) => document.createAccessor().setType(type).setArray(Float32Array.from(numbers)).setBuffer(buffer);
  const image = document.createTexture('skin').setImage(readFileSync(here('fixtures/noise.png'))).setMimeType('image/png');
  const face = document.createPrimitive()
    .setAttribute('POSITION', accessor('VEC3', 0, 0, 0, 0.1, 0, 0, 0, 0.1, 0))
    .setAttribute('TEXCOORD_0', accessor('VEC2', 0, 0, 1, 0, 0, 1))
    .setMaterial(document.createMaterial().setBaseColorTexture(image));
  names.forEach((name, i) => face.addTarget(document.createPrimitiveTarget(name).setAttribute('POSITION', accessor('VEC3', 0, -1 - i, 0, 0, -1, 0, 0, -1, 0))));
  const mesh = document.createMesh().addPrimitive(face).setExtras({ targetNames: names }).setWeights(names.map(() => 0));
  document.createScene().addChild(document.createNode('Head').setMesh(mesh));
  return new NodeIO().writeBinary(document);
}

/** Copies the drawn avatar with one of its files changed, and the manifest with it. */
const drawn = (name: string, change: (text: string) => string) => (at: string): void => {
  cpSync(here('../../../avatars/dot'), at, { recursive: true });
  const content = change(readFileSync(join(at, name), 'utf8'));
  writeFileSync(join(at, name), content);
  const manifest = JSON.parse(readFileSync(join(at, 'avatar.json'), 'utf8')) as { files: { name: string }[] };
  Object.assign(manifest.files.find((file) => file.name === name)!, { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
  writeFileSync(join(at, 'avatar.json'), JSON.stringify(manifest));
};

describe('visavis avatar check', () => {
  it('takes a drawn avatar', () => {
    expect(run(['check', here('../../../avatars/dot')])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Dot: avatar package, drawn pictures/) as string });
  });

  it('says one thing of a folder that is none', () => {
    expect(run(['check', folder]).stdout.match(/ERROR/g)).toHaveLength(1);
  });

  it('says of a packed avatar what it is and that it will speak', () => {
    const { status, stdout, stderr } = run(['check', AVA]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Ava: avatar package, GLB, version \S+, CC0-1\.0/);
    expect(stdout).toContain('52 of 52');
    expect(stdout).toContain('(100 of 100)');
  });

  it('gives the whole report as JSON', () => {
    const report = JSON.parse(run(['check', join(AVA, 'avatar.glb'), '--json']).stdout) as { isUsable: boolean; shapes: { present: string[] } };
    expect([report.isUsable, report.shapes.present.length]).toEqual([true, 52]);
  });

  it.each([
    ['a file that is none', (at: string) => writeFileSync(join(at, 'a.glb'), 'hello'), 'a.glb', 'no GLB'],
    ['a folder without a manifest', () => undefined, '.', 'there is no avatar.json'],
    ['a hash that is wrong', (at: string) => {
      cpSync(AVA, at, { recursive: true });
      const bytes = readFileSync(join(at, 'avatar.glb'));
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(join(at, 'avatar.glb'), bytes);
    }, '.', 'another hash'],
    ['a file that is missing', (at: string) => {
      cpSync(AVA, at, { recursive: true });
      rmSync(join(at, 'avatar.glb'));
    }, '.', 'is missing'],
    ['a manifest that leads out of its folder', (at: string) => writeFileSync(join(at, 'avatar.json'), JSON.stringify({
      schema: 'visavis.avatar/1', id: 'a', name: 'A', version: '1', license: 'MIT', rig: { type: 'glb', file: '../a.glb' },
    })), '.', '"rig.file" must be'],
    ['a file that is too large, by what it is', (at: string) => {
      writeFileSync(join(at, 'a.glb'), readFileSync(join(AVA, 'avatar.glb')).subarray(0, 1_000));
      truncateSync(join(at, 'a.glb'), 200 * 1024 * 1024);
    }, 'a.glb', 'a.glb: GLB, 200.0 MiB\n  ERROR     it has 200.0 MiB, and 64.0 MiB are the most'],
    ['a drawing that names no picture of its own', drawn('dot.json', (text) => text.replace('nose.svg', 'chin.svg')), '.', 'the picture "chin.svg" cannot be used'],
    ['a drawing that is none', drawn('dot.json', () => 'hello'), '.', 'the drawing is not JSON'],
    ['a drawing with a picture that runs', drawn('nose.svg', (text) => text.replace('</svg>', '<script>1</script></svg>')), '.', '"nose.svg" cannot be used: it holds a script'],
  ])('refuses %s with status 1, in words', (_, prepare, path, says) => {
    prepare(folder);
    const { status, stdout, stderr } = run(['check', join(folder, path)]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('ERROR');
    expect(stdout).toContain(says);
  });

  it('says in one line that there is nothing', () => {
    expect(run(['check', join(folder, 'nobody.glb')])).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/^visavis: there is no file or folder .*\n$/) as string });
  });
});

describe('visavis avatar pack', () => {
  it('writes what check takes, without a browser too', async () => {
    writeFileSync(join(folder, 'face.glb'), await texturedFace());
    const out = join(folder, 'out');
    const picture = join(AVA, 'thumbnail.webp');
    const args = ['pack', join(folder, 'face.glb'), '--id', 'face', '--name', 'A Face', '--license', 'MIT', '--out', out, '--thumbnail', picture];
    expect(run(args, NO_BROWSER)).toMatchObject({ status: 0, stderr: expect.stringContaining('no Chromium was found') as string });
    expect(readdirSync(out).sort()).toEqual(['avatar.glb', 'avatar.json', 'thumbnail.webp']);
    expect(readFileSync(join(out, 'thumbnail.webp'))).toEqual(readFileSync(picture));
    expect(run(['check', out])).toMatchObject({ status: 0, stdout: expect.stringContaining('52 of 52') as string });
    expect(run(args, NO_BROWSER)).toMatchObject({ status: 1, stderr: expect.stringContaining('is not empty') as string });
    expect(run([...args, '--force'], NO_BROWSER).status).toBe(0);
  });

  it('writes what targets with names of one\'s own mean into the manifest', async () => {
    const [glb, mapping, out] = ['face.glb', 'names.json', 'out'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(glb, await texturedFace(['Mund offen', 'Kussmund', 'Trichter']));
    const args = ['pack', glb, '--id', 'face', '--license', 'MIT', '--out', out, '--keep'];
    expect(run(args, NO_BROWSER)).toMatchObject({ status: 1, stderr: expect.stringContaining('"mapping"') as string });
    writeFileSync(mapping, '["jawOpen"]');
    expect(run([...args, '--mapping', mapping], NO_BROWSER)).toMatchObject({ status: 1, stderr: expect.stringContaining('is no JSON object') as string });
    const meanings = { 'Mund offen': 'jawOpen', Kussmund: 'mouthPucker', Trichter: 'mouthFunnel' };
    writeFileSync(mapping, JSON.stringify(meanings));
    expect(run([...args, '--mapping', mapping], NO_BROWSER).status).toBe(0);
    expect(JSON.parse(readFileSync(join(out, 'avatar.json'), 'utf8'))).toMatchObject({ mapping: meanings });
    expect(run(['check', out]).status).toBe(0);
  });

  it('takes nothing away before it has what comes instead', async () => {
    const source = await texturedFace();
    writeFileSync(join(folder, 'avatar.glb'), source);
    const args = ['pack', join(folder, 'avatar.glb'), '--id', 'face', '--license', 'MIT', '--out', folder, '--force'];
    expect(run([...args, '--name', 'A'.repeat(100)], NO_BROWSER)).toMatchObject({ status: 1, stderr: expect.stringContaining('"name" must be') as string });
    expect(readFileSync(join(folder, 'avatar.glb'))).toEqual(Buffer.from(source));
    expect(run(args, NO_BROWSER).status).toBe(0);
    expect(run(['check', folder]).status).toBe(0);
  });

  it('has Chromium make pictures smaller and draw the thumbnail', async () => {
    writeFileSync(join(folder, 'face.glb'), await texturedFace());
    const out = join(folder, 'out');
    expect(run(['pack', join(folder, 'face.glb'), '--id', 'face', '--license', 'MIT', '--out', out, '--texture-size', '16'])).toMatchObject({ status: 0 });
    const { textures } = await inspectAvatar(readFileSync(join(out, 'avatar.glb')));
    expect(textures).toMatchObject([{ type: 'image/webp', width: 16, height: 16 }]);
    expect(imageSize(readFileSync(join(out, 'thumbnail.webp')))).toEqual({ type: 'image/webp', width: 512, height: 512 });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('visavis-chromium-'))).toEqual([]);
  });

  it.each([
    ['what check refuses', ['README.md'], ['--id', 'a'], 'cannot be packed'],
    ['what is packed', [AVA], ['--id', 'a'], 'packed already'],
    ['an id that is none', [join(AVA, 'avatar.glb')], ['--id', '../a'], '--id "../a"'],
    ['a thumbnail that is none', [join(AVA, 'avatar.glb')], ['--id', 'a', '--thumbnail', 'README.md'], 'no WebP'],
  ])('refuses %s', (_, files, options, says) => {
    const { status, stderr } = run(['pack', ...files, ...options, '--license', 'MIT', '--out', join(folder, 'out')], NO_BROWSER);
    expect([status, stderr]).toEqual([1, expect.stringContaining(says)]);
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});

declare global {
  var visavis: AvatarView;
}

describe('visavis avatar preview', () => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(() => browser?.close());

  async function startPreview(path: string): Promise<string> {
    child = spawn(process.execPath, [here('../bin/visavis.js'), 'avatar', 'preview', path, '--no-open'], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout! })) return line;
    throw new Error('no address');
  }

  it.each([['a packed avatar', AVA], ['a lone file', join(AVA, 'avatar.glb')]])('shows %s, moves it by hand and has it speak', async (_, path) => {
    const page = await browser.newPage({ viewport: { width: 420, height: 300 } });
    await page.goto(await startPreview(path));
    await page.waitForSelector('html[data-ready]', { timeout: 120_000 });
    await page.evaluate(() => { visavis.quality = 'low'; });
    await page.getByText('52 shapes').click();
    await page.getByText('Jaw', { exact: true }).click();
    await page.getByRole('slider', { name: 'open' }).fill('0.5');
    const jaw = (): Promise<number> => page.evaluate(() => new Promise((resolve) => { visavis.onPoseApplied = (pose) => resolve(pose.weights[17]!); }));
    expect(await jaw()).toBeCloseTo(0.5, 2);
    await page.getByText('Let go of everything').click();
    expect(await jaw()).toBeLessThan(0.3);
    await page.getByRole('button', { name: 'Speak' }).click();
    await page.waitForFunction(() => visavis.controller.conversationState === 'playing' && visavis.controller.getAudioTime() > 500, undefined, { timeout: 60_000 });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.waitForFunction(() => visavis.controller.conversationState === 'idle');
    expect(await page.locator('#notice').textContent()).toBe('');
    await page.close();
  });

  it('gives other pages nothing', async () => {
    const url = await startPreview(AVA);
    expect((await fetch(`${url}file`, { headers: { Origin: 'https://elsewhere.example' } })).status).toBe(403);
    expect((await fetch(`${url}api/preview`)).status).toBe(200);
    expect((await fetch(`${url}..%2fvisavis.js`)).status).toBe(404);
  });
});
