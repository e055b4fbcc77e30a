/** The systems of the comparison, by name. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clip } from '../corpus/facegood.js';
import { makeUtterances } from '../corpus/flite.js';
import { CALIBRATION_SENTENCES } from '../corpus/sentences.js';
import { moduleSystem, signalSystem } from './engine.js';
import { headAudioSystem } from './headaudio.js';
import { loudnessSystem } from './loudness.js';
import { ridgeSystem } from './ridge.js';
import type { System } from './system.js';
import { calibrate, readProfile, wLipSyncSystem } from './wlipsync.js';

interface Materials {
  readonly clips: readonly Clip[];
  readonly wlipsyncProfile: string | undefined;
}

const CALIBRATION_VOICE = 'slt';

const BY_NAME: Readonly<Record<string, (materials: Materials) => System | Promise<System>>> = {
  signal: signalSystem,
  headaudio: () => headAudioSystem(false),
  'headaudio-aa': () => headAudioSystem(true),
  wlipsync: openWLipSync,
  loudness: loudnessSystem,
  ridge: ({ clips }) => ridgeSystem(clips),
};

export const DEFAULT_SYSTEMS: readonly string[] = Object.keys(BY_NAME);

/** A name of DEFAULT_SYSTEMS, or what else can be imported. Without clips there is nothing to fit the ridge on: it is left out. */
export async function openSystems(names: readonly string[], materials: Materials): Promise<System[]> {
  const systems: System[] = [];
  for (const name of names) {
    if (name === 'ridge' && materials.clips.length === 0) continue;
    const open = BY_NAME[name];
    systems.push(open ? await open(materials) : await moduleSystem(name.startsWith('.') || name.startsWith('/') ? pathToFileURL(resolve(name)).href : name));
  }
  return systems;
}

async function openWLipSync({ wlipsyncProfile }: Materials): Promise<System> {
  if (wlipsyncProfile) return wLipSyncSystem(await readProfile(wlipsyncProfile), `profile ${wlipsyncProfile.split('/').at(-1)}`);
  const profile = await calibrate(await makeUtterances(CALIBRATION_SENTENCES, [CALIBRATION_VOICE]));
  return wLipSyncSystem(profile, `calibrated on flite's ${CALIBRATION_VOICE}`);
}
