import { ARKIT_NAMES, type ArkitName } from '@visavis/face';
import type { Coupling, FaceShaping } from '../rig/index.js';
import {
  checkNumber, childPath, readFields, readFileName, readNumber, readObject, readText, reject, valueOf, type Fields,
} from './fields.js';

/** The one version of the manifest there is. */
export const MANIFEST_SCHEMA = 'visavis.avatar/1';

/** Manifests larger than this are refused unread. */
export const MAX_MANIFEST_BYTES = 64 * 1024;

/** The part of the avatar that a portrait must show: a rectangle facing the camera, in metres, origin between the eyes. */
export interface Framing {
  readonly target: readonly [x: number, y: number, z: number];
  readonly width: number;
  readonly height: number;
  /** Vertical field of view in degrees, 5..90. Small is flattering. */
  readonly fovDeg: number;
}

/** What is published about an avatar: `manifest.json` beside its files. File names are relative to it. */
export interface AvatarManifest {
  readonly schema: typeof MANIFEST_SCHEMA;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  readonly rig: { readonly type: 'glb'; readonly file: string };
  readonly thumbnail?: string;
  readonly framing: Framing;
  /** A hint for choosing a voice: BCP 47 language and a free description. */
  readonly voice?: { readonly language: string; readonly description: string };
  readonly shaping: FaceShaping;
}

export const DEFAULT_FRAMING: Framing = { target: [0, -0.06, 0.02], width: 0.42, height: 0.46, fovDeg: 18 };

/** An avatar's id: a folder name that can be put into a URL as it is. */
export function isAvatarId(value: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value);
}

/**
 * Reads a parsed `manifest.json`. Never trusts it: unknown fields are left out, known ones are checked for type, range
 * and size. Throws `invalidAvatarMetadata`, naming the field at fault.
 */
export function parseManifest(value: unknown): AvatarManifest {
  const fields = readFields(value, '');
  if (valueOf(fields, 'schema') !== MANIFEST_SCHEMA) reject('schema', `"${MANIFEST_SCHEMA}"`);
  const id = readText(fields, 'id', 64);
  if (!isAvatarId(id)) reject('id', 'letters, digits, "-" and "_", up to 64');
  const has = (name: string): boolean => valueOf(fields, name) !== undefined;
  return {
    schema: MANIFEST_SCHEMA,
    id,
    name: readText(fields, 'name', 80),
    version: readText(fields, 'version', 32),
    license: readText(fields, 'license', 80),
    rig: readRig(readObject(fields, 'rig')),
    ...(has('thumbnail') ? { thumbnail: readFileName(fields, 'thumbnail') } : {}),
    framing: has('framing') ? readFraming(readObject(fields, 'framing')) : DEFAULT_FRAMING,
    ...(has('voice') ? { voice: readVoice(readObject(fields, 'voice')) } : {}),
    shaping: readShaping(fields),
  };
}

function readRig(fields: Fields): AvatarManifest['rig'] {
  if (valueOf(fields, 'type') !== 'glb') reject(childPath(fields, 'type'), '"glb"');
  return { type: 'glb', file: readFileName(fields, 'file') };
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

function readShaping(fields: Fields): FaceShaping {
  if (valueOf(fields, 'shaping') === undefined) return { gains: {}, ceilings: {}, couplings: [] };
  const shaping = readObject(fields, 'shaping');
  return {
    gains: readWeights(shaping, 'gains', 0, 4),
    ceilings: readWeights(shaping, 'ceilings', 0.01, 1),
    couplings: readCouplings(shaping),
  };
}

function readWeights(parent: Fields, name: string, low: number, high: number): Partial<Record<ArkitName, number>> {
  if (valueOf(parent, name) === undefined) return {};
  const fields = readObject(parent, name);
  const known = ARKIT_NAMES.filter((weight) => valueOf(fields, weight) !== undefined);
  return Object.fromEntries(known.map((weight) => [weight, readNumber(fields, weight, low, high)]));
}

function readCouplings(parent: Fields): Coupling[] {
  const value = valueOf(parent, 'couplings') ?? [];
  const path = childPath(parent, 'couplings');
  if (!Array.isArray(value) || value.length > 64) return reject(path, 'a list of at most 64 couplings');
  return value.map((item: unknown, i) => {
    const fields = readFields(item, `${path}[${i}]`);
    return { from: readWeightName(fields, 'from'), to: readWeightName(fields, 'to'), gain: readNumber(fields, 'gain', 0, 1) };
  });
}

function readWeightName(fields: Fields, name: string): ArkitName {
  const value = valueOf(fields, name);
  return ARKIT_NAMES.find((weight) => weight === value) ?? reject(childPath(fields, name), 'an ARKit blendshape name');
}
