import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { imageSize, inspectAvatar } from '@visavis/client/inspect';
import { DEFAULT_FRAMING, isAvatarId, MANIFEST_FILE, MANIFEST_SCHEMA, mediaTypeOf, parseManifest, type AvatarFile, type RigType } from '@visavis/protocol/avatar';
import { readInput } from '../files.js';
import { findChromium } from './chromium.js';
import { optimise } from './optimise.js';
import type { PackCommandOptions } from './options.js';
import { reportLines } from './print-report.js';
import { readAvatar, type Subject } from './read-avatar.js';
import { plural, size } from './size.js';
import { runWorkshop } from './workshop.js';

const RIG: Readonly<Record<string, { readonly type: RigType; readonly file: string }>> = {
  glb: { type: 'glb', file: 'avatar.glb' }, vrm0: { type: 'vrm', file: 'avatar.vrm' }, vrm1: { type: 'vrm', file: 'avatar.vrm' }, splat: { type: 'splat', file: 'avatar.zip' },
};
const THUMBNAIL = { size: 512, quality: 0.86 } as const;
const LARGEST_TEXTURE = 8_192;

/** `visavis avatar pack`: writes a folder to publish. Rejects where `check` refuses the file or the folder is in use. */
export async function pack(path: string, options: PackCommandOptions): Promise<void> {
  const { id, out = id, force } = options;
  if (!isAvatarId(id)) throw new Error(`--id "${id}": give letters, digits, "-" and "_", up to 64, with a letter or digit first`);
  const textureSize = readTextureSize(options.textureSize);
  const mapping = options.mapping === undefined ? undefined : await readMapping(options.mapping);
  const subject = await readAvatar(path, mapping);
  if (!subject.report.isUsable) throw new Error(`${subject.name} cannot be packed:\n${reportLines(subject).join('\n')}`);
  if (subject.manifest) throw new Error(`${path} is packed already: name the file that it was made of`);
  const chromium = findChromium();
  const picture = options.thumbnail === undefined ? undefined : await readPicture(options.thumbnail);
  const replaced = await whatPackingReplaces(out, force === true);
  const files = new Map<string, Uint8Array>();
  const rig = RIG[subject.report.kind]!;
  files.set(rig.file, await smaller(subject, { ...options, textureSize, chromium, mapping }));
  const thumbnail = picture ?? (chromium ? await drawThumbnail(chromium, files.get(rig.file)!) : undefined);
  if (thumbnail) files.set(thumbnail.name, thumbnail.bytes);
  else tell('it has no thumbnail: no Chromium was found to draw one (VISAVIS_CHROMIUM names one; --thumbnail takes a picture)');
  await write(out, files, { ...options, rig, thumbnail: thumbnail?.name, mapping, replaced });
}

type Mapping = Readonly<Record<string, string>>;

async function readMapping(path: string): Promise<Mapping> {
  const wrong = `${path} is no JSON object of names and what they mean, like { "Mund offen": "jawOpen" }`;
  const bytes = await readInput(path);
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((meaning) => typeof meaning === 'string')) return value as Mapping;
  } catch (cause) {
    throw new Error(wrong, { cause });
  }
  throw new Error(wrong);
}

interface SmallerOptions {
  readonly keep?: true;
  readonly mapping: Mapping | undefined;
  readonly textureSize: number;
  readonly chromium: string | undefined;
}

/** Only a GLB is made smaller: what a VRM says of its bones and materials is known to its own tools, and splats are packed. */
async function smaller({ report, bytes }: Subject, { keep, textureSize, chromium, mapping }: SmallerOptions): Promise<Uint8Array> {
  if (keep || report.kind !== 'glb') {
    if (!keep) tell(`a ${report.title} is kept as it is`);
    return bytes;
  }
  tell(`making it smaller (${report.textures.length} pictures)`);
  const runJobs = chromium === undefined ? undefined : (jobs: Parameters<typeof runWorkshop>[1]) => runWorkshop(chromium, jobs, (i) => tell(`picture ${i + 1} of ${jobs.length}`));
  const { bytes: packed, remarks } = await optimise(bytes, { textureSize, runJobs });
  for (const remark of remarks) tell(remark);
  const after = await inspectAvatar(packed, mapping);
  if (!after.isUsable || after.shapes.missing.length > report.shapes.missing.length) throw new Error('packing would lose shapes of this file; use --keep, and tell us about it');
  return packed.length < bytes.length ? packed : bytes;
}

