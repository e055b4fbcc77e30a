import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join, sep } from 'node:path';
import { problemsOfDrawing, type Problem } from '@visavis/client/inspect';
import { MANIFEST_FILE, MAX_FILE_BYTES, MAX_MANIFEST_BYTES, parseManifest, type AvatarFile, type AvatarManifest } from '@visavis/protocol/avatar';

export type PackageProblem = Problem;

export interface AvatarPackage {
  readonly manifest: AvatarManifest | undefined;
  readonly problems: readonly PackageProblem[];
  /** Of the rig's file; empty where it cannot be had. */
  readonly rig: Uint8Array<ArrayBuffer>;
}

const NOTHING = new Uint8Array(0);
/** What we hold our own avatars to. */
const GOOD_BYTES = 3 * 1024 * 1024;

const error = (message: string): PackageProblem => ({ level: 'error', message });

/** Reads a packed avatar's folder and compares it with its manifest. Never rejects for what is in it. */
export async function readPackage(folder: string): Promise<AvatarPackage> {
  const manifest = await readManifest(folder);
  if ('message' in manifest) return { manifest: undefined, problems: [manifest], rig: NOTHING };
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const problems: PackageProblem[] = [];
  for (const file of manifest.files) problems.push(...(await checkListed(folder, file, files)));
  const rig = files.get(manifest.rig.file) ?? (await readInside(folder, manifest.rig.file)) ?? NOTHING;
  if (rig.length === 0 && problems.length === 0) problems.push(error(`its file "${manifest.rig.file}" is missing`));
  return { manifest, problems: [...problems, ...problemsOfDrawings(manifest, files), ...(await remarks(folder, manifest))], rig };
}

/** Of drawn pictures, an avatar's own or those for machines without WebGL. */
function problemsOfDrawings({ rig, fallback }: AvatarManifest, files: ReadonlyMap<string, Uint8Array>): PackageProblem[] {
  return [rig, fallback].flatMap((entry) => {
    const bytes = entry?.type === 'sprite' ? files.get(entry.file) : undefined;
    return bytes ? problemsOfDrawing(bytes, files) : [];
  });
}

async function readManifest(folder: string): Promise<AvatarManifest | PackageProblem> {
  const bytes = await readInside(folder, MANIFEST_FILE);
  if (!bytes) return error(`there is no ${MANIFEST_FILE} in ${folder}: name a GLB, a VRM, a ZIP of splats or a packed avatar's folder`);
  if (bytes.length > MAX_MANIFEST_BYTES) return error(`its ${MANIFEST_FILE} is larger than ${MAX_MANIFEST_BYTES} bytes`);
  try {
    return parseManifest(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    const { message, name } = cause as Error;
    return error(name === 'VisavisError' ? message : `its ${MANIFEST_FILE} is not JSON (${message})`);
  }
}

async function checkListed(folder: string, { name, bytes, sha256 }: AvatarFile, found: Map<string, Uint8Array>): Promise<PackageProblem[]> {
  const content = await readInside(folder, name);
  if (!content) return [error(`its file "${name}" is missing, a link out of the folder, or larger than ${MAX_FILE_BYTES} bytes`)];
  found.set(name, content);
  if (content.length !== bytes) return [error(`"${name}" has ${content.length} bytes, and ${bytes} in the manifest: pack it again`)];
  const hash = createHash('sha256').update(content).digest('hex');
  return hash === sha256 ? [] : [error(`"${name}" has another hash than in the manifest: pack it again`)];
}

async function remarks(folder: string, { files, thumbnail, license }: AvatarManifest): Promise<PackageProblem[]> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const warn = (message: string): PackageProblem => ({ level: 'warning', message });
  return [
    ...(files.length === 0 ? [warn('its manifest lists no files: nothing is checked when it is loaded, and it does not load offline')] : []),
    ...(bytes > GOOD_BYTES ? [warn(`its files have ${(bytes / 1024 / 1024).toFixed(1)} MiB together; 3 are what a page should wait for`)] : []),
    ...(thumbnail === undefined ? [warn('it has no thumbnail')] : (await readInside(folder, thumbnail)) ? [] : [error(`its thumbnail "${thumbnail}" is missing`)]),
    ...(/^licenseref-unknown$/i.test(license) ? [warn('its licence is unknown')] : []),
  ];
}

/** A file of the folder, not by a link that leads out of it; undefined where there is none, or one that is too large. */
async function readInside(folder: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const [root, path] = await Promise.all([fs.realpath(folder), fs.realpath(join(folder, name))]);
    const facts = await fs.stat(path);
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep) || !facts.isFile() || facts.size > MAX_FILE_BYTES) return undefined;
    return new Uint8Array(await fs.readFile(path));
  } catch {
    return undefined;
  }
}
