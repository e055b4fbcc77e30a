import { createHash } from 'node:crypto';
import { constants, promises as fs, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import {
  filesOfAvatar, isAvatarId, MANIFEST_FILE, MAX_FILE_BYTES, MAX_MANIFEST_BYTES, mediaTypeOf, parseManifest, type AvatarManifest,
} from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';

/** Folders below one root that are looked at; the rest is left out. */
const MAX_AVATARS = 1_000;
/** Anyone may ask for the list: for so long one reading of all manifests answers everybody. */
const LIST_MS = 1_000;

/** A file that may be given out. */
export interface AvatarAsset {
  /** Where it really is. */
  readonly path: string;
  readonly bytes: number;
  readonly mediaType: string;
  /** SHA-256 of its content, hexadecimal; undefined where the manifest does not say, or says what cannot be: half published. */
  readonly sha256: string | undefined;
  readonly modifiedMs: number;
}

export interface AvatarLibraryOptions {
  /** Each holds one folder per avatar, named by its id, or is such a folder itself. An earlier one wins. */
  readonly folders: readonly string[];
  /** Whether this avatar may be given out. Default: all may. */
  readonly isAllowed?: (id: string) => boolean;
  /** Called with what is wrong with an avatar's folder; the avatar is then unknown. */
  readonly onProblem?: (error: VisavisError, folder: string) => void;
  /** Milliseconds of a clock that only goes forward. Default: the process's. */
  readonly now?: () => number;
}

/**
 * Avatars on disk. Gives out an avatar's manifest and the files it names, and nothing else: no path that leaves its
 * folder, by `..` or by a link, and no file over 64 MiB. Looks anew each time, so that avatars may come and go; the list may be a second old.
 */
export class AvatarLibrary {
  readonly #options: AvatarLibraryOptions;
  /** The last reading of all manifests, which is answered with until `goodUntilMs`. */
  #listed: { readonly manifests: Promise<AvatarManifest[]>; goodUntilMs: number } | undefined;

  constructor(options: AvatarLibraryOptions) {
    this.#options = options;
  }

  /** Manifests of all avatars, by id. */
  async list(): Promise<AvatarManifest[]> {
    return (await this.#recent()).filter(({ id }) => this.#isAllowed(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #recent(): Promise<AvatarManifest[]> {
    const now = this.#options.now ?? performance.now.bind(performance);
    if (this.#listed && now() < this.#listed.goodUntilMs) return this.#listed.manifests;
    // Requests that come while it is read wait for the same reading; its second begins when it is there.
    const listed = { manifests: this.#readAll(), goodUntilMs: Infinity };
    const settle = (): void => { listed.goodUntilMs = now() + LIST_MS; };
    listed.manifests.then(settle, settle);
    this.#listed = listed;
    return listed.manifests;
  }

  async #readAll(): Promise<AvatarManifest[]> {
    const found = new Map<string, AvatarManifest>();
    const add = (manifest: AvatarManifest | undefined): unknown => manifest && !found.has(manifest.id) && found.set(manifest.id, manifest);
    for (const root of this.#options.folders) {
      add((await this.#own(root))?.manifest);
      const names = await fs.readdir(root).catch(() => []);
      for (const id of names.filter(isAvatarId).slice(0, MAX_AVATARS)) add((await this.#below(root, id))?.manifest);
    }
    return [...found.values()];
  }

  /** A file of an avatar by its name in the manifest, or the manifest itself. Undefined where there is no such avatar or file. */
  async file(id: string, name: string): Promise<AvatarAsset | undefined> {
    const found = await this.#find(id);
    if (!found) return undefined;
    const { folder, manifest, text } = found;
    if (name !== MANIFEST_FILE && !filesOfAvatar(manifest).has(name)) return undefined;
    const path = await inside(folder, name);
    if (path === undefined) return undefined;
    const facts = await fs.stat(path).catch(() => undefined);
    if (!facts?.isFile() || facts.size > MAX_FILE_BYTES) return undefined;
    const listed = manifest.files.find((file) => file.name === name);
    const stated = listed?.bytes === facts.size ? listed.sha256 : undefined;
    const sha256 = name === MANIFEST_FILE ? createHash('sha256').update(text).digest('hex') : stated;
    return { path, bytes: facts.size, mediaType: listed?.type ?? mediaTypeOf(name), sha256, modifiedMs: facts.mtimeMs };
  }

  #isAllowed(id: string): boolean {
    return isAvatarId(id) && this.#options.isAllowed?.(id) !== false;
  }

  async #find(id: string): Promise<FoundAvatar | undefined> {
    if (!this.#isAllowed(id)) return undefined;
    for (const root of this.#options.folders) {
      const own = await this.#own(root);
      const found = own?.manifest.id === id ? own : await this.#below(root, id);
      if (found) return found;
    }
    return undefined;
  }

  /** The avatar that a root is itself. */
  async #own(root: string): Promise<FoundAvatar | undefined> {
    const real = await fs.realpath(root).catch(() => undefined);
    return real === undefined ? undefined : this.#read(real);
  }

  async #below(root: string, id: string): Promise<FoundAvatar | undefined> {
    const folder = await inside(root, id);
    return folder === undefined ? undefined : this.#read(folder, id);
  }

  async #read(folder: string, id?: string): Promise<FoundAvatar | undefined> {
    const path = await inside(folder, MANIFEST_FILE);
    if (path === undefined) return undefined;
    try {
      const text = await readManifest(path);
      const manifest = parseManifest(JSON.parse(text));
      if (id !== undefined && manifest.id !== id) throw new VisavisError('invalidAvatarMetadata', `its id is "${manifest.id}"; name the folder like it`);
      return { folder, manifest, text };
    } catch (error) {
      this.#options.onProblem?.(VisavisError.from(error, 'invalidAvatarMetadata'), folder);
      return undefined;
    }
  }
}

interface FoundAvatar {
  /** Its real path. */
  readonly folder: string;
  readonly manifest: AvatarManifest;
  readonly text: string;
}

/** The real path of what `name` means in `folder`, or undefined where there is none or a link leads out. */
async function inside(folder: string, name: string): Promise<string | undefined> {
  try {
    const [root, path] = await Promise.all([fs.realpath(folder), fs.realpath(join(folder, name))]);
    return path.startsWith(root.endsWith(sep) ? root : root + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function readManifest(path: string): Promise<string> {
  const handle = await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const facts: Stats = await handle.stat();
    if (!facts.isFile() || facts.size > MAX_MANIFEST_BYTES) throw new VisavisError('invalidAvatarMetadata', `${MANIFEST_FILE} is no file of at most ${MAX_MANIFEST_BYTES} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
