import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { faceGlb, writeGlb } from '../../test/rig/make/glb.js';
import { writeZip } from '../../test/archive.js';
import { AvatarManager } from './index.js';

const AVATAR = new URL('../../../../avatars/ava/', import.meta.url);
const manager = new AvatarManager({ pageUrl: 'http://page.test/' });
const named = (part: BlobPart, name: string): File => new File([part], name);

describe('loadFile', () => {
  it('takes a GLB as it is, named as its file', async () => {
    const avatar = await manager.loadFile(named(faceGlb(['jawOpen']), 'Mein Kopf (2).GLB'));
    expect(avatar.manifest).toMatchObject({ id: 'Mein-Kopf-2-', name: 'Mein Kopf (2)', rig: { type: 'glb', file: 'avatar.glb' } });
    expect([avatar.integrity, avatar.thumbnailUrl]).toEqual(['none', undefined]);
  });

  it.each([
    ['vrm', writeGlb(JSON.stringify({ extensionsUsed: ['VRMC_vrm'] }))],
    ['vrm', writeGlb(JSON.stringify({ extensions: { VRM: {} } }))],
    ['splat', writeZip([{ name: 'offset.ply', data: new Uint8Array(4) }]).buffer],
    ['glb', faceGlb([])],
  ])('tells a %s by its content, whatever it is called', async (type, bytes) => {
    expect((await manager.loadFile(named(bytes, 'x.bin'))).manifest.rig.type).toBe(type);
    expect((await manager.loadFile(new Blob([bytes]))).manifest.id).toBe('avatar');
  });

  it('takes the files of a packed avatar, from a folder too', async () => {
    const files = await Promise.all(['avatar.json', 'avatar.glb', 'thumbnail.webp'].map(async (name) =>
      Object.assign(named(await readFile(new URL(name, AVATAR)), name), { path: name })));
    expect((await manager.loadFile(files)).manifest).toMatchObject({ id: 'ava', name: 'Ava' });
    const dropped = files.map((file) => ({ name: file.name, size: file.size, arrayBuffer: () => file.arrayBuffer(), webkitRelativePath: `ava/${file.name}` }));
    expect((await manager.loadFile(dropped)).id).toBe('ava');
    await expect(manager.loadFile(files.slice(0, 1))).rejects.toMatchObject({ code: 'unsupportedAvatarAsset' });
  });

  it.each([
    ['a picture', named(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'a.glb'), 'picture'],
    ['a text', named('hello', 'a.glb'), 'no GLB'],
    ['nothing', named('', 'a.glb'), 'no GLB'],
    ['a glTF in parts', named('{"asset": {"version": "2.0"}}', 'a.gltf'), 'one GLB'],
    ['a GLB that is cut off', named(faceGlb([]).slice(0, 60), 'a.glb'), 'cut off'],
    ['another host in it', named(writeGlb('{"images":[{"uri":"https://a/b.png"}]}'), 'a.glb'), 'outside itself'],
    ['two at once', [named('a', 'a.glb'), named('b', 'b.glb')], 'One file at a time'],
  ])('refuses %s', async (_, file, says) => {
    await expect(manager.loadFile(file)).rejects.toMatchObject({ code: 'unsupportedAvatarAsset', message: expect.stringContaining(says) as string });
  });

  it('refuses 200 MB unread', async () => {
    const huge = { name: 'a.glb', size: 200_000_000, arrayBuffer: () => Promise.reject(new Error('read')) };
    await expect(manager.loadFile(huge)).rejects.toMatchObject({ code: 'unsupportedAvatarAsset', message: expect.stringContaining('190.7 MiB') as string });
  });

  it('refuses a manifest that leads out of its folder', async () => {
    const manifest = JSON.stringify({ schema: 'visavis.avatar/1', id: 'a', name: 'A', version: '1', license: 'MIT', rig: { type: 'glb', file: '../../secret.glb' } });
    await expect(manager.loadFile([named(manifest, 'avatar.json')])).rejects.toMatchObject({ code: 'invalidAvatarMetadata' });
  });
});
