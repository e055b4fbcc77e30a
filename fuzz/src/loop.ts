import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { seededRandom, type Random } from '@visavis/face';
import { Corpus } from './corpus.js';
import { clearHits, readFeatures } from './coverage.js';
import { mutate } from './mutate.js';
import { type Segment, type TargetFolder, type TargetState } from './state.js';
import type { Target } from './target.js';

/** An input that takes more CPU time, at the best of three, is a finding. */
const SLOW_MS = 250;
/** Anything slower than this and than all before is measured again. */
const RECHECK_MS = 2;
const CHECKPOINT_MS = 60_000;
/** How long inputs are tried before the event loop has its turn. */
const TURN_MS = 50;
/** Different findings of one target that are kept; then it waits for someone to look. */
const MAX_FINDINGS = 10;
const WARM_UP_RUNS = 300;

export interface LoopParts {
  readonly target: Target;
  readonly folder: TargetFolder;
  /** Inputs kept with the sources. */
  readonly committed: readonly Uint8Array[];
  /** Where each counter stands. */
  readonly places: readonly string[];
  /** CPU seconds to reach, over all segments. */
  readonly cpuSeconds: number;
  readonly seed: number;
  /** Called about twenty times a second, and before anything that takes longer. */
  alive(): void;
  say(line: string): void;
}

/** Tries changed inputs on one target until its CPU time is spent, in the process that is measured. */
export class FuzzLoop {
  readonly #parts: LoopParts;
  readonly #state: TargetState;
  readonly #segment: Segment;
  readonly #corpus = new Corpus();
  readonly #random: Random;
  readonly #features: number[] = [];
  readonly #messages = new Set<string>();
  readonly #current: number;
  readonly #scratch: Buffer;
  readonly #spentBefore: number;
  #cpuAtStart = process.cpuUsage();
  #unsettled = 0;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#state = parts.folder.readState();
    this.#spentBefore = this.#state.cpuSeconds;
    // The segment's number is in the seed: a resumed run goes on, it does not repeat itself.
    const seed = (parts.seed + this.#state.segments.length * 7919) >>> 0;
    this.#segment = { seed, startedAt: new Date().toISOString(), samples: [] };
    this.#state.segments.push(this.#segment);
    this.#random = seededRandom(seed);
    this.#current = openSync(parts.folder.currentPath, 'w');
    this.#scratch = Buffer.alloc(4 + Math.max(parts.target.maxBytes, 1 << 20));
  }

  async run(): Promise<void> {
    await this.#begin();
    let nextCheckpoint = performance.now() + CHECKPOINT_MS;
    while (this.#state.cpuSeconds < this.#parts.cpuSeconds && this.#messages.size < MAX_FINDINGS) {
      await this.#turn();
      if (performance.now() < nextCheckpoint) continue;
      this.#checkpoint();
      nextCheckpoint = performance.now() + CHECKPOINT_MS;
    }
    this.#checkpoint();
    closeSync(this.#current);
  }

  /** Findings of before are tried first: those that pass are fixed. Then everything known, and the clock starts. */
  async #begin(): Promise<void> {
    const { target, folder, committed, say } = this.#parts;
    for (const finding of folder.findings()) {
      const failed = await this.#try(finding.input);
      if (failed) {
        this.#messages.add(failed.signature);
        continue;
      }
      folder.removeFinding(finding);
      this.#state.fixed.push({ kind: finding.kind, message: finding.message.split('\n')[0]!, input: Buffer.from(finding.input).toString('base64') });
      say(`${target.name}: ${finding.path} passes now`);
    }
    const known = [...target.seeds(), ...committed, ...folder.readCorpus()];
    for (let i = 0; i < WARM_UP_RUNS; i++) await this.#try(known[i % known.length]!);
    for (const input of known) await this.#keep(input);
    this.#cpuAtStart = process.cpuUsage();
    this.#checkpoint();
  }

