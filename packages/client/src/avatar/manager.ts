import { isAvatarId, MANIFEST_FILE, MAX_FILE_BYTES, MAX_MANIFEST_BYTES, parseManifest, type AvatarManifest } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { checkGlb } from '../rig/index.js';
import { Avatar } from './avatar.js';
import { download } from './download.js';

/** What the cache may hold; the avatars used longest ago go first. */
const MAX_CACHED_AVATARS = 8;
const MAX_CACHED_BYTES = 128 * 1024 * 1024;

/** What `load` reports: `progress` is 0..1 of the whole. */
export type LoadProgress =
  | { readonly type: 'downloading'; readonly progress: number }
  | { readonly type: 'completed'; readonly progress: 1 }
  | { readonly type: 'failed'; readonly progress: number; readonly error: Error };

export type LoadListener = (progress: LoadProgress) => void;

export interface AvatarManagerOptions {
  /** Where avatar ids are looked up. Default `/avatars/`. */
  readonly baseUrl?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** What relative URLs are relative to. Default: the page. */
  readonly pageUrl?: string;
}

/** One load under way and everyone who waits for it. */
interface PendingLoad {
  readonly promise: Promise<Avatar>;
  readonly abort: AbortController;
  readonly listeners: Set<LoadListener>;
}

/** Fetches avatars and keeps the last used in memory, at most 8 and 128 MiB. Loads of one id share one download. */
export class AvatarManager {
  /** The manager that pages use. */
  static readonly shared = new AvatarManager();

  /** Folder that holds one folder per avatar id. A full URL or a path; ends with a slash. */
  baseUrl: string;
  readonly #fetch: typeof fetch;
  readonly #pageUrl: string | undefined;
  readonly #cache = new Map<string, Avatar>();
  readonly #pending = new Map<string, PendingLoad>();

  constructor({ baseUrl = '/avatars/', fetch = (...call) => globalThis.fetch(...call), pageUrl }: AvatarManagerOptions = {}) {
    this.baseUrl = baseUrl;
    this.#fetch = fetch;
    this.#pageUrl = pageUrl;
  }

  /**
   * The avatar with this id, or at this manifest URL. Rejects with `avatarIDUnrecognized`, `failedToFetchAvatarMetadata`,
   * `invalidAvatarMetadata`, `failedToDownloadAvatarAssets` or `unsupportedAvatarAsset`; with an `AbortError` when cancelled.
   */
  load(id: string, onProgress?: LoadListener): Promise<Avatar> {
    const cached = this.retrieve(id);
    if (cached) {
      if (onProgress) tellAll(new Set([onProgress]), { type: 'completed', progress: 1 });
      return Promise.resolve(cached);
    }
    const pending = this.#pending.get(id) ?? this.#begin(id);
    if (onProgress) pending.listeners.add(onProgress);
    return pending.promise;
  }

  /** Stops a load under way, for everyone who waits for it. Does nothing where there is none. */
  cancelLoad(id: string): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.abort.abort();
  }

  /** The avatar if it is in memory. */
  retrieve(id: string): Avatar | undefined {
    const avatar = this.#cache.get(id);
    if (avatar) this.#remember(id, avatar);
    return avatar;
  }

  /**
   * Forgets one avatar. Views that show it are not affected. A load under way goes on for those who wait for it, but it
   * is not kept and can no longer be cancelled; the next `load` begins anew.
   */
  clear(id: string): void {
    this.#cache.delete(id);
    this.#pending.delete(id);
  }

  /** As `clear`, for every avatar. */
  clearAll(): void {
    this.#cache.clear();
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

  async #fetchAvatar(id: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<Avatar> {
    const url = this.#manifestUrl(id);
    // Yields first, so that whoever starts the load is listening before anything is reported.
    await Promise.resolve();
    const manifest = await this.#fetchManifest(url, signal);
    onProgress(0);
    const asset = await download(new URL(manifest.rig.file, url).href, {
      fetch: this.#fetch, signal, maxBytes: MAX_FILE_BYTES, onProgress,
      failure: 'failedToDownloadAvatarAssets', missing: 'failedToDownloadAvatarAssets',
    });
    checkGlb(asset);
    return new Avatar(manifest, url, asset);
  }

  async #fetchManifest(url: string, signal: AbortSignal): Promise<AvatarManifest> {
    const bytes = await download(url, {
      fetch: this.#fetch, signal, maxBytes: MAX_MANIFEST_BYTES,
      failure: 'failedToFetchAvatarMetadata', missing: 'avatarIDUnrecognized',
    });
    return parseManifest(parseJson(bytes, url));
  }

  #manifestUrl(id: string): string {
    const page = this.#pageUrl ?? globalThis.document?.baseURI;
    if (isAvatarId(id)) return new URL(`${this.baseUrl}${id}/${MANIFEST_FILE}`, page).href;
    const url = URL.canParse(id, page) ? new URL(id, page) : undefined;
    if (url && /^https?:$/.test(url.protocol) && url.pathname.endsWith('.json')) return url.href;
    throw new VisavisError('avatarIDUnrecognized', `"${id}" is neither an avatar id nor the URL of an avatar.json`);
  }

  /** Puts an avatar at the young end of the cache and drops from the old end what exceeds its bounds. */
  #remember(id: string, avatar: Avatar): void {
    this.#cache.delete(id);
    this.#cache.set(id, avatar);
    let bytes = 0;
    for (const { byteLength } of this.#cache.values()) bytes += byteLength;
    for (const [oldest, { byteLength }] of this.#cache) {
      const fits = this.#cache.size <= MAX_CACHED_AVATARS && bytes <= MAX_CACHED_BYTES;
      if (fits || oldest === id) break;
      this.#cache.delete(oldest);
      bytes -= byteLength;
    }
  }
}

/** An application's listener that throws is the page's error to see; the load and other listeners go on. */
function tellAll(listeners: ReadonlySet<LoadListener>, progress: LoadProgress): void {
  for (const listener of listeners) {
    try {
      listener(progress);
    } catch (error) {
      globalThis.reportError?.(error);
    }
  }
}

function parseJson(bytes: ArrayBuffer, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VisavisError('invalidAvatarMetadata', `${url} is not JSON in UTF-8`, { cause });
  }
}
