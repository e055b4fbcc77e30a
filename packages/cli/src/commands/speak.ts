import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { address } from '../addresses.js';
import { readInput } from '../files.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** How long the page's backend may take, in milliseconds: to say that it is there, and to take a recording. */
export interface SpeakTimeouts {
  readonly probeMs: number;
  readonly uploadMs: number;
}

const TIMEOUTS: SpeakTimeouts = { probeMs: 5_000, uploadMs: 60_000 };

export function addSpeakCommand(program: Command): void {
  program
    .command('speak')
    .description('open the page, speaking a text or a WAV file')
    .argument('<text|in.wav>', 'what to say, or the path of a 16-bit PCM WAV file')
    .option('--url <url>', 'where the page runs', address('http'), DEFAULT_URL)
    .option('--no-open', 'print the address, open nothing')
    .action(async (input: string, options: { url: string; open: boolean }) => {
      const page = await pageFor(input, options.url);
      console.log(page);
      if (options.open) await (await import('open')).default(page);
    });
}

/** The page's address that makes it speak `input`; a WAV file is handed to its backend first. */
export async function pageFor(input: string, base: string, timeouts = TIMEOUTS): Promise<string> {
  if (!input.trim()) throw new Error('there is nothing to say: give a text, or the path of a WAV file');
  const isWav = await isWavFile(input);
  await reach(base, '/healthz', timeouts.probeMs);
  const page = new URL('/', base);
  if (isWav) page.searchParams.set('clip', await uploadClip(base, input, timeouts.uploadMs));
  else page.searchParams.set('say', input);
  return page.href;
}

async function isWavFile(input: string): Promise<boolean> {
  const found = await stat(input).catch(() => undefined);
  if (!/\.wav$/i.test(input)) {
    if (found?.isFile()) throw new Error(`${input} is a file, and no WAV: give a text, or a .wav file of 16-bit PCM`);
    return false;
  }
  if (!found?.isFile()) throw new Error(`there is no file ${input}`);
  return true;
}

async function uploadClip(base: string, path: string, timeoutMs: number): Promise<string> {
  const body = await readInput(path);
  const response = await reach(base, '/api/clips', timeoutMs, { method: 'POST', headers: { 'content-type': 'audio/wav' }, body });
  const { id } = (await response.json()) as { id: string };
  return id;
}

async function reach(base: string, path: string, timeoutMs: number, init: RequestInit = {}): Promise<Response> {
  const response = await ask(new URL(path, base), base, timeoutMs, init);
  if (response.ok) return response;
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  throw new Error(message ?? `${base}${path} answered with status ${response.status}`);
}

async function ask(url: URL, base: string, timeoutMs: number, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    const isLate = (cause as Error).name === 'TimeoutError';
    throw new Error(isLate
      ? `the page at ${base} did not answer within ${timeoutMs / 1000} s; try again, or restart it`
      : `no page answers at ${base}: start it with "npm start", or name it with --url`, { cause });
  }
}
