import type { AvatarManifest, RigEntry } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { loadRig, type Rig } from '../rig/index.js';
import type { Integrity } from './integrity.js';

/** What an avatar is made from. */
export interface AvatarParts {
  readonly manifest: AvatarManifest;
  /** Where the manifest came from, its other files lie beside it; absent for files from this machine. */
  readonly manifestUrl?: string | undefined;
  /** Bytes of the rig's files by name. */
  readonly files: ReadonlyMap<string, ArrayBuffer>;
  readonly integrity: Integrity;
  /** Loads another file of the manifest. Absent: there are no others. */
  readonly loadMore?: ((name: string) => Promise<ArrayBuffer>) | undefined;
}

/** A loaded avatar: its manifest and the bytes of its rig. Holds no graphics memory; every view builds its own rig. */
export class Avatar {
  readonly id: string;
  readonly manifest: AvatarManifest;
  readonly manifestUrl: string | undefined;
  /** How its files were checked against the manifest: by hash, by size where the page is not secure, or not at all. */
  readonly integrity: Integrity;
  readonly #files: ReadonlyMap<string, ArrayBuffer>;
  readonly #loadMore: AvatarParts['loadMore'];

  constructor({ manifest, manifestUrl, files, integrity, loadMore }: AvatarParts) {
    this.id = manifest.id;
    this.manifest = manifest;
    this.manifestUrl = manifestUrl;
    this.integrity = integrity;
    this.#files = files;
    this.#loadMore = loadMore;
  }

  /** Bytes held in memory for this avatar. */
  get byteLength(): number {
    let bytes = 0;
    for (const { byteLength } of this.#files.values()) bytes += byteLength;
    return bytes;
  }

  /** The URL of the small picture, where the avatar has one. */
  get thumbnailUrl(): string | undefined {
    const { manifest: { thumbnail }, manifestUrl } = this;
    return thumbnail === undefined || manifestUrl === undefined ? undefined : new URL(thumbnail, manifestUrl).href;
  }

  /** A new rig, owned by the caller. Rejects with `unsupportedAvatarAsset`. */
  createRig(): Promise<Rig> {
    return this.#createRig(this.manifest.rig);
  }

  /** A new rig of the drawn pictures for machines without WebGL, or undefined where the avatar has none. Rejects as `createRig` and a load do. */
  async createFallbackRig(): Promise<Rig | undefined> {
    const { fallback } = this.manifest;
    return fallback && this.#createRig(fallback);
  }

  #createRig({ type, file }: RigEntry): Promise<Rig> {
    const { shaping, mapping } = this.manifest;
    return loadRig({ type, file, shaping, mapping, files: (name) => this.#read(name) });
  }

  async #read(name: string): Promise<ArrayBuffer> {
    const bytes = this.#files.get(name) ?? (await this.#loadMore?.(name));
    if (bytes) return bytes;
    throw new VisavisError('unsupportedAvatarAsset', `The avatar has no file "${name}"; list every file that it uses in "files" of its manifest.`);
  }
}
