import { readFileSync } from 'node:fs';
import { ARKIT_NAMES, CHANNEL, createPose, VISEME_NAMES } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { ArkitFace, readFace } from './arkit-face.js';
import { planFace, withoutDoubles, type FaceReading } from './face-plan.js';
import { FaceSignals } from './face-signals.js';
import { listOf, readDocument } from './glb-document.js';
import { APERTURE_SIGNAL, fillSignals, JAW_NET_SIGNAL, PAIR_NAMES, PAIR_SIGNAL, SIGNAL_COUNT, TONGUE_RISE_SIGNAL, VISEME_SIGNAL } from './signals.js';

const AVATARS = new URL('../../../../avatars/', import.meta.url);
const OCULUS = VISEME_NAMES.map((name) => `viseme_${name}`);
const viseme = (name: string): number => VISEME_SIGNAL + VISEME_NAMES.indexOf(name as 'aa');

describe('planFace', () => {
  it('speaks by 52 shapes where they are, and leaves visemes beside them at rest', () => {
    const { signals, speech } = planFace([...ARKIT_NAMES, ...OCULUS, 'mouthOpen', 'eyesClosed']);
    expect(speech).toBe('arkit');
    expect([...signals.keys()]).toEqual([...ARKIT_NAMES]);
    expect(signals.get('jawOpen')).toBe(CHANNEL.jawOpen);
  });

  it('speaks by visemes where only they are, and keeps smile, blink and tongue', () => {
    const { signals, speech, visemes } = planFace([...OCULUS, 'mouthOpen', 'mouthSmile', 'eyeBlinkLeft', 'tongueOut', 'jawOpen']);
    expect(speech).toBe('visemes');
    expect(visemes).toHaveLength(15);
    expect(signals.get('viseme_aa')).toBe(viseme('aa'));
    expect(signals.get('mouthSmile')).toBe(PAIR_SIGNAL + PAIR_NAMES.indexOf('mouthSmile'));
    expect([signals.has('mouthOpen'), signals.has('jawOpen'), signals.has('tongueOut')]).toEqual([false, false, true]);
  });

  it('opens a mouth that can do nothing else by how far the lips are apart', () => {
    expect(planFace(['jawOpen', 'eyesClosed']).signals.get('jawOpen')).toBe(APERTURE_SIGNAL);
    expect(planFace(['mouthOpen']).speech).toBe('jaw');
    expect(planFace(['eyeBlinkLeft', 'Fcl_ALL_Joy']).speech).toBe('none');
  });

  it('shuts the jaw for a face that cannot shut its lips over it', () => {
    const without = ARKIT_NAMES.filter((name) => name !== 'mouthClose');
    expect(planFace(without).signals.get('jawOpen')).toBe(JAW_NET_SIGNAL);
  });

  it('lifts the tip of a tongue that can, first for l and n, and lets it down on its way out', () => {
    expect(planFace([...ARKIT_NAMES, 'tongueRise']).signals.get('tongueRise')).toBe(TONGUE_RISE_SIGNAL);
    const rise = (out: number): number => {
      const [{ weights }, signals] = [createPose(), new Float32Array(SIGNAL_COUNT)];
      weights[CHANNEL.tongueOut] = out;
      fillSignals(weights, signals);
      return signals[TONGUE_RISE_SIGNAL]!;
    };
    expect([rise(0), rise(0.075), rise(0.15), rise(1)].map((value) => Math.round(100 * value))).toEqual([0, 50, 100, 0]);
    expect(rise(0.5)).toBeLessThan(rise(0.2));
  });

  it('uses a target for both sides only where neither side has its own', () => {
    expect(planFace(['eyesClosed', 'eyeBlinkLeft', 'jawOpen']).signals.has('eyesClosed')).toBe(false);
  });

  it('takes the word of a mapping over every guess', () => {
    const mapping = { Key1: 'jawOpen', Key2: 'mouthFunnel', jawOpen: 'nothing', Smile: 'viseme_E' };
    const { signals } = planFace(['Key1', 'Key2', 'jawOpen', 'Smile'], mapping);
    expect([signals.get('Key2'), signals.has('jawOpen'), signals.get('Smile')]).toEqual([CHANNEL.mouthFunnel, false, viseme('E')]);
    expect(planFace([...ARKIT_NAMES, 'Mund A'], { 'Mund A': 'viseme_aa' })).toMatchObject({ speech: 'visemes', visemes: [viseme('aa') - VISEME_SIGNAL] });
  });
});

describe('withoutDoubles', () => {
  it('drives a shape once on a mesh, but both halves of it', () => {
    const { signals } = planFace(['jawOpen', 'JawOpen', 'browInnerUp_L', 'browInnerUp_R']);
    expect(withoutDoubles(['jawOpen', 'JawOpen', 'browInnerUp_L', 'browInnerUp_R', 'other'], signals)).toEqual(['jawOpen', 'browInnerUp_L', 'browInnerUp_R']);
  });
});

describe('readFace', () => {
  /** What each target is driven with in a pose in which every weight is another. */
  const driven = (face: FaceReading, names: readonly string[]): unknown[] => {
    face.set(Float32Array.from(ARKIT_NAMES, (_, i) => i / ARKIT_NAMES.length));
    return [...new Set(face.targetsOf(names))].map((name) => [name, face.values[face.plan.signals.get(name)!]]);
  };
  const namesOf = (id: string): string[] => listOf(readDocument(readFileSync(new URL(`${id}/avatar.glb`, AVATARS))), 'meshes')
    .flatMap(({ extras }) => (extras as { targetNames?: string[] } | undefined)?.targetNames ?? []);

  it.each<[string, readonly string[], boolean]>([
    ['ARKit’s', [...ARKIT_NAMES, 'jawOpen'], false], ...['ava', 'juno', 'kai', 'leo', 'mira', 'ruth'].map((id) => [`${id}’s`, namesOf(id), true] satisfies [string, string[], boolean]),
  ])('needs no guess where the names are %s, and comes to what guessing does', async (_, names, rises) => {
    const [face, guessed] = [await readFace(names, {}), new FaceSignals(names)];
    expect(face).toBeInstanceOf(ArkitFace);
    expect(driven(face, names)).toEqual(driven(guessed, names));
    expect(driven(face, names)).toHaveLength(rises ? 53 : 52);
    expect(face.plan).toMatchObject({ speech: guessed.plan.speech, visemes: guessed.plan.visemes });
    expect(new Set(face.plan.weights)).toEqual(new Set(guessed.plan.weights));
  });

  it('guesses where one is missing, another is there, or a mapping says otherwise', async () => {
    for (const face of [await readFace(ARKIT_NAMES.slice(1)), await readFace([...ARKIT_NAMES, 'headYaw']), await readFace(ARKIT_NAMES, { jawOpen: '' })]) {
      expect(face).not.toBeInstanceOf(ArkitFace);
    }
  });
});
