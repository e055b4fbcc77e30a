/** The tongue of every face in 3D: over the lower teeth and not through them, and up behind the upper ones for l and n. */
import { existsSync, readdirSync } from 'node:fs';
import { CHANNEL, createPose, type ArkitName } from '@visavis/face';
import { beforeAll, describe, expect, it } from 'vitest';
import { FaceSignals } from '../packages/client/src/rig/face-signals.js';
import { posed, readAvatar, type AvatarMesh, type Weights } from './test/glb.js';

const ids = readdirSync(new URL('.', import.meta.url)).filter((id) => existsSync(new URL(`${id}/avatar.glb`, import.meta.url)));

/** Half the width across which the incisors are looked at, and how deep the tongue may press on their edges, metres. */
const [ASIDE, PRESSED] = [0.006, 0.0006];

describe.each(ids)('the tongue of %s', (id) => {
  let tongue: AvatarMesh;
  let teeth: AvatarMesh;
  beforeAll(async () => {
    const meshes = await readAvatar(new URL(`${id}/avatar.glb`, import.meta.url));
    [tongue, teeth] = [meshes.get('Tongue')!, meshes.get('Teeth')!];
  });

  /** What the client makes of weights for the tongue's own targets. */
  const shown = (weights: Weights): Weights => {
    const pose = createPose();
    for (const [name, weight] of Object.entries(weights)) pose.weights[CHANNEL[name as ArkitName]] = weight;
    const signals = new FaceSignals([...tongue.shapes.keys()], {});
    signals.set(pose.weights);
    return Object.fromEntries([...signals.plan.signals].map(([name, signal]) => [name, signals.values[signal]!]));
  };

  /** The edge of the lower incisors: its height, and from where to where they reach in depth. */
  const lowerEdge = (weights: Weights): { height: number; from: number; to: number } => {
    const moves = teeth.shapes.get('jawOpen')!;
    const places = posed(teeth, weights);
    const rows = points(places).filter(({ v, x }) => Math.abs(x) < ASIDE && moves[3 * v + 1]! < -1e-3);
    const height = Math.max(...rows.map(({ y }) => y));
    const crown = rows.filter(({ y }) => y > height - 0.001);
    return { height, from: Math.min(...crown.map(({ z }) => z)), to: Math.max(...crown.map(({ z }) => z)) };
  };

  it.each([0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1])('passes over the lower teeth when it is out by %s', (out) => {
    const weights = { tongueOut: out, jawOpen: 0.1 + 0.2 * out };
    const { height, from, to } = lowerEdge(weights);
    const over = points(posed(tongue, shown(weights))).filter(({ x, z }) => Math.abs(x) < ASIDE && z > from && z < to);
    expect(Math.min(height, ...over.map(({ y }) => y))).toBeGreaterThan(height - PRESSED);
    if (out >= 0.5) expect(over.length, 'it is there').toBeGreaterThan(0);
  });

  it('reaches with its tip above the upper teeth\'s edge in l and n, and not through them', () => {
    const weights = { tongueOut: 0.15, jawOpen: 0.15 };
    const jaw = teeth.shapes.get('jawOpen')!;
    const upper = points(teeth.places).filter(({ v, x }) => Math.abs(x) < ASIDE && jaw[3 * v + 1]! > -1e-4);
    const edge = Math.min(...upper.map(({ y }) => y));
    const front = Math.max(...upper.map(({ z }) => z));
    const tip = points(posed(tongue, shown(weights))).filter(({ x }) => Math.abs(x) < ASIDE);
    const still = points(posed(tongue, { jawOpen: 0.15 })).filter(({ x }) => Math.abs(x) < ASIDE);
    const top = (all: typeof tip): number => Math.max(...all.filter(({ z }) => z > front - 0.02).map(({ y }) => y));
    expect(top(tip)).toBeGreaterThan(edge - 0.001);
    expect(top(tip)).toBeGreaterThan(top(still) + 0.003);
    expect(Math.max(...tip.map(({ z }) => z))).toBeLessThan(front);
  });
});

function points(places: Float64Array): { v: number; x: number; y: number; z: number }[] {
  return Array.from({ length: places.length / 3 }, (_, v) => ({ v, x: places[3 * v]!, y: places[3 * v + 1]!, z: places[3 * v + 2]! }));
}
