/**
 * Avatars that stay on the visitor's machine: Cache Storage under names of our own, bounded, the ones used longest ago
 * go first. Storage that is missing, full or refused never fails a load: then nothing is kept.
 */
const CACHE_NAME = 'visavis-avatars-1';
const BASE = 'https://visavis.invalid/';
const INDEX = 'index';

export interface StoreBounds {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

const BOUNDS: StoreBounds = { maxBytes: 256 * 1024 * 1024, maxEntries: 512 };

interface IndexEntry {
  readonly bytes: number;
  /** Unix milliseconds of the last use. */
  readonly used: number;
}

type Index = Map<string, IndexEntry>;

export interface AvatarStoreParts {
  /** Absent: nothing is kept. */
  readonly caches: CacheStorage | undefined;
  /** Absent: tabs that write at the same time may each forget what the other used. */
  readonly locks: LockManager | undefined;
  readonly unixMs: () => number;
  /** Told what kept something from being kept: the quota, most likely. */
  readonly onRefused?: (cause: unknown) => void;
  readonly bounds?: StoreBounds;
}

export class AvatarStore {
  readonly #parts: AvatarStoreParts;
  readonly #bounds: StoreBounds;
  /** Changes of the index, one behind the other. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(parts: AvatarStoreParts) {
    this.#parts = parts;
    this.#bounds = parts.bounds ?? BOUNDS;
  }

  get isAvailable(): boolean {
    return this.#parts.caches !== undefined;
  }

  /** The bytes kept under `key`, which counts as a use. */
  async get(key: string): Promise<ArrayBuffer | undefined> {
    const bytes = await this.#try(async (cache) => (await cache.match(BASE + key))?.arrayBuffer());
    if (bytes) void this.#change((index) => { index.set(key, this.#entry(bytes)); });
    return bytes;
  }

  /** Keeps a copy of `bytes`; what is over the bounds goes. */
  async put(key: string, bytes: ArrayBuffer): Promise<void> {
    if (bytes.byteLength > this.#bounds.maxBytes) return;
    await this.#change(async (index, cache) => {
      await this.#write(cache, key, bytes);
      index.set(key, this.#entry(bytes));
      await this.#prune(index, cache);
    });
  }

  async #write(cache: Cache, key: string, bytes: ArrayBuffer): Promise<void> {
    try {
      await cache.put(BASE + key, new Response(bytes));
    } catch (cause) {
      this.#parts.onRefused?.(cause);
      throw cause;
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.#change(async (index, cache) => {
      for (const key of keys) await drop(index, cache, key);
    });
  }

  async clear(): Promise<void> {
    const { caches } = this.#parts;
    this.#changes = this.#changes.then(() => caches?.delete(CACHE_NAME)).catch(() => undefined);
    await this.#changes;
  }

  /** Keys that begin with `prefix`. */
  async keys(prefix: string): Promise<string[]> {
    const requests = await this.#try((cache) => cache.keys());
    return (requests ?? []).map(({ url }) => url.slice(BASE.length)).filter((key) => key.startsWith(prefix));
  }

  /** Runs `work` while no other tab runs it for this `key`, where the browser can see to that and something would be shared. */
  async exclusively<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { locks } = this.#parts;
    if (!locks || !this.isAvailable) return work();
    return locks.request(`${CACHE_NAME} ${key}`, { signal }, work) as Promise<T>;
  }

  #entry({ byteLength }: ArrayBuffer): IndexEntry {
    return { bytes: byteLength, used: this.#parts.unixMs() };
  }

  async #try<T>(work: (cache: Cache) => Promise<T>): Promise<T | undefined> {
    try {
      const cache = await this.#parts.caches?.open(CACHE_NAME);
      return cache && (await work(cache));
    } catch {
      return undefined;
    }
  }

  #change(change: (index: Index, cache: Cache) => void | Promise<void>): Promise<unknown> {
    const apply = (): Promise<unknown> => this.#try(async (cache) => {
      const index = await readIndex(cache);
      await change(index, cache);
      await cache.put(BASE + INDEX, Response.json(Object.fromEntries(index)));
    });
    const { locks } = this.#parts;
    this.#changes = this.#changes.then(() => (locks && this.isAvailable ? locks.request(CACHE_NAME, apply) : apply())).catch(() => undefined);
    return this.#changes;
  }

  /** The index may miss what another tab wrote, or name what the browser threw away: what is in the cache counts. */
  async #prune(index: Index, cache: Cache): Promise<void> {
    const there = new Set((await cache.keys()).map(({ url }) => url.slice(BASE.length)));
    there.delete(INDEX);
    for (const key of index.keys()) if (!there.has(key)) index.delete(key);
    for (const key of there) if (!index.has(key)) index.set(key, { bytes: await sizeOf(cache, key), used: 0 });
    const oldestFirst = [...index].sort(([, a], [, b]) => a.used - b.used);
    let bytes = oldestFirst.reduce((sum, [, entry]) => sum + entry.bytes, 0);
    let count = oldestFirst.length;
    for (const [key, entry] of oldestFirst) {
      if (bytes <= this.#bounds.maxBytes && count <= this.#bounds.maxEntries) return;
      await drop(index, cache, key);
      bytes -= entry.bytes;
      count -= 1;
    }
  }
}

async function sizeOf(cache: Cache, key: string): Promise<number> {
  return (await (await cache.match(BASE + key))?.arrayBuffer())?.byteLength ?? 0;
}

async function drop(index: Index, cache: Cache, key: string): Promise<void> {
  index.delete(key);
  await cache.delete(BASE + key);
}

async function readIndex(cache: Cache): Promise<Index> {
  try {
    const value: unknown = await (await cache.match(BASE + INDEX))?.json();
    const entries = Object.entries(Object(value) as Record<string, Partial<IndexEntry>>);
    return new Map(entries.filter((pair): pair is [string, IndexEntry] => Number.isFinite(pair[1]?.bytes) && Number.isFinite(pair[1]?.used)));
  } catch {
    return new Map();
  }
}