async function drawThumbnail(chromium: string, input: Uint8Array): Promise<{ name: string; bytes: Uint8Array } | undefined> {
  tell('drawing the thumbnail');
  const [outcome] = await runWorkshop(chromium, [{ kind: 'thumbnail', input, ...THUMBNAIL }]);
  if (outcome instanceof Uint8Array) return { name: 'thumbnail.webp', bytes: outcome };
  throw new Error(`the thumbnail could not be drawn (${outcome?.message ?? 'no answer'}): give one with --thumbnail`);
}

async function readPicture(path: string): Promise<{ name: string; bytes: Uint8Array }> {
  const bytes = await readInput(path);
  const found = imageSize(bytes);
  const extension = extname(path).toLowerCase();
  if (!found || mediaTypeOf(path) !== found.type) throw new Error(`${path} is no WebP, PNG or JPEG, or is not called so`);
  if (Math.max(found.width, found.height) > 2_048) throw new Error(`${path} is ${found.width} x ${found.height}; 512 x 512 is what a thumbnail should be`);
  return { name: `thumbnail${extension}`, bytes };
}

/** Names of what is in the folder already and goes when the new is made. Only what packing writes: a licence beside it stays. */
async function whatPackingReplaces(out: string, force: boolean): Promise<string[]> {
  const there = await readdir(out).catch(() => []);
  if (there.length > 0 && !force) throw new Error(`${out} is not empty: give another folder with --out, or --force to replace what is in it`);
  return there.filter((name) => /^(avatar\.(json|glb|vrm|zip)|thumbnail\.\w+)$/.test(name));
}

async function makeFolder(out: string, replaced: readonly string[]): Promise<void> {
  for (const name of replaced) await rm(join(out, name));
  await mkdir(out, { recursive: true });
}

interface ManifestFacts extends Omit<PackCommandOptions, 'thumbnail' | 'mapping'> {
  readonly rig: { readonly type: RigType; readonly file: string };
  readonly thumbnail: string | undefined;
  readonly mapping: Mapping | undefined;
  readonly replaced: readonly string[];
}

async function write(out: string, files: ReadonlyMap<string, Uint8Array>, { id, name = id, avatarVersion, license, rig, thumbnail, mapping, replaced }: ManifestFacts): Promise<void> {
  const manifest = {
    schema: MANIFEST_SCHEMA, id, name, version: avatarVersion, license, rig, files: [...files].map(([fileName, bytes]) => fileOf(fileName, bytes)),
    ...(thumbnail !== undefined && { thumbnail }), ...(mapping && { mapping }), framing: DEFAULT_FRAMING, shaping: { gains: {}, ceilings: {}, couplings: [] },
  };
  parseManifest(manifest);
  await makeFolder(out, replaced);
  for (const [fileName, bytes] of files) await writeFile(join(out, fileName), bytes);
  await writeFile(join(out, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  console.log(`${resolve(out)}: ${size(total)} in ${plural(files.size, 'file')} and ${MANIFEST_FILE}`);
}

function fileOf(name: string, bytes: Uint8Array): AvatarFile {
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), type: mediaTypeOf(name) };
}

function readTextureSize(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 16 && value <= LARGEST_TEXTURE) return value;
  throw new Error(`--texture-size "${text}": give a whole number from 16 to ${LARGEST_TEXTURE}`);
}

/** Progress and remarks go beside what is printed for other programs. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
