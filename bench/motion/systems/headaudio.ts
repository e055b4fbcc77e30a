/** HeadAudio (npm @met4citizen/headaudio, MIT): its own node, processor and model, with its defaults. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { FPS, weight } from '../track.js';
import type { System } from './system.js';
import { poseOfVisemes } from './viseme-shapes.js';
import { CONTEXT_RATE, installWorklets, playInto } from './worklet.js';

interface HeadAudioNode {
  onvalue: (key: string, value: number) => void;
  onviseme: (message: { viseme: number | null }) => void;
  visemeActive: number;
  loadModel(url: string): Promise<void>;
  update(deltaMs: number): void;
}
type HeadAudioClass = new (context: object, options: object) => HeadAudioNode;

/** Its documentation's example delays the sound by so much against the face. */
const AUDIO_DELAY_MS = 100;
/** Its animation loop runs at the usual rate of a screen. */
const TICKS_PER_SECOND = 2 * FPS;
const resolve = createRequire(import.meta.url).resolve;

/**
 * As shipped, version 0.1.0 never shows its viseme 0, `aa`: the node takes 0 for none, and holds the viseme before. With
 * `repaired` the bench sets it from the message, all else as it is.
 */
export async function headAudioSystem(repaired: boolean): Promise<System> {
  const HeadAudio = await load();
  const model = readFileSync(resolve('@met4citizen/headaudio/dist/model-en-mixed.bin')).toString('base64');
  return {
    id: repaired ? 'headaudio-aa' : 'headaudio',
    what: `HeadAudio 0.1.0${repaired ? ', its viseme aa made to show' : ' as shipped'}; visemes to ARKit by its author's table`,
    sampleRate: CONTEXT_RATE,
    // Its table presses the lips to spread them; what closes them is their roll.
    press: (pose) => weight(pose, 'mouthRollLower') + weight(pose, 'mouthRollUpper'),
    run: async (samples) => {
      const node = new HeadAudio({}, { processorOptions: { visemeEventsEnabled: repaired } });
      await node.loadModel(`data:application/octet-stream;base64,${model}`);
      return framesOf(node, samples, repaired);
    },
  };
}

async function load(): Promise<HeadAudioClass> {
  installWorklets();
  const url = (path: string): string => pathToFileURL(resolve(`@met4citizen/headaudio/modules/${path}`)).href;
  await import(/* @vite-ignore */ url('headworklet.mjs'));
  return ((await import(/* @vite-ignore */ url('headaudio.mjs'))) as { HeadAudio: HeadAudioClass }).HeadAudio;
}

function framesOf(node: HeadAudioNode, samples: Float32Array, repaired: boolean): Float32Array[] {
  const visemes: Record<string, number> = {};
  node.onvalue = (key, value) => { visemes[key.slice('viseme_'.length)] = value; };
  if (repaired) node.onviseme = ({ viseme }) => { if (viseme === 0) node.visemeActive = 0; };
  const track: Float32Array[] = [];
  playInto(node, samples, { ticksPerSecond: TICKS_PER_SECOND, audioDelayMs: AUDIO_DELAY_MS }, (tick) => {
    node.update(1000 / TICKS_PER_SECOND);
    if (tick % (TICKS_PER_SECOND / FPS) === 0) track.push(poseOfVisemes(visemes));
  });
  return track;
}
