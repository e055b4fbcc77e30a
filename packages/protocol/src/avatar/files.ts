import { has, readCount, readFields, readFileName, readList, readMatch, readObject, readOneOf, reject, type Fields } from './fields.js';
import { MAX_FILE_BYTES, MAX_FILES } from './limits.js';
import { MEDIA_TYPES, type AvatarMediaType } from './media-types.js';

/** What can show a pose: a glTF scene, a VRM character, Gaussian splats, layered pictures. */
export const RIG_TYPES = ['glb', 'vrm', 'splat', 'sprite'] as const;

export type RigType = (typeof RIG_TYPES)[number];

/** Which kind of rig, and its file. That of `sprite` is a small JSON that names pictures among `files`. */
export interface RigEntry<Type extends RigType = RigType> {
  readonly type: Type;
  readonly file: string;
}

/** One file of an avatar, as it must be when it arrives. */
export interface AvatarFile {
  /** Relative to the manifest. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the whole file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly type: AvatarMediaType;
}

export interface AvatarFiles {
  readonly rig: RigEntry;
  /** Drawn pictures for machines without WebGL. */
  readonly fallback?: RigEntry<'sprite'>;
  /** Every file of the rigs; the thumbnail too, if wanted. Empty: what is loaded cannot be checked. */
  readonly files: readonly AvatarFile[];
  readonly thumbnail?: string;
}

export function readFiles(manifest: Fields): AvatarFiles {
  const files = readList(manifest, 'files', MAX_FILES, readFile);
  const rig = readRig(manifest, 'rig', RIG_TYPES);
  const fallback = has(manifest, 'fallback') ? readRig(manifest, 'fallback', ['sprite'] as const) : undefined;
  checkList(files);
  if (files.length > 0 || fallback || rig.type === 'sprite') checkListed(files, rig, fallback);
  return {
    rig,
    ...(fallback && { fallback }),
    files,
    ...(has(manifest, 'thumbnail') && { thumbnail: readFileName(manifest, 'thumbnail') }),
  };
}

function readRig<Type extends RigType>(manifest: Fields, name: string, types: readonly Type[]): RigEntry<Type> {
  const fields = readObject(manifest, name);
  return { type: readOneOf(fields, 'type', types), file: readFileName(fields, 'file') };
}

function readFile(item: unknown, path: string): AvatarFile {
  const fields = readFields(item, path);
  return {
    name: readFileName(fields, 'name'),
    bytes: readCount(fields, 'bytes', 1, MAX_FILE_BYTES),
    sha256: readMatch(fields, 'sha256', /^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
    type: readOneOf(fields, 'type', MEDIA_TYPES),
  };
}

/** What no JSON Schema can say: names are there once, and all files together stay within what one may have. */
function checkList(files: readonly AvatarFile[]): void {
  const names = new Set<string>();
  files.forEach(({ name }, i) => {
    if (names.has(name)) reject(`files[${i}].name`, `there once; "${name}" is listed twice`);
    names.add(name);
  });
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MAX_FILE_BYTES) reject('files', `at most ${MAX_FILE_BYTES} bytes together, not ${bytes}`);
}

function checkListed(files: readonly AvatarFile[], ...rigs: readonly (RigEntry | undefined)[]): void {
  for (const rig of rigs) {
    if (rig && !files.some(({ name }) => name === rig.file)) reject('files', `a list that names every file of the rigs; "${rig.file}" is missing`);
  }
}

/** Names of the files that a rig is made of, its own first: one, but for `sprite`, which has every listed file that no other part uses. */
export function filesOfRig({ rig, fallback, files, thumbnail }: AvatarFiles, entry: RigEntry = rig): string[] {
  if (entry.type !== 'sprite') return [entry.file];
  const taken = new Set([rig.file, fallback?.file, thumbnail]);
  return [entry.file, ...files.map(({ name }) => name).filter((name) => !taken.has(name))];
}

/** Names of all files that belong to an avatar: what is listed, and what is named elsewhere in its manifest. */
export function filesOfAvatar({ rig, fallback, files, thumbnail }: AvatarFiles): ReadonlySet<string> {
  return new Set([...files.map(({ name }) => name), rig.file, fallback?.file, thumbnail].filter((name) => name !== undefined));
}

