import { ARKIT_NAMES, VISEME_NAMES, type ArkitName, type Viseme } from '@visavis/face';
import { checkNumber, childPath, has, readFields, readMatch, readNumber, readObject, readOneOf, readText, reject, valueOf, type Fields } from './fields.js';
import { readFiles, type AvatarFiles } from './files.js';
import { MAX_MAPPED } from './limits.js';
import { readShaping, type FaceShaping } from './shaping.js';

/** The one version of the manifest there is. */
export const MANIFEST_SCHEMA = 'visavis.avatar/1';

/** What a manifest is called beside its files. */
export const MANIFEST_FILE = 'avatar.json';

/** The part of the avatar that a portrait must show: a rectangle facing the camera, in metres, origin between the eyes. */
export interface Framing {
  readonly target: readonly [x: number, y: number, z: number];
  readonly width: number;
  readonly height: number;
  /** Vertical field of view in degrees, 5..90. Small is flattering. */
  readonly fovDeg: number;
}

/** What a target of the file shows: one of ARKit's shapes, or a whole viseme of the Oculus set. */
export type MappedName = ArkitName | `viseme_${Viseme}`;

/** What is published about an avatar: `avatar.json` beside its files. File names are relative to it. */
export interface AvatarManifest extends AvatarFiles {
  readonly schema: typeof MANIFEST_SCHEMA;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** What targets of the file mean whose names nobody could know, by their names in the file. */
  readonly mapping: Readonly<Record<string, MappedName>>;
  readonly framing: Framing;
  /** A hint for choosing a voice: BCP 47 language and a free description. */
  readonly voice?: { readonly language: string; readonly description: string };
  readonly shaping: FaceShaping;
}

export const DEFAULT_FRAMING: Framing = { target: [0, -0.06, 0.02], width: 0.42, height: 0.46, fovDeg: 18 };

const AVATAR_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

const VISEMES = VISEME_NAMES.map((viseme) => `viseme_${viseme}` as const);
/** Three vowels as Ready Player Me names them. */
const OTHER_NAMES: Readonly<Record<string, MappedName>> = { viseme_I: 'viseme_ih', viseme_O: 'viseme_oh', viseme_U: 'viseme_ou' };
const MAPPED = new Map<unknown, MappedName>([...[...ARKIT_NAMES, ...VISEMES].map((name) => [name, name] as const), ...Object.entries(OTHER_NAMES)]);

/** An avatar's id: a folder name that can be put into a URL as it is. */
export function isAvatarId(value: string): boolean {
  return AVATAR_ID.test(value);
}

/**
 * Reads a parsed `avatar.json`. Never trusts it: unknown fields are left out, known ones are checked for type, range
 * and size. Throws `invalidAvatarMetadata`, naming the field at fault. `avatar.schema.json` says the same as JSON Schema.
 */
export function parseManifest(value: unknown): AvatarManifest {
  const fields = readFields(value, '');
  return {
    schema: readOneOf(fields, 'schema', [MANIFEST_SCHEMA]),
    id: readMatch(fields, 'id', AVATAR_ID, 'letters, digits, "-" and "_", up to 64'),
    name: readText(fields, 'name', 80),
    version: readText(fields, 'version', 32),
    license: readText(fields, 'license', 80),
    ...readFiles(fields),
    mapping: readMapping(fields),
    framing: has(fields, 'framing') ? readFraming(readObject(fields, 'framing')) : DEFAULT_FRAMING,
    ...(has(fields, 'voice') && { voice: readVoice(readObject(fields, 'voice')) }),
    shaping: readShaping(fields),
  };
}

function readMapping(manifest: Fields): AvatarManifest['mapping'] {
  if (!has(manifest, 'mapping')) return {};
  const { values, path } = readObject(manifest, 'mapping');
  const entries = Object.entries(values);
  if (entries.length > MAX_MAPPED) reject(path, `at most ${MAX_MAPPED} names`);
  return Object.fromEntries(entries.map(([target, value]) => {
    if (target === '' || [...target].length > 128) reject(path, 'names of 1 to 128 characters');
    return [target, MAPPED.get(value) ?? reject(`${path}.${target}`, 'an ARKit blendshape or "viseme_" and one of the fifteen')];
  }));
}

function readFraming(fields: Fields): Framing {
  const target = valueOf(fields, 'target');
  const path = childPath(fields, 'target');
  if (!Array.isArray(target) || target.length !== 3) return reject(path, 'three numbers');
  const [x, y, z] = target.map((part) => checkNumber(part, path, -10, 10));
  return {
    target: [x!, y!, z!],
    width: readNumber(fields, 'width', 0.05, 10),
    height: readNumber(fields, 'height', 0.05, 10),
    fovDeg: readNumber(fields, 'fovDeg', 5, 90),
  };
}

function readVoice(fields: Fields): NonNullable<AvatarManifest['voice']> {
  return { language: readText(fields, 'language', 35), description: readText(fields, 'description', 200) };
}
