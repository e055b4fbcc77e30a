import { readFileSync } from 'node:fs';
import { CHANNEL, createPose, VISEME_NAMES, visemePose } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { DrawnFace } from './face.js';
import { parseDrawing } from './drawing.js';
import { MouthChooser } from './mouth.js';

const { layers } = parseDrawing(JSON.parse(readFileSync(new URL('../../../../../avatars/dot/dot.json', import.meta.url), 'utf8')));
const shapes = layers.flatMap((layer) => (layer.kind === 'mouth' ? layer.shapes : []));

const chosenFor = (weights: Float32Array): string => shapes[new MouthChooser(shapes).choose(weights)]!.image;

describe('MouthChooser', () => {
  it.each(VISEME_NAMES)('shows the picture for %s', (viseme) => {
    expect(chosenFor(visemePose(viseme).weights)).toBe(shapes.find((shape) => shape.viseme === viseme)!.image);
  });

  it('smiles, laughs and frowns', () => {
    const { weights } = createPose();
    weights[CHANNEL.mouthSmileLeft] = weights[CHANNEL.mouthSmileRight] = 0.5;
    expect(chosenFor(weights)).toBe('mouth-smile.svg');
    weights[CHANNEL.jawOpen] = 0.45;
    expect(chosenFor(weights)).toBe('mouth-laugh.svg');
    const sad = createPose().weights;
    sad[CHANNEL.mouthFrownLeft] = sad[CHANNEL.mouthFrownRight] = 0.4;
    expect(chosenFor(sad)).toBe('mouth-sad.svg');
  });

  it('takes mouths by how open and wide they are', () => {
    const plain = [{ image: 'shut', open: 0, width: 0 }, { image: 'half', open: 0.3, width: 0 }, { image: 'round', open: 0.2, width: -0.8 }, { image: 'wide', open: 0.6, width: 0 }];
    const of = (viseme: 'PP' | 'E' | 'oh' | 'aa'): string => plain[new MouthChooser(plain).choose(visemePose(viseme).weights)]!.image;
    expect([of('PP'), of('E'), of('oh'), of('aa')]).toEqual(['shut', 'half', 'round', 'wide']);
  });

  it('does not flutter between two', () => {
    const chooser = new MouthChooser([{ image: 'shut', open: 0 }, { image: 'open', open: 0.2 }]);
    const pose = createPose();
    const at = (open: number): number => {
      pose.weights[CHANNEL.jawOpen] = open;
      return chooser.choose(pose.weights);
    };
    expect([at(0.09), at(0.101), at(0.099), at(0.101), at(0.2), at(0.101), at(0.099)]).toEqual([0, 0, 0, 0, 1, 1, 1]);
  });
});

describe('DrawnFace', () => {
  it('shuts lids, looks to its left and up, and frowns', () => {
    const pose = createPose();
    for (const name of ['eyeBlinkLeft', 'eyeLookOutLeft', 'eyeLookInRight', 'eyeLookUpLeft', 'browDownLeft', 'browDownRight'] as const) pose.weights[CHANNEL[name]] = 1;
    const face = new DrawnFace();
    face.set(pose.weights, pose);
    expect([face.left.lid, face.right.lid]).toEqual([1, 0]);
    expect([face.left.gazeX, face.right.gazeX, face.left.gazeY]).toEqual([1, 1, 1]);
    expect(face.left.anger).toBe(1);
    expect(face.left.raise).toBeLessThan(0);
  });
});
