import { filesOfRig, isAvatarId, MANIFEST_FILE } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { checkGlb } from '../rig/index.js';
import { Avatar } from './avatar.js';
import { AvatarFetcher } from './fetcher.js';
import { weaker, type Digest, type Integrity } from './integrity.js';
import type { LocalFile } from './local.js';
import { AvatarMemory } from './memory.js';
import { Share, tellAll, type LoadListener } from './progress.js';
import { AvatarStore } from './store.js';

/** What the browser offers; each part may be missing, as on pages without TLS. */
export interface AvatarPlatform {
  readonly caches: CacheStorage | undefined;
  readonly locks: LockManager | undefined;
  readonly digest: Digest | undefined;
}

export interface AvatarManagerOptions {
  /** Where avatar ids are looked up. Default `/avatars/`. */
  readonly baseUrl?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** What relative URLs are relative to. Default: the page. */
  readonly pageUrl?: string;
  /** How long to wait for news of an avatar that is stored before it is used as it is. Default 3000 ms. */
  readonly patienceMs?: number;
  /** Default: what the browser has. */
  readonly platform?: AvatarPlatform;
}

/** One load under way and everyone who waits for it. */
interface PendingLoad {
  readonly promise: Promise<Avatar>;
  readonly abort: AbortController;
  readonly listeners: Set<LoadListener>;
}

/**
 * Fetches avatars, checks them and keeps them: the last used in memory, at most 8 and 128 MiB, and their files in Cache
 * Storage, at most 256 MiB, from where they load without a network. Loads of one id share one download.
 */
export class AvatarManager {
  /** The manager that pages use. */
  static readonly shared = new AvatarManager();

  /** Folder that holds one folder per avatar id. A full URL or a path; ends with a slash. */
  baseUrl: string;
  /** What goes wrong without failing a load: `storageUnavailable`, once, where avatars cannot be kept on this machine. */
  onError: ((error: VisavisError) => void) | undefined;
  readonly #pageUrl: string | undefined;
  readonly #memory = new AvatarMemory();
  readonly #store: AvatarStore;
  readonly #fetcher: AvatarFetcher;
  readonly #pending = new Map<string, PendingLoad>();
  #hasTold = false;

  constructor({
    baseUrl = '/avatars/', fetch = (...call) => globalThis.fetch(...call), pageUrl, patienceMs = 3_000, platform = browserPlatform(),
  }: AvatarManagerOptions = {}) {
    this.baseUrl = baseUrl;
    this.#pageUrl = pageUrl;
    this.#store = new AvatarStore({ ...platform, unixMs: () => Date.now(), onRefused: (cause) => this.#notKept(cause) });
    this.#fetcher = new AvatarFetcher({ fetch, store: this.#store, digest: platform.digest, patienceMs });
  }

  /**
   * The avatar with this id, or at this manifest URL. Rejects with `avatarIDUnrecognized`, `failedToFetchAvatarMetadata`,
   * `invalidAvatarMetadata`, `failedToDownloadAvatarAssets` or `unsupportedAvatarAsset`; with an `AbortError` when cancelled.
   */
  load(id: string, onProgress?: LoadListener): Promise<Avatar> {
    const cached = this.retrieve(id);
    if (cached) {
      if (onProgress) tellAll([onProgress], { type: 'completed', progress: 1 });
      return Promise.resolve(cached);
    }
    const pending = this.#pending.get(id) ?? this.#begin(id);
    if (onProgress) pending.listeners.add(onProgress);
    return pending.promise;
  }

  /**
   * An avatar of files on this machine, a dropped one for instance: a GLB, a VRM, splats as a ZIP, or all files of a
   * packed avatar with its `avatar.json`. Nothing is kept. Rejects with `invalidAvatarMetadata` or `unsupportedAvatarAsset`.
   */
  async loadFile(file: LocalFile | readonly LocalFile[]): Promise<Avatar> {
    const { avatarFromFiles } = await import('./local.js');
    return avatarFromFiles('size' in file ? [file] : file);
  }

