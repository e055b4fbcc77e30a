/** Avatars of files on this machine. */
import { DEFAULT_FRAMING, filesOfRig, MANIFEST_FILE, MANIFEST_SCHEMA, MAX_FILE_BYTES, MAX_MANIFEST_BYTES, parseManifest, PLAIN_SHAPING, type AvatarManifest, type RigType } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { sniff, type FileKind } from '../inspect/sniff.js';
import { checkGlb } from '../rig/index.js';
import { Avatar } from './avatar.js';

/** A `File`, or a `Blob` with or without a name. */
export type LocalFile = Pick<Blob, 'size' | 'arrayBuffer'> & { readonly name?: string; readonly webkitRelativePath?: string };

const RIG_OF: Readonly<Partial<Record<FileKind, RigType>>> = { glb: 'glb', vrm0: 'vrm', vrm1: 'vrm', zip: 'splat' };

const INSTEAD: Readonly<Record<Exclude<FileKind, 'glb' | 'vrm0' | 'vrm1' | 'zip'>, string>> = {
  gltf: 'It is a glTF in parts; export it as one GLB.',
  json: 'A manifest alone is no avatar; drop it together with the files that it names.',
  image: 'It is a picture; an avatar is a GLB, a VRM or a ZIP of splats.',
  unknown: 'It is no GLB, no VRM and no ZIP of splats.',
};

/** Reads one file that is an avatar, or a packed avatar's files with their `avatar.json`. */
export async function avatarFromFiles(files: readonly LocalFile[]): Promise<Avatar> {
  const packed = files.find((file) => nameOf(file) === MANIFEST_FILE);
  if (packed) return packedAvatar(packed, files);
  if (files.length !== 1) throw unusable('One file at a time, or all files of a packed avatar with its avatar.json.');
  return loneAvatar(files[0]!);
}

async function loneAvatar(file: LocalFile): Promise<Avatar> {
  const bytes = await read(file, MAX_FILE_BYTES);
  const kind = sniff(new Uint8Array(bytes));
  const type = RIG_OF[kind];
  if (!type) throw unusable(INSTEAD[kind as keyof typeof INSTEAD]);
  if (type !== 'splat') checkGlb(bytes);
  const manifest = defaultManifest(type, nameOf(file));
  return new Avatar({ manifest, files: new Map([[manifest.rig.file, bytes]]), integrity: 'none' });
}

async function packedAvatar(packed: LocalFile, files: readonly LocalFile[]): Promise<Avatar> {
  const manifest = parseManifest(parseText(await read(packed, MAX_MANIFEST_BYTES)));
  const names = new Set([...filesOfRig(manifest), ...(manifest.fallback ? filesOfRig(manifest, manifest.fallback) : [])]);
  const found = [...names].flatMap((name) => {
    const file = files.find((each) => pathOf(each) === name) ?? files.find((each) => pathOf(each).endsWith(`/${name}`));
    return file ? [[name, file] as const] : [];
  });
  if (!found.some(([name]) => name === manifest.rig.file)) throw unusable(`Its "${manifest.rig.file}" is not among the files.`);
  const entries = await Promise.all(found.map(async ([name, file]) => [name, await read(file, MAX_FILE_BYTES)] as const));
  const avatar = new Avatar({ manifest, files: new Map(entries), integrity: 'none' });
  if (manifest.rig.type === 'glb' || manifest.rig.type === 'vrm') checkGlb(new Map(entries).get(manifest.rig.file)!);
  return avatar;
}

/** What is assumed of an avatar that comes without a manifest. Its name is the file's. */
function defaultManifest(type: RigType, fileName: string): AvatarManifest {
  const name = fileName.replace(/\.[^.]*$/, '').slice(0, 80) || 'avatar';
  const id = name.normalize('NFKD').replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+/, '').slice(0, 64) || 'avatar';
  const file = { glb: 'avatar.glb', vrm: 'avatar.vrm', splat: 'avatar.zip', sprite: 'avatar.json' }[type];
  return {
    schema: MANIFEST_SCHEMA, id, name, version: '0', license: 'LicenseRef-unknown',
    rig: { type, file }, files: [], mapping: {}, framing: DEFAULT_FRAMING, shaping: PLAIN_SHAPING,
  };
}

async function read(file: LocalFile, maxBytes: number): Promise<ArrayBuffer> {
  if (file.size > maxBytes) {
    const mib = (bytes: number): string => (bytes / (1024 * 1024)).toFixed(1);
    throw unusable(`"${nameOf(file)}" has ${mib(file.size)} MiB, and ${mib(maxBytes)} are the most.`);
  }
  return file.arrayBuffer();
}

function parseText(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VisavisError('invalidAvatarMetadata', `${MANIFEST_FILE} is not JSON in UTF-8`, { cause });
  }
}

const pathOf = ({ webkitRelativePath, name = '' }: LocalFile): string => webkitRelativePath || name;
const nameOf = (file: LocalFile): string => pathOf(file).split('/').at(-1)!;

function unusable(why: string): VisavisError {
  return new VisavisError('unsupportedAvatarAsset', `The file cannot be used as an avatar. ${why}`);
}
