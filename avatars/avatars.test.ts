/** What every shipped avatar must have: papers, sizes and hashes; and every face in 3D: the 52 shapes, lips and lids that close, lips in their order. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ARKIT_NAMES, CHANNEL, createPose, type ArkitName } from '@visavis/face';
import { parseManifest, type AvatarManifest } from '@visavis/protocol/avatar';
import { beforeAll, describe, expect, it } from 'vitest';
import { FaceShaper } from '../packages/client/src/rig/shaping.js';
import { frontmost, tallestSlit, type Window } from './test/front.js';
import { readAvatar, readNodes, posed, type AvatarMesh, type Weights } from './test/glb.js';

const MAX_BYTES = 3_000_000;
const ids = readdirSync(new URL('.', import.meta.url)).filter((id) => existsSync(new URL(`${id}/avatar.json`, import.meta.url)));

const manifestOf = (id: string): AvatarManifest => parseManifest(JSON.parse(readFileSync(new URL(`${id}/avatar.json`, import.meta.url), 'utf8')));

const both = (name: string, weight = 1): Weights => ({ [`${name}Left`]: weight, [`${name}Right`]: weight });

/** Poses in which no inside of the mouth may be seen. */
const CLOSED: Readonly<Record<string, Weights>> = {
  rest: {}, smile: both('mouthSmile'), 'half smile': both('mouthSmile', 0.5), press: both('mouthPress'), frown: both('mouthFrown'),
  dimple: both('mouthDimple'), stretch: both('mouthStretch'), 'one-sided smile': { mouthSmileLeft: 1 }, left: { mouthLeft: 1 },
  'lower lip rolled in': { mouthRollLower: 1 }, 'upper lip rolled in': { mouthRollUpper: 1 }, 'cheeks puffed': { cheekPuff: 1 },
  'closure with the jaw open': { jawOpen: 0.5, mouthClose: 0.5 }, 'closure, jaw wide open': { jawOpen: 0.85, mouthClose: 0.85 },
  'm, b, p': { jawOpen: 0.05, mouthClose: 0.05, mouthShrugLower: 0.25, mouthRollLower: 0.15, mouthRollUpper: 0.1, mouthPucker: 0.08, ...both('mouthPress', 0.2) },
};

/** Pairs that speech and feeling make. */
const PAIRS: Readonly<Record<string, Weights>> = {
  'smile and open jaw': { ...both('mouthSmile', 0.6), jawOpen: 0.4 }, 'funnel and pucker': { mouthFunnel: 0.6, mouthPucker: 0.6 },
  'press and roll': { ...both('mouthPress', 0.5), mouthRollLower: 0.4, mouthRollUpper: 0.3 }, 'frown and shrug': { ...both('mouthFrown'), mouthShrugLower: 0.6 },
  'smile and press': { ...both('mouthSmile', 0.6), ...both('mouthPress', 0.5) }, 'funnel and open jaw': { mouthFunnel: 0.6, jawOpen: 0.3 },
  'lower lip down and stretch': { ...both('mouthLowerDown', 0.6), ...both('mouthStretch', 0.5) }, 'jaw left and open': { jawLeft: 0.7, jawOpen: 0.3 },
};

/** Lips that are pressed together overlap in this model by up to so much, in millimetres; more would show as lips passed through. */
const MAX_OVERLAP_MM = 5;

describe.each(ids)('%s', (id) => {
  const folder = new URL(`${id}/`, import.meta.url);
  const manifest = manifestOf(id);

  it('has its papers, and a manifest with the right sizes and hashes', () => {
    for (const name of ['LICENSE', 'PROVENANCE.md', 'thumbnail.webp']) expect(existsSync(new URL(name, folder))).toBe(true);
    expect(readFileSync(new URL('LICENSE', folder), 'utf8')).toContain('CC0-1.0');
    const { rig, files } = manifest;
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining([rig.file, 'thumbnail.webp']));
    for (const { name, bytes, sha256 } of files) {
      const data = readFileSync(new URL(name, folder));
      expect(data.length).toBe(bytes);
      expect(data.length).toBeLessThanOrEqual(MAX_BYTES);
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    }
  });
});

