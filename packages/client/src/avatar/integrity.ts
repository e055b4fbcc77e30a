import type { AvatarFile } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';

/** How a file was checked: by its SHA-256, by its length only, or not at all. */
export type Integrity = 'sha256' | 'size' | 'none';

/** The part of SubtleCrypto that is used. Pages without TLS have none, but for those on this machine. */
export type Digest = Pick<SubtleCrypto, 'digest'>;

/** Checks bytes against what the manifest says of them; resolves with how. Rejects with `failedToDownloadAvatarAssets`. */
export async function checkFile(bytes: ArrayBuffer, file: AvatarFile, digest: Digest | undefined): Promise<Integrity> {
  if (bytes.byteLength !== file.bytes) refuse(file, `has ${bytes.byteLength} bytes, and ${file.bytes} in the manifest`);
  if (!digest) return 'size';
  const hash = hexOf(await digest.digest('SHA-256', bytes));
  if (hash !== file.sha256) refuse(file, `has another hash than in the manifest (${hash.slice(0, 12)}…, not ${file.sha256.slice(0, 12)}…)`);
  return 'sha256';
}

function refuse({ name }: AvatarFile, what: string): never {
  throw new VisavisError('failedToDownloadAvatarAssets', `"${name}" ${what}; publish avatar.json and the files it names together`, { detail: { file: name } });
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The weaker of two checks. */
export function weaker(a: Integrity, b: Integrity): Integrity {
  const order: readonly Integrity[] = ['none', 'size', 'sha256'];
  return order[Math.min(order.indexOf(a), order.indexOf(b))]!;
}