  async #turn(): Promise<void> {
    const { target } = this.#parts;
    const until = performance.now() + TURN_MS;
    while (performance.now() < until) {
      const { entries } = this.#corpus;
      const other = entries[Math.floor(this.#random() * entries.length)]!;
      await this.#keep(mutate(this.#choose(), this.#random, target, other.input));
      this.#state.executions += 1;
    }
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    this.#state.cpuSeconds = this.#spentBefore + (user + system) / 1e6;
    await this.#settle();
  }

  /** Any, or half of the time one of the newest. */
  #choose(): Uint8Array {
    const { entries } = this.#corpus;
    const span = this.#random() < 0.5 ? Math.min(entries.length, 24) : entries.length;
    return entries[entries.length - 1 - Math.floor(this.#random() * span)]!.input;
  }

  async #keep(input: Uint8Array): Promise<void> {
    const failed = await this.#try(input);
    if (!failed) return void this.#corpus.offer(input, this.#features);
    if (this.#messages.has(failed.signature)) return;
    this.#messages.add(failed.signature);
    const path = this.#parts.folder.addFinding(failed.kind, input, failed.message);
    this.#parts.say(`${this.#parts.target.name}: ${failed.kind}, ${path}\n${failed.message}`);
  }

  async #try(input: Uint8Array): Promise<Failure | undefined> {
    this.#note(input);
    const failure = await this.#runOnce(input);
    readFeatures(this.#parts.places.length, this.#features);
    if (failure || this.#lastMs <= Math.max(this.#state.slowestMs, RECHECK_MS)) return failure;
    // The process may have had to wait for its turn: CPU time counts, the best of three.
    let cpuMs = Infinity;
    for (let i = 0; i < 3; i++) {
      await this.#settle();
      const before = process.cpuUsage();
      await this.#runOnce(input);
      const { user, system } = process.cpuUsage(before);
      cpuMs = Math.min(cpuMs, (user + system) / 1000);
    }
    this.#state.slowestMs = Math.max(this.#state.slowestMs, cpuMs);
    return cpuMs < SLOW_MS ? undefined : { kind: 'slow', signature: 'slow', message: `took ${cpuMs.toFixed(0)} ms of CPU time` };
  }

  #lastMs = 0;

  async #runOnce(input: Uint8Array): Promise<Failure | undefined> {
    clearHits(this.#parts.places.length);
    const began = performance.now();
    try {
      const running = this.#parts.target.run(input);
      if (running) {
        await running;
        if (++this.#unsettled >= 64) await this.#settle();
      }
      return undefined;
    } catch (error) {
      return crashOf(error);
    } finally {
      this.#lastMs = performance.now() - began;
    }
  }

  /** Lets timers, messages and collected memory have their turn. */
  async #settle(): Promise<void> {
    this.#unsettled = 0;
    this.#parts.alive();
    await setImmediate();
  }

  /** Where the watcher finds the input if this process does not live to say. */
  #note(input: Uint8Array): void {
    this.#scratch.writeUInt32LE(input.length, 0);
    this.#scratch.set(input, 4);
    writeSync(this.#current, this.#scratch, 0, 4 + input.length, 0);
  }

  #checkpoint(): void {
    const { folder, places, target } = this.#parts;
    this.#parts.alive();
    const { entries, bytes, features } = this.#corpus;
    (globalThis as { gc?: () => void }).gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    const { cpuSeconds, executions } = this.#state;
    this.#segment.samples.push({ cpuSeconds, executions, heapBytes: heapUsed + external - bytes, rssBytes: rss });
    this.#state.corpus = { inputs: entries.length, bytes, features };
    this.#state.branches = branchesOf(target, places, this.#corpus.counters());
    folder.writeCorpus(entries.map(({ input }) => input));
    folder.writeState(this.#state);
  }
}

interface Failure {
  readonly kind: 'crash' | 'slow';
  /** The same for what is probably the same fault. */
  readonly signature: string;
  readonly message: string;
}

function crashOf(error: unknown): Failure {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = stack.split('\n');
  const at = lines.find((line) => /^\s+at /.test(line)) ?? '';
  return { kind: 'crash', signature: `${lines[0]!.replace(/\d+/g, 'N')}|${at.trim()}`, message: stack };
}

function branchesOf({ files }: Target, places: readonly string[], reached: ReadonlySet<number>): TargetState['branches'] {
  const own = [...places.keys()].filter((i) => files.some((file) => places[i]!.includes(file)));
  const missed = own.filter((i) => !reached.has(i)).map((i) => places[i]!);
  return { reached: own.length - missed.length, total: own.length, missed: [...new Set(missed)] };
}

export function readPlaces(path: string): string[] {
  return JSON.parse(readFileSync(path, 'utf8')) as string[];
}
