import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatInputs, parseInputs } from './corpus.js';

/** Taken every minute, after a garbage collection. */
export interface MemorySample {
  readonly cpuSeconds: number;
  readonly executions: number;
  /** JavaScript heap and the buffers it holds, less the corpus. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** One process's part of a target's run. */
export interface Segment {
  readonly seed: number;
  readonly startedAt: string;
  readonly samples: MemorySample[];
}

export interface FixedFinding {
  readonly kind: FindingKind;
  readonly message: string;
  /** In base64. */
  readonly input: string;
}

/** Everything known of one target's run; `cpuSeconds` and `executions` grow over all segments. */
export interface TargetState {
  cpuSeconds: number;
  executions: number;
  slowestMs: number;
  corpus: { inputs: number; bytes: number; features: number };
  /** Branches of the target's files: reached, and there. */
  branches: { reached: number; total: number; missed: readonly string[] };
  /** Findings whose inputs now pass. */
  fixed: FixedFinding[];
  segments: Segment[];
}

/** A thrown error or a dead process; no answer; more than 1 GiB of memory; over a quarter of a second. */
export type FindingKind = 'crash' | 'hang' | 'memory' | 'slow';

export interface Finding {
  readonly kind: FindingKind;
  readonly path: string;
  readonly input: Uint8Array;
  readonly message: string;
}

const EMPTY: TargetState = {
  cpuSeconds: 0, executions: 0, slowestMs: 0, corpus: { inputs: 0, bytes: 0, features: 0 }, branches: { reached: 0, total: 0, missed: [] },
  fixed: [], segments: [],
};

/** The folder of one target's run: its state, corpus, findings, and the input that is being tried. */
export class TargetFolder {
  readonly path: string;

  constructor(runFolder: string, target: string) {
    this.path = join(runFolder, target);
  }

  get currentPath(): string {
    return join(this.path, 'current');
  }

  create(): void {
    mkdirSync(join(this.path, 'findings'), { recursive: true });
  }

  readState(): TargetState {
    const path = join(this.path, 'state.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as TargetState) : structuredClone(EMPTY);
  }

  writeState(state: TargetState): void {
    replaceFile(join(this.path, 'state.json'), `${JSON.stringify(state, undefined, 1)}\n`);
  }

  readCorpus(): Uint8Array[] {
    const path = join(this.path, 'corpus.txt');
    return existsSync(path) ? parseInputs(readFileSync(path, 'utf8')) : [];
  }

  writeCorpus(inputs: readonly Uint8Array[]): void {
    replaceFile(join(this.path, 'corpus.txt'), formatInputs(inputs));
  }

  /** What was being tried when the process died or stood still. */
  readCurrent(): Uint8Array {
    const bytes = readFileSync(this.currentPath);
    return new Uint8Array(bytes.subarray(4, 4 + bytes.readUInt32LE(0)));
  }

  findings(): Finding[] {
    const folder = join(this.path, 'findings');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).filter((name) => name.endsWith('.bin')).map((name) => {
      const path = join(folder, name);
      const message = readFileSync(path.replace(/bin$/, 'txt'), 'utf8');
      return { kind: name.split('-')[0] as FindingKind, path, input: new Uint8Array(readFileSync(path)), message };
    });
  }

  /** Keeps the input beside what happened. The same input is kept once. */
  addFinding(kind: FindingKind, input: Uint8Array, message: string): string {
    const hash = createHash('sha256').update(input).digest('hex').slice(0, 16);
    const path = join(this.path, 'findings', `${kind}-${hash}.bin`);
    writeFileSync(path.replace(/bin$/, 'txt'), `${message}\n`);
    writeFileSync(path, input);
    return path;
  }

  removeFinding({ path }: Finding): void {
    rmSync(path);
    rmSync(path.replace(/bin$/, 'txt'));
  }
}

/** So that a process killed half-way leaves the old file whole. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
