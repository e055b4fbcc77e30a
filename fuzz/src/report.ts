import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { TargetFolder, type FindingKind, type Segment, type TargetState } from './state.js';
import type { Target } from './target.js';

export interface TargetReport {
  readonly target: string;
  readonly cpuSeconds: number;
  readonly executions: number;
  readonly branchesReached: number;
  readonly branches: number;
  readonly corpusInputs: number;
  readonly crashes: number;
  readonly hangs: number;
  readonly overMemory: number;
  readonly slow: number;
  readonly fixed: number;
  readonly slowestMs: number;
  /** From the first quarter of a process's samples to its last, the largest of all processes, corpus left out. */
  readonly heapGrowthKb: number;
  readonly rssGrowthKb: number;
}

/** Prints the table of a run, and writes it where `jsonPath` is given. Resolves to 1 where there are findings, else 0. */
export function report(targets: readonly Target[], runFolder: string, jsonPath?: string): number {
  const rows = targets.map((target) => reportOf(target, runFolder));
  console.log('| target | CPU s | executions | branches reached | inputs | crashes | hangs | slow | fixed | slowest ms | heap growth KB | RSS growth KB |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const row of rows) console.log(`| ${cells(row).join(' | ')} |`);
  if (jsonPath !== undefined) {
    const machine = { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version };
    writeFileSync(jsonPath, `${JSON.stringify({ bench: 'fuzz', at: new Date().toISOString(), machine, targets: rows }, undefined, 2)}\n`);
    console.log(`\nwrote ${jsonPath}`);
  }
  return rows.some(({ crashes, hangs, overMemory, slow }) => crashes + hangs + overMemory + slow > 0) ? 1 : 0;
}

function cells(row: TargetReport): (string | number)[] {
  return [
    row.target, row.cpuSeconds, row.executions.toLocaleString('en'), `${row.branchesReached} of ${row.branches}`, row.corpusInputs,
    row.crashes, row.hangs, row.slow + row.overMemory, row.fixed, row.slowestMs, row.heapGrowthKb, row.rssGrowthKb,
  ];
}

function reportOf(target: Target, runFolder: string): TargetReport {
  const folder = new TargetFolder(runFolder, target.name);
  const state: TargetState = folder.readState();
  const findings = folder.findings();
  const count = (kind: FindingKind): number => findings.filter((finding) => finding.kind === kind).length;
  return {
    target: target.name,
    cpuSeconds: Math.round(state.cpuSeconds),
    executions: state.executions,
    branchesReached: state.branches.reached,
    branches: state.branches.total,
    corpusInputs: state.corpus.inputs,
    crashes: count('crash'),
    hangs: count('hang'),
    overMemory: count('memory'),
    slow: count('slow'),
    fixed: state.fixed.length,
    slowestMs: Math.round(state.slowestMs),
    heapGrowthKb: growthKb(state.segments, 'heapBytes'),
    rssGrowthKb: growthKb(state.segments, 'rssBytes'),
  };
}

/** The largest growth of any process: the mean of the last quarter of its samples less that of the first quarter. */
export function growthKb(segments: readonly Segment[], field: 'heapBytes' | 'rssBytes'): number {
  const growths = segments.filter(({ samples }) => samples.length >= MIN_SAMPLES).map(({ samples }) => {
    const settled = samples.slice(1); // the first was taken before anything was compiled
    const quarter = Math.ceil(settled.length / 4);
    const mean = (part: readonly Segment['samples'][number][]) => part.reduce((sum, sample) => sum + sample[field], 0) / part.length;
    return mean(settled.slice(-quarter)) - mean(settled.slice(0, quarter));
  });
  return growths.length === 0 ? 0 : Math.round(Math.max(...growths) / 1024);
}

/** Fewer say nothing of growth. */
const MIN_SAMPLES = 5;
