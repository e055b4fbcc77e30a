/** Makes what the sheets show: the table's visemes, a system's visemes in speech, a sentence frame by frame. */
import { VISEME_NAMES, visemePose, type Viseme } from '@visavis/face';
import { makeUtterances, type Utterance } from '../corpus/flite.js';
import { loadLipGap, type LipGap } from '../face/lip-gap.js';
import { openSystems } from '../systems/index.js';
import type { System } from '../systems/system.js';
import { curveOf, FPS, openingOf, pressOf, roundingOf, SAMPLE_RATE, type Track } from '../track.js';
import { atRate } from '../corpus/degrade.js';
import type { ContactCell, ContactData, StripData } from './sheet-data.js';
import { SOUNDS, typicalPoses, type Spoken } from './typical-poses.js';

export interface SheetOptions {
  /** A system of the bench by name, or a module that exports `createModel`. */
  readonly system: string;
  /** One sentence; flite must say it in one breath. */
  readonly text: string;
  /** A voice of flite's. */
  readonly voice: string;
  readonly avatar: URL;
}

export interface Sheets {
  readonly visemes: ContactData;
  readonly speech: ContactData;
  readonly strip: StripData;
}

const BILABIALS = new Set(['m', 'b', 'p']);
/** The gap that reaches the top of the curves. */
const FULL_GAP_MM = 15;

export async function prepareSheets({ system: name, text, voice, avatar }: SheetOptions): Promise<Sheets> {
  const lipGap = await loadLipGap(avatar);
  const [system] = await openSystems([name], { clips: [] }, (what) => { throw new Error(what); });
  const [sentence] = await spokenBy(system!, await makeUtterances([text], [voice]));
  const many = await spokenBy(system!, await makeUtterances());
  await system!.dispose?.();
  const cell = (viseme: Viseme, pose: Float32Array): ContactCell => ({ name: viseme, sounds: SOUNDS[viseme], pose: [...pose], gapMm: lipGap(pose) });
  return {
    visemes: { title: 'The fifteen visemes as the table has them', cells: VISEME_NAMES.map((viseme) => cell(viseme, visemePose(viseme).values)) },
    speech: {
      title: `What ${system!.id} shows in the middle of sounds of each viseme: the pose nearest to their mean, over ${many.length} sentences in four voices`,
      cells: [...typicalPoses(many)].map(([viseme, pose]) => cell(viseme, pose)),
    },
    strip: stripOf(system!.id, text, voice, sentence!, lipGap),
  };
}

async function spokenBy(system: System, utterances: readonly Utterance[]): Promise<Spoken[]> {
  const spoken: Spoken[] = [];
  for (const utterance of utterances) spoken.push({ ...utterance, track: await system.run(atRate(system, utterance.samples)) });
  return spoken;
}

function stripOf(system: string, text: string, voice: string, { samples, phones, track }: Spoken, lipGap: LipGap): StripData {
  const curve = (name: string, colour: string, full: number, values: Iterable<number>) => ({ name, colour, full, values: [...values] });
  return {
    title: `“${text}” - ${system}, ${FPS} frames a second, voice ${voice}`, fps: FPS, sampleRate: SAMPLE_RATE, samples: [...samples],
    phones: phones.map((phone) => ({ ...phone, isBilabial: BILABIALS.has(phone.name) })), poses: track.map((pose) => [...pose]),
    curves: [
      curve('opening (jawOpen - mouthClose)', '#222', 0.6, openingOf(track)),
      curve('rounding (mouthFunnel, mouthPucker)', '#1769c9', 1, roundingOf(track)),
      curve('closure (mouthPress, mouthRoll)', '#c22f1e', 1.5, closureOf(track)),
      curve(`lip gap (${FULL_GAP_MM} mm at the top)`, '#2a8a3e', FULL_GAP_MM, curveOf(track, lipGap)),
    ],
  };
}

function closureOf(track: Track): Iterable<number> {
  return curveOf(track, pressOf);
}
