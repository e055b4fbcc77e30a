/** The systems of the comparison, by name. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NetworkModelError } from '@visavis/motion/onnx';
import type { Clip } from '../corpus/facegood.js';
import { makeUtterances } from '../corpus/flite.js';
import { CALIBRATION_SENTENCES } from '../corpus/sentences.js';
import { moduleSystem, signalSystem } from './engine.js';
import { headAudioSystem } from './headaudio.js';
import { loudnessSystem } from './loudness.js';
import { networkOf, shippedNetwork } from './network.js';
import { ridgeSystem } from './ridge.js';
import type { System } from './system.js';
import { calibrate, readProfile, wLipSyncSystem } from './wlipsync.js';

interface Materials {
  readonly clips: readonly Clip[];
  readonly wlipsyncProfile?: string | undefined;
  /** A folder of the network's folds. */
  readonly folds?: string | undefined;
}

const CALIBRATION_VOICE = 'slt';

const BY_NAME: Readonly<Record<string, (materials: Materials) => System | Promise<System>>> = {
  network: ({ folds }) => shippedNetwork(folds),
  signal: signalSystem,
  headaudio: () => headAudioSystem(false),
  'headaudio-aa': () => headAudioSystem(true),
  wlipsync: openWLipSync,
  loudness: loudnessSystem,
  ridge: ({ clips }) => ridgeSystem(clips),
};

/** Codes of a network that is not installed, rather than broken. */
const ABSENT: ReadonlySet<string> = new Set(['weightsMissing', 'runtimeUnavailable']);

export const DEFAULT_SYSTEMS: readonly string[] = Object.keys(BY_NAME);

/**
 * A name of DEFAULT_SYSTEMS, weights (PATH.onnx), or what else can be imported. Left out, and told so: the ridge where there
 * are no clips to fit it on, the network where its weights or its runtime are not there.
 */
export async function openSystems(names: readonly string[], materials: Materials, onLeftOut: (what: string) => void): Promise<System[]> {
  const systems: System[] = [];
  for (const name of names) {
    try {
      if (name === 'ridge' && materials.clips.length === 0) onLeftOut('ridge: no clips to fit it on');
      else systems.push(await openSystem(name, materials));
    } catch (error) {
      if (name !== 'network' || !NetworkModelError.isInstance(error) || !ABSENT.has(error.code)) throw error;
      onLeftOut(`network: ${error.message}`);
    }
  }
  return systems;
}

async function openSystem(name: string, materials: Materials): Promise<System> {
  const open = BY_NAME[name];
  if (open) return open(materials);
  if (name.endsWith('.onnx')) return networkOf(name);
  return moduleSystem(name.startsWith('.') || name.startsWith('/') ? pathToFileURL(resolve(name)).href : name);
}

async function openWLipSync({ wlipsyncProfile }: Materials): Promise<System> {
  if (wlipsyncProfile) return wLipSyncSystem(await readProfile(wlipsyncProfile), `profile ${wlipsyncProfile.split('/').at(-1)}`);
  const profile = await calibrate(await makeUtterances(CALIBRATION_SENTENCES, [CALIBRATION_VOICE]));
  return wLipSyncSystem(profile, `calibrated on flite's ${CALIBRATION_VOICE}`);
}
