import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TargetFolder } from './state.js';
import type { Target } from './target.js';

export interface RunOptions {
  readonly targets: readonly Target[];
  readonly runFolder: string;
  readonly corpusFolder: string;
  /** The bundled child, its counters' places beside it. */
  readonly childPath: string;
  readonly cpuSeconds: number;
  readonly processes: number;
  readonly seed: number;
  /** Between two looks at the children. Default: a second. */
  readonly turnMs?: number;
}

/** A child that says nothing for so many turns hangs. Counted in turns of this process: one that is stopped counts nothing. */
const HANG_TURNS = 20;
const TURN_MS = 1000;
/** Until a child says its first word: it has to be read and compiled before, on a machine that may have much else to do. */
const START_MS = 60_000;
/** One input never needs that much; a child over it has found something. */
const MAX_RSS_BYTES = 1 << 30;
/** A target whose process keeps dying is left alone after so many, or at once where it is the same input again. */
const MAX_DEATHS = 5;

/** Fuzzes every target to its CPU time, a few processes at once, and watches over them. Resolves when all is done. */
export async function supervise(options: RunOptions): Promise<void> {
  mkdirSync(options.runFolder, { recursive: true });
  const waiting = [...options.targets];
  const running = new Map<string, ChildProcess>();
  const tellPids = () => {
    const pids = [process.pid, ...[...running.values()].map(({ pid }) => pid)];
    writeFileSync(join(options.runFolder, 'pids'), `${pids.join('\n')}\n`);
  };
  const lane = async (): Promise<void> => {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      const { name } = target;
      await fuzzOne(target, options, (child) => {
        if (child) running.set(name, child);
        else running.delete(name);
        tellPids();
      });
    }
  };
  const status = setInterval(() => writeStatus(options, [...running.keys()]), 10 * TURN_MS);
  writeStatus(options, []);
  tellPids();
  await Promise.all(Array.from({ length: options.processes }, lane));
  clearInterval(status);
  writeStatus(options, []);
}

async function fuzzOne(target: Target, options: RunOptions, running: (child: ChildProcess | undefined) => void): Promise<void> {
  const folder = new TargetFolder(options.runFolder, target.name);
  folder.create();
  for (let deaths = 0; deaths < MAX_DEATHS && folder.readState().cpuSeconds < options.cpuSeconds; deaths++) {
    const ended = await watch(target, folder, options, running);
    running(undefined);
    if (ended) return;
  }
}

/** One child from start to end. False where another may go on: it died or was killed, by an input not met before. */
function watch(target: Target, folder: TargetFolder, options: RunOptions, running: (child: ChildProcess) => void): Promise<boolean> {
  const { childPath, runFolder, cpuSeconds, seed, corpusFolder, turnMs = TURN_MS } = options;
  const args = [target.name, runFolder, String(cpuSeconds), String(seed), corpusFolder];
  const child = fork(childPath, args, { execArgv: ['--expose-gc', '--enable-source-maps', '--max-old-space-size=768'] });
  running(child);
  const startTurns = Math.max(HANG_TURNS, START_MS / turnMs);
  let started = false;
  let silent = 0;
  let killedFor: 'hang' | 'memory' | undefined;
  const kill = (kind: 'hang' | 'memory') => {
    killedFor ??= kind;
    child.kill('SIGKILL');
  };
  child.on('message', ({ rssBytes }: { rssBytes: number }) => {
    started = true;
    silent = 0;
    if (rssBytes > MAX_RSS_BYTES) kill('memory');
  });
  const timer = setInterval(() => {
    if (++silent >= (started ? HANG_TURNS : startTurns)) kill('hang');
  }, turnMs);
  const stop = () => child.kill();
  process.once('exit', stop);
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      clearInterval(timer);
      process.off('exit', stop);
      if (code === 0) return resolve(true);
      const known = folder.findings().length;
      const path = folder.addFinding(killedFor ?? 'crash', folder.readCurrent(), killedFor ?? `the process died: ${signal ?? `exit status ${code}`}`);
      console.log(`${target.name}: ${path}`);
      resolve(folder.findings().length === known);
    });
  });
}

function writeStatus({ targets, runFolder, cpuSeconds }: RunOptions, running: readonly string[]): void {
  const parts = targets.map(({ name }) => {
    const folder = new TargetFolder(runFolder, name);
    const found = folder.findings().length;
    return `${name}${running.includes(name) ? '*' : ''} ${Math.round(folder.readState().cpuSeconds)}${found ? ` (${found} findings)` : ''}`;
  });
  writeFileSync(join(runFolder, 'status'), `${new Date().toISOString()} CPU seconds of ${cpuSeconds}: ${parts.join(', ')}\n`);
}