describe.each(ids.filter((id) => manifestOf(id).rig.type === 'glb'))('the face of %s', (id) => {
  const folder = new URL(`${id}/`, import.meta.url);
  let meshes: ReadonlyMap<string, AvatarMesh>;
  let face: AvatarMesh;
  const shaper = new FaceShaper(manifestOf(id).shaping);
  const shaped = (weights: Weights): Weights => shape(weights, shaper);
  beforeAll(async () => {
    meshes = await readAvatar(new URL('avatar.glb', folder));
    face = meshes.get('Face')!;
  });

  it.each(['Left', 'Right'])('turns its %s eye about the middle of the ball', async (side) => {
    const { meshes: all, origins } = await readNodes(new URL(manifestOf(id).rig.file, folder));
    const { places } = all.get(`Ball${side}`)!;
    const [x, y, z] = origins.get(`Eye${side}`)! as [number, number, number];
    const away = Array.from({ length: places.length / 3 }, (_, i) => Math.hypot(places[3 * i]! - x, places[3 * i + 1]! - y, places[3 * i + 2]! - z));
    const radius = Math.max(...away);
    // All but the iris, which lies in a bowl, is as far from it.
    expect(away.filter((distance) => distance > 0.995 * radius).length).toBeGreaterThan(0.4 * away.length);
    expect(Math.min(...away)).toBeGreaterThan(0.8 * radius);
  });

  it('has its vertices in an order in which most shapes end early, so that little of them is zeros to write out', () => {
    const ends = [...face.shapes.values()].map((moves) => Math.floor(moves.findLastIndex((value) => value !== 0) / 3) + 1);
    const share = ends.reduce((sum, end) => sum + end, 0) / (ends.length * (face.places.length / 3));
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.6);
  });

  it('has the 52 shapes on its face, and each but the tongue\'s moves it', () => {
    expect([...face.shapes.keys()].sort()).toEqual([...ARKIT_NAMES].sort());
    const still = ARKIT_NAMES.filter((name) => face.shapes.get(name)!.every((value) => Math.abs(value) < 5e-4));
    expect(still).toEqual(['tongueOut']);
    expect(reach(meshes.get('Tongue')!.shapes.get('tongueOut')!)).toBeGreaterThan(0.02);
  });

  it.each(Object.entries(CLOSED))('keeps its lips closed: %s', (_, weights) => {
    const parts = [face, ...['MouthInner', 'Teeth', 'Tongue'].map((name) => meshes.get(name)!)];
    const window = mouthWindow(face);
    expect(tallestSlit(frontmost(parts, shaped(weights), window), window)).toBeLessThan(1);
  });

  it('opens its lips with the jaw', () => {
    const parts = [face, meshes.get('MouthInner')!];
    const window = mouthWindow(face);
    expect(tallestSlit(frontmost(parts, shaped({ jawOpen: 0.3 }), window), window)).toBeGreaterThan(3);
  });

  it.each([['blink', 1], ['blink and squint', 1]] as const)('shuts its lids: %s', (name, blink) => {
    const weights = { ...both('eyeBlink', blink), ...(name === 'blink' ? {} : both('eyeSquint', 0.5)) };
    for (const side of ['Left', 'Right']) {
      const eye = meshes.get(`Ball${side}`)!;
      const window = windowAround(eye.places, 0.9);
      expect(tallestSlit(frontmost([face, eye], shaped(weights), window), window)).toBeLessThan(0.3);
      expect(tallestSlit(frontmost([face, eye], {}, window), window)).toBeGreaterThan(4);
    }
  });

  it('never turns its lips about: each shape, and common pairs', () => {
    const rims = lipRims(face);
    const poses: [string, Weights][] = [...ARKIT_NAMES.filter((name) => name !== 'mouthClose').map((name): [string, Weights] => [name, { [name]: 1 }]),
      ...Object.entries(PAIRS), ...Object.entries(CLOSED)];
    const wrong = poses.map(([name, weights]) => ({ name, overlap: lipOverlap(posed(face, shaped(weights)), rims) })).filter(({ overlap }) => overlap > MAX_OVERLAP_MM);
    expect(wrong).toEqual([]);
  });
});

/** What the client makes of weights for this face, by the client's own shaper. */
function shape(weights: Weights, shaper: FaceShaper): Weights {
  const { weights: asked } = createPose();
  for (const [name, weight] of Object.entries(weights)) asked[CHANNEL[name as ArkitName]] = weight;
  const shown = shaper.shape(asked);
  return Object.fromEntries(ARKIT_NAMES.map((name, i) => [name, shown[i]!] as const).filter(([, weight]) => weight > 0));
}

function reach(shape: Float64Array): number {
  return shape.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function windowAround(places: Float64Array, share: number): Window {
  const axis = (k: number): number[] => Array.from(places.filter((_, i) => i % 3 === k));
  const span = (values: number[]): [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [(low + high) / 2 - (share * (high - low)) / 2, share * (high - low)];
  };
  const [left, width] = span(axis(0));
  const [bottom, height] = span(axis(1));
  return { left, bottom, columns: Math.round(width * 1e4), rows: Math.round(height * 1e4) };
}

/** The lips' rims: vertices near the seam that go with the jaw, and those that stay. */
function lipRims({ places, shapes }: AvatarMesh): { upper: number[]; lower: number[]; level: number } {
  const jaw = shapes.get('jawOpen')!;
  const close = shapes.get('mouthClose')!;
  const upper: number[] = [];
  const lower: number[] = [];
  for (let v = 0; v < places.length / 3; v++) {
    const [x, dy, back] = [places[3 * v]!, jaw[3 * v + 1]!, close[3 * v + 1]!];
    if (Math.abs(x) > 0.012) continue;
    if (dy < -0.02 && back > 0.02) lower.push(v);
    if (dy > -0.005 && back < -0.003) upper.push(v);
  }
  const level = Math.min(...upper.map((v) => places[3 * v + 1]!));
  return { upper, lower, level };
}

function mouthWindow(face: AvatarMesh): Window {
  const { level } = lipRims(face);
  return { left: -0.024, bottom: level - 0.02, columns: 480, rows: 400 };
}

/** By how many millimetres, at the worst place across the mouth, the upper lip reaches below the lower one. */
function lipOverlap(places: Float64Array, { upper, lower }: { upper: number[]; lower: number[] }): number {
  let worst = 0;
  for (let x = -0.012; x <= 0.012; x += 0.002) {
    const heights = (rim: number[]): number[] => rim.filter((v) => Math.abs(places[3 * v]! - x) < 0.0015).map((v) => places[3 * v + 1]!);
    const [top, bottom] = [heights(upper), heights(lower)];
    if (top.length && bottom.length) worst = Math.max(worst, Math.max(...bottom) - Math.min(...top));
  }
  return worst * 1000;
}
