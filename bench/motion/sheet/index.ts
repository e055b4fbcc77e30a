/** Makes what the sheets show: the table's visemes, a system's visemes in speech, a sentence frame by frame. */
import { VISEME_NAMES, visemePose, type Viseme } from '@visavis/face';
import { atRate } from '../corpus/degrade.js';
import { makeUtterances, type Utterance } from '../corpus/flite.js';
import { CLOSED_MM } from '../evaluate/made.js';
import { loadLipGap, type LipGap } from '../face/lip-gap.js';
import { signalSystem } from '../systems/engine.js';
import { openSystems } from '../systems/index.js';
import type { System } from '../systems/system.js';
import { curveOf, FPS, openingOf, pressOf, roundingOf, SAMPLE_RATE } from '../track.js';
import type { ContactCell, ContactData, StripData } from './sheet-data.js';
import { SOUNDS, typicalPoses, type Spoken } from './typical-poses.js';

export interface SheetOptions {
  /** A system of the bench by name, weights, or a module that exports `createModel`. */
  readonly system: string;
  /** One sentence; flite must say it as one utterance. */
  readonly text: string;
  /** A voice of flite's. */
  readonly voice: string;
  readonly avatar: URL;
  /** The system is not there, which says why: the signal model is drawn in its place. */
  onFallback(why: string): void;
}

/** Each sheet is made when it is asked for. */
export interface Sheets {
  visemes(): ContactData;
  speech(): Promise<ContactData>;
  strip(): Promise<StripData>;
  dispose(): Promise<void>;
}

const BILABIALS = new Set(['m', 'b', 'p']);
/** The gap that reaches the top of the curves. */
const FULL_GAP_MM = 15;

export async function openSheets({ system: name, text, voice, avatar, onFallback }: SheetOptions): Promise<Sheets> {
  const lipGap = await loadLipGap(avatar);
  const [opened] = await openSystems([name], { clips: [] }, onFallback);
  const system = opened ?? signalSystem();
  const cell = ([viseme, pose]: readonly [Viseme, Float32Array]): ContactCell => ({ name: viseme, sounds: SOUNDS[viseme], pose: [...pose], gapMm: lipGap(pose) });
  return {
    visemes: () => ({ title: 'The fifteen visemes as the table has them', cells: VISEME_NAMES.map((viseme) => cell([viseme, visemePose(viseme).values])) }),
    speech: async () => {
      const spoken = await spokenBy(system, await makeUtterances());
      return {
        title: `What ${system.id} shows in the middle of the sounds of each viseme: of ${spoken.length} sentences in four voices, the pose nearest to the mean`,
        cells: [...typicalPoses(spoken)].map(cell),
      };
    },
    strip: async () => {
      const [spoken] = await spokenBy(system, await makeUtterances([text], [voice]));
      return stripOf(`“${text}” - ${system.id}, ${FPS} frames a second, voice ${voice}`, spoken!, lipGap);
    },
    dispose: async () => system.dispose?.(),
  };
}

async function spokenBy(system: System, utterances: readonly Utterance[]): Promise<Spoken[]> {
  const spoken: Spoken[] = [];
  for (const utterance of utterances) spoken.push({ ...utterance, track: await system.run(atRate(system, utterance.samples)) });
  return spoken;
}

function stripOf(title: string, { samples, phones, track }: Spoken, lipGap: LipGap): StripData {
  const curve = (name: string, colour: string, full: number, values: Iterable<number>) => ({ name, colour, full, values: [...values] });
  return {
    title, fps: FPS, sampleRate: SAMPLE_RATE, samples: [...samples],
    phones: phones.map((phone) => ({ ...phone, isBilabial: BILABIALS.has(phone.name) })), poses: track.map((pose) => [...pose]),
    closed: track.map((pose) => lipGap(pose) < CLOSED_MM),
    curves: [
      curve('opening (jawOpen - mouthClose, .6 at the top)', '#222', 0.6, openingOf(track)),
      curve('rounding (mouthFunnel or mouthPucker, 1)', '#1769c9', 1, roundingOf(track)),
      curve('closure (mouthPress + mouthRoll, 1.5)', '#c22f1e', 1.5, curveOf(track, pressOf)),
      curve(`lip gap (${FULL_GAP_MM} mm)`, '#2a8a3e', FULL_GAP_MM, curveOf(track, lipGap)),
    ],
  };
}
