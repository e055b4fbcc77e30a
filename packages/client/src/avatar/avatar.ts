import type { AvatarManifest } from '@visavis/protocol/avatar';
import { loadRig, type Rig } from '../rig/index.js';

/** A loaded avatar: its manifest and the bytes of its asset. Holds no graphics memory; every view builds its own rig. */
export class Avatar {
  readonly id: string;
  readonly manifest: AvatarManifest;
  /** Where the manifest came from; its other files lie beside it. */
  readonly manifestUrl: string;
  readonly #asset: ArrayBuffer;

  constructor(manifest: AvatarManifest, manifestUrl: string, asset: ArrayBuffer) {
    this.id = manifest.id;
    this.manifest = manifest;
    this.manifestUrl = manifestUrl;
    this.#asset = asset;
  }

  /** Bytes held in memory for this avatar. */
  get byteLength(): number {
    return this.#asset.byteLength;
  }

  /** The URL of the small picture, where the avatar has one. */
  get thumbnailUrl(): string | undefined {
    const { thumbnail } = this.manifest;
    return thumbnail === undefined ? undefined : new URL(thumbnail, this.manifestUrl).href;
  }

  /** A new rig, owned by the caller. Rejects with `unsupportedAvatarAsset`. */
  createRig(): Promise<Rig> {
    const { rig, shaping, mapping } = this.manifest;
    return loadRig({ ...rig, files: () => this.#asset, shaping, mapping });
  }
}
