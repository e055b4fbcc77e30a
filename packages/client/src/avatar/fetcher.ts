/** Gets manifests and files, from the network or from the store, checked. Knows nothing of who waits for them. */
import { filesOfAvatar, MAX_FILE_BYTES, MAX_MANIFEST_BYTES, parseManifest, type AvatarFile, type AvatarManifest } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { download } from './download.js';
import { checkFile, type Digest, type Integrity } from './integrity.js';
import type { AvatarStore } from './store.js';

export interface FetcherParts {
  readonly fetch: typeof fetch;
  readonly store: AvatarStore;
  /** Absent: files are checked by their length only. */
  readonly digest: Digest | undefined;
  /** How long the network may take to say whether a manifest that is stored is still current. */
  readonly patienceMs: number;
}

export interface FetchedFile {
  readonly bytes: ArrayBuffer;
  readonly integrity: Integrity;
}

export interface FileRequest {
  readonly name: string;
  readonly manifest: AvatarManifest;
  readonly manifestUrl: string;
  readonly signal: AbortSignal;
  readonly onBytes?: (received: number, expected: number | undefined) => void;
}

const manifestKey = (url: string): string => `manifest/${encodeURIComponent(url)}`;
const fileKey = (sha256: string): string => `sha256/${sha256}`;

export class AvatarFetcher {
  readonly #parts: FetcherParts;

  constructor(parts: FetcherParts) {
    this.#parts = parts;
  }

  /** The manifest as it is now; as it was stored where the network does not answer. */
  async manifest(url: string, signal: AbortSignal): Promise<AvatarManifest> {
    const { store, patienceMs } = this.#parts;
    const stored = readStored(await store.get(manifestKey(url)));
    try {
      return await this.#currentManifest(url, stored ? withDeadline(signal, patienceMs) : signal);
    } catch (error) {
      signal.throwIfAborted();
      // A deadline's error has no code: it is the network's, too.
      if (stored && (!VisavisError.isInstance(error) || error.code === 'failedToFetchAvatarMetadata')) return stored;
      throw error;
    }
  }

  async #currentManifest(url: string, signal: AbortSignal): Promise<AvatarManifest> {
    const { fetch } = this.#parts;
    const bytes = await download(url, {
      // The browser asks the server whether what it has is current.
      fetch, signal, cache: 'no-cache', maxBytes: MAX_MANIFEST_BYTES, failure: 'failedToFetchAvatarMetadata', missing: 'avatarIDUnrecognized',
    });
    return parseManifest(parseJson(bytes, url));
  }

  /** Keeps a manifest for when there is no network: only when all its files are there. */
  async keep(url: string, manifest: AvatarManifest): Promise<void> {
    if (manifest.files.length === 0) return;
    await this.#parts.store.put(manifestKey(url), new TextEncoder().encode(JSON.stringify(manifest)).buffer);
  }

  /** Forgets a stored manifest and those of its files that no other has. */
  async forget(url: string): Promise<void> {
    const { store } = this.#parts;
    const gone = readStored(await store.get(manifestKey(url)));
    const others = (await store.keys('manifest/')).filter((key) => key !== manifestKey(url));
    const kept = new Set<string>();
    for (const key of others) for (const { sha256 } of readStored(await store.get(key))?.files ?? []) kept.add(sha256);
    const hashes = (gone?.files ?? []).map(({ sha256 }) => sha256).filter((sha256) => !kept.has(sha256));
    await store.remove([manifestKey(url), ...hashes.map(fileKey)]);
  }

  /** One file of an avatar. Rejects with `failedToDownloadAvatarAssets`, also where its hash is wrong. */
  async file(request: FileRequest): Promise<FetchedFile> {
    const { manifest: { files }, name } = request;
    const entry = files.find((each) => each.name === name);
    if (!entry) return { bytes: await this.#download(request, MAX_FILE_BYTES), integrity: 'none' };
    const { store } = this.#parts;
    return await this.#stored(entry, request) ?? store.exclusively(fileKey(entry.sha256), request.signal, async () => {
      // Another tab may have had it first.
      return (await this.#stored(entry, request)) ?? this.#fresh(entry, request);
    });
  }

  async #stored(entry: AvatarFile, { onBytes }: FileRequest): Promise<FetchedFile | undefined> {
    const { store, digest } = this.#parts;
    const bytes = await store.get(fileKey(entry.sha256));
    if (!bytes) return undefined;
    try {
      const integrity = await checkFile(bytes, entry, digest);
      onBytes?.(bytes.byteLength, bytes.byteLength);
      return { bytes, integrity };
    } catch {
      await store.remove([fileKey(entry.sha256)]);
      return undefined;
    }
  }

  async #fresh(entry: AvatarFile, request: FileRequest): Promise<FetchedFile> {
    // What was published half the browser may have kept for ever: then once more, past its cache.
    const { bytes, integrity } = await this.#checked(entry, request).catch((error: unknown) => {
      if (!isOtherContent(error)) throw error;
      return this.#checked(entry, request, 'reload');
    });
    if (integrity === 'sha256') await this.#parts.store.put(fileKey(entry.sha256), bytes);
    return { bytes, integrity };
  }

  async #checked(entry: AvatarFile, request: FileRequest, cache?: RequestCache): Promise<FetchedFile> {
    const bytes = await this.#download(request, entry.bytes, `?v=${entry.sha256.slice(0, 16)}`, cache);
    return { bytes, integrity: await checkFile(bytes, entry, this.#parts.digest) };
  }

  /** `version` tells caches on the way one content from the next. */
  #download({ name, manifestUrl, signal, onBytes, manifest }: FileRequest, maxBytes: number, version = '', cache?: RequestCache): Promise<ArrayBuffer> {
    if (!filesOfAvatar(manifest).has(name)) throw new VisavisError('unsupportedAvatarAsset', `the avatar's manifest names no file "${name}"`);
    const code = 'failedToDownloadAvatarAssets';
    return download(new URL(name, manifestUrl).href + version, {
      fetch: this.#parts.fetch, signal, maxBytes, failure: code, missing: code, ...(cache && { cache }), ...(onBytes && { onBytes }),
    });
  }
}

/** Whether something came that is not what the manifest says. */
function isOtherContent(error: unknown): boolean {
  return VisavisError.isInstance(error) && (error.detail['file'] !== undefined || error.detail['maxBytes'] !== undefined);
}

function parseJson(bytes: ArrayBuffer, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VisavisError('invalidAvatarMetadata', `${url} is not JSON in UTF-8`, { cause });
  }
}

/** A stored manifest is read as every other is; one that cannot be read is none. */
function readStored(bytes: ArrayBuffer | undefined): AvatarManifest | undefined {
  try {
    return bytes && parseManifest(parseJson(bytes, 'the stored manifest'));
  } catch {
    return undefined;
  }
}

/** Aborted with `signal` or after `ms`; browsers that cannot join signals wait for as long as the network takes. */
function withDeadline(signal: AbortSignal, ms: number): AbortSignal {
  return typeof AbortSignal.any === 'function' ? AbortSignal.any([signal, AbortSignal.timeout(ms)]) : signal;
}
