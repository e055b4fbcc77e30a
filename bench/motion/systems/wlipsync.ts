/**
 * wLipSync (npm wlipsync, MIT): its own node, processor and wasm, with its defaults. The package brings no profile: one is
 * made as its documentation says, by calibration on a voice; here on vowels and /s/ of our own flite speech, with the
 * package's own analysis. Another can be given, in its binary or its JSON form.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Profile, WLipSyncAudioNode } from 'wlipsync/wlipsync.js';
import { resampled } from '../corpus/degrade.js';
import type { Utterance } from '../corpus/flite.js';
import { FPS, SAMPLE_RATE } from '../track.js';
import type { System } from './system.js';
import { poseOfVisemes } from './viseme-shapes.js';
import { CONTEXT_RATE, installWorklets, playInto } from './worklet.js';

/** Its phoneme names and the Oculus visemes they are shown as; like its own example, nothing is shown for S. */
const VISEMES: Readonly<Record<string, string>> = { A: 'aa', I: 'I', U: 'U', E: 'E', O: 'O', S: 'sil' };
/** flite's phones a calibration of each takes. */
const CALIBRATION: Readonly<Record<string, readonly string[]>> = {
  A: ['aa', 'ae', 'ah'], I: ['iy', 'ih'], U: ['uw', 'uh'], E: ['eh', 'ey'], O: ['ao', 'ow'], S: ['s', 'z'],
};
/** As uLipSync's own sample profile: 30 mel channels, 1024 samples at 16 kHz, 12 records each, cosine similarity. */
const SETTINGS = { targetSampleRate: SAMPLE_RATE, sampleCount: 1024, melFilterBankChannels: 30, compareMethod: 2 as const, mfccNum: 12, mfccDataCount: 12, useStandardization: false };
/** Its documentation names no delay of the sound: it gets the look-ahead that our models may have. */
const AUDIO_DELAY_MS = 60;
const SHORTEST_MS = 90;
const COEFFICIENTS = 12;

interface Analysis {
  load_profile(rate: number, samples: number, channels: number, method: number, count: number, records: number, standardise: number): number;
  set_input(rate: number): void;
  get_input_buffer(): number;
  get_input_buffer_size(): number;
  execute(index: number): number;
  readonly mfccOut: WebAssembly.Global;
}

const resolve = createRequire(import.meta.url).resolve;
let imports = 0;

export async function wLipSyncSystem(profile: Profile, source: string): Promise<System> {
  installWorklets();
  const { WLipSyncAudioNode: Node, configuration } = await import('wlipsync/wlipsync.js');
  configuration.wasmModule = await WebAssembly.compile(wasm());
  return {
    id: 'wlipsync',
    what: `wLipSync 1.3.1, ${source}; weight x volume as in its example, phonemes to ARKit as Oculus visemes`,
    sampleRate: CONTEXT_RATE,
    press: 'none',
    run: async (samples) => {
      // Its memory belongs to its module: a fresh import is a fresh worklet.
      await import(/* @vite-ignore */ `${pathToFileURL(resolve('wlipsync/audio-processor.js')).href}?fresh=${imports++}`);
      const node = new Node({} as AudioContext, profile);
      // The processor is ready once its wasm is, some microtasks on.
      await new Promise((ready) => setTimeout(ready, 20));
      return framesOf(node, samples);
    },
  };
}

function framesOf(node: WLipSyncAudioNode, samples: Float32Array): Float32Array[] {
  const track: Float32Array[] = [];
  playInto(node, samples, { ticksPerSecond: FPS, audioDelayMs: AUDIO_DELAY_MS }, () => {
    const visemes: Record<string, number> = {};
    for (const [name, share] of Object.entries(node.weights)) visemes[VISEMES[name] ?? 'sil'] = share * node.volume;
    track.push(poseOfVisemes(visemes));
  });
  return track;
}

export async function readProfile(path: string): Promise<Profile> {
  installWorklets();
  const bytes = readFileSync(path);
  if (bytes.subarray(0, 4).toString() !== 'WLIP') return JSON.parse(bytes.toString()) as Profile;
  const { parseBinaryProfile } = await import('wlipsync/wlipsync.js');
  return parseBinaryProfile(new Uint8Array(bytes).buffer);
}

/** A profile from the middles of long vowels and /s/ of one voice, spread evenly over its sentences. */
export async function calibrate(utterances: readonly Utterance[]): Promise<Profile> {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(wasm()), { env: { memory } });
  const analysis = exports as unknown as Analysis;
  analysis.load_profile(SETTINGS.targetSampleRate, SETTINGS.sampleCount, SETTINGS.melFilterBankChannels, SETTINGS.compareMethod, 1, 1, 0);
  const mfccs = Object.entries(CALIBRATION).map(([name, phones]) => {
    const found = utterances.flatMap(({ samples, phones: spoken }) => spoken
      .filter((phone) => phones.includes(phone.name) && phone.endMs - phone.startMs >= SHORTEST_MS)
      .map(({ startMs, endMs }) => ({ samples, middleMs: (startMs + endMs) / 2 })));
    if (found.length === 0) throw new Error(`no sound to calibrate ${name} with`);
    const chosen = Array.from({ length: SETTINGS.mfccDataCount }, (_, i) => found[Math.floor((i * found.length) / SETTINGS.mfccDataCount)]!);
    return { name, mfccCalibrationDataList: chosen.map(({ samples, middleMs }) => ({ array: mfccAt(analysis, memory, samples, middleMs) })) };
  });
  return { ...SETTINGS, mfccs };
}

/** The coefficients its own analysis gives for the window around a time. */
function mfccAt(analysis: Analysis, memory: WebAssembly.Memory, samples: Float32Array, middleMs: number): number[] {
  analysis.set_input(CONTEXT_RATE);
  const size = analysis.get_input_buffer_size();
  const half = Math.ceil(((size / CONTEXT_RATE) * SAMPLE_RATE) / 2);
  const centre = Math.round((middleMs * SAMPLE_RATE) / 1000);
  const window = new Float32Array(2 * half);
  const from = Math.max(0, centre - half);
  window.set(samples.subarray(from, from + 2 * half));
  new Float32Array(memory.buffer, analysis.get_input_buffer(), size).set(resampled(window, SAMPLE_RATE, CONTEXT_RATE).subarray(0, size));
  analysis.execute(0);
  return Array.from(new Float32Array(memory.buffer, analysis.mfccOut.value as number, COEFFICIENTS));
}

function wasm(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(resolve('wlipsync/wlipsync.wasm')));
}
