import { parseManifest } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { CASES } from './avatar-cases.js';

/** One pinned manifest: what is read from it, or the field at fault ("" for the whole). */
export type ManifestVector =
  | { readonly name: string; readonly manifest: unknown; readonly reads: unknown }
  | { readonly name: string; readonly manifest: unknown; readonly fault: string };

/** The vectors as this code makes them; the pinned ones are in ../vectors/avatar-manifests.json. */
export function makeManifests(): ManifestVector[] {
  return Object.entries(CASES).map(([name, value]) => {
    const manifest = JSON.parse(JSON.stringify(value)) as unknown;
    const fault = faultOf(manifest);
    return fault === undefined ? { name, manifest, reads: JSON.parse(JSON.stringify(parseManifest(manifest))) as unknown } : { name, manifest, fault };
  });
}

/** The field that `parseManifest` names, or undefined where it reads the manifest. */
export function faultOf(manifest: unknown): string | undefined {
  try {
    parseManifest(manifest);
    return undefined;
  } catch (error) {
    if (VisavisError.isInstance(error) && error.code === 'invalidAvatarMetadata') return /^avatar manifest: "(.*?)" must be/s.exec(error.message)![1]!;
    throw error;
  }
}
