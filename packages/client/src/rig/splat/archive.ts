/** The files of a splat archive, without their folders. */
import { VisavisError } from '@visavis/protocol/errors';
import { readZip } from '../../archive/index.js';

/** What an archive may hold: all files inflated together, in bytes, and their number. */
const BOUNDS = { maxBytes: 128 * 1024 * 1024, maxEntries: 256 };

/** The files whose names, without folders, are among `wanted`. Rejects with `unsupportedAvatarAsset`. */
export async function readArchive(bytes: Uint8Array, wanted: readonly string[]): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of readZip(bytes, BOUNDS)) {
    const name = entry.name.slice(entry.name.lastIndexOf('/') + 1);
    if (!wanted.includes(name)) continue;
    if (files.has(name)) refuseSplat(`its archive has "${name}" twice`);
    files.set(name, await entry.read());
  }
  return files;
}

/** Throws `unsupportedAvatarAsset`. */
export function refuseSplat(reason: string, cause?: unknown): never {
  throw new VisavisError(
    'unsupportedAvatarAsset',
    `The splat avatar cannot be used: ${reason}. It must be a zip with offset.ply, skin.glb and vertex_order.json, as LAM writes it.`,
    { cause },
  );
}