  /** Stops a load under way, for everyone who waits for it. Does nothing where there is none. */
  cancelLoad(id: string): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.abort.abort();
  }

  /** The avatar if it is in memory. */
  retrieve(id: string): Avatar | undefined {
    return this.#memory.get(id);
  }

  /**
   * Forgets one avatar, at once in memory and then on disk. Views that show it are not affected. A load under way goes on
   * for those who wait for it, but it is not kept and can no longer be cancelled; the next `load` begins anew.
   */
  async clear(id: string): Promise<void> {
    this.#memory.delete(id);
    this.#pending.delete(id);
    const url = this.#findUrl(id);
    if (url !== undefined) await this.#fetcher.forget(url);
  }

  /** Forgets all avatars, as `clear` does. */
  async clearAll(): Promise<void> {
    this.release();
    await this.#store.clear();
  }

  /** Forgets what is in memory, as `clear` does; what is on disk stays. */
  release(): void {
    this.#memory.clear();
    this.#pending.clear();
  }

  #begin(id: string): PendingLoad {
    const abort = new AbortController();
    const listeners = new Set<LoadListener>();
    const promise = this.#run(id, abort, (progress) => tellAll(listeners, progress));
    const pending = { promise, abort, listeners };
    this.#pending.set(id, pending);
    return pending;
  }

  async #run(id: string, abort: AbortController, report: LoadListener): Promise<Avatar> {
    let share = 0;
    // A load that was cancelled or cleared is no longer this id's, and another may be.
    const isCurrent = (): boolean => this.#pending.get(id)?.abort === abort;
    try {
      const avatar = await this.#fetchAvatar(id, abort.signal, (progress) => {
        share = progress;
        report({ type: 'downloading', progress });
      });
      abort.signal.throwIfAborted();
      if (isCurrent()) this.#remember(id, avatar);
      report({ type: 'completed', progress: 1 });
      return avatar;
    } catch (error) {
      report({ type: 'failed', progress: share, error: error instanceof Error ? error : new Error(String(error)) });
      throw error;
    } finally {
      if (isCurrent()) this.#pending.delete(id);
    }
  }

  #notKept(cause: unknown): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const message = 'this machine has no room to keep the avatar; it is shown all the same, and comes over the network again next time';
    this.onError?.(new VisavisError('storageUnavailable', message, { cause }));
  }

  #remember(id: string, avatar: Avatar): void {
    this.#memory.put(id, avatar);
    void this.#fetcher.keep(avatar.manifestUrl!, avatar.manifest);
  }

  async #fetchAvatar(id: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<Avatar> {
    const manifestUrl = this.#manifestUrl(id);
    // Yields first, so that whoever starts the load is listening before anything is reported.
    await Promise.resolve();
    const manifest = await this.#fetcher.manifest(manifestUrl, signal);
    onProgress(0);
    const names = filesOfRig(manifest);
    const share = new Share(names.map((name) => manifest.files.find((file) => file.name === name)?.bytes));
    const fetched = await allOrNone(signal, (inner) => names.map((name, i) => this.#fetcher.file({
      name, manifest, manifestUrl, signal: inner, onBytes: (received, expected) => onProgress(share.update(i, received, expected)),
    })));
    const files = new Map(names.map((name, i) => [name, fetched[i]!.bytes]));
    if (manifest.rig.type === 'glb' || manifest.rig.type === 'vrm') checkGlb(files.get(manifest.rig.file)!);
    return new Avatar({
      manifest, manifestUrl, files, integrity: fetched.reduce<Integrity>((least, { integrity }) => weaker(least, integrity), 'sha256'),
      loadMore: async (name) => (await this.#fetcher.file({ name, manifest, manifestUrl, signal: new AbortController().signal })).bytes,
    });
  }

  /** Where the manifest of an id is, or what the URL of one is in full. */
  #findUrl(id: string): string | undefined {
    const page = this.#pageUrl ?? globalThis.document?.baseURI;
    const address = isAvatarId(id) ? `${this.baseUrl}${id}/${MANIFEST_FILE}` : id;
    const url = URL.canParse(address, page) ? new URL(address, page) : undefined;
    return url && /^https?:$/.test(url.protocol) && url.pathname.endsWith('.json') ? url.href : undefined;
  }

  #manifestUrl(id: string): string {
    const url = this.#findUrl(id);
    if (url !== undefined) return url;
    throw new VisavisError('avatarIDUnrecognized', `"${id}" is neither an avatar id nor the URL of an avatar.json`);
  }
}

/** All results; where one fails, the others are stopped. */
async function allOrNone<T>(signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>[]): Promise<T[]> {
  const abort = new AbortController();
  const stop = (): void => abort.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.all(start(abort.signal));
  } finally {
    signal.removeEventListener('abort', stop);
    abort.abort();
  }
}

function browserPlatform(): AvatarPlatform {
  return { caches: globalThis.caches, locks: globalThis.navigator?.locks, digest: globalThis.crypto?.subtle };
}
