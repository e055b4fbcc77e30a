import { readFileSync, writeFileSync } from 'node:fs';
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

const TITLES = [
  'target', 'CPU s', 'executions', 'branches reached', 'inputs', 'crashes', 'hangs', 'slow, or over memory', 'fixed', 'slowest ms', 'heap growth KB', 'RSS growth KB',
];
const MARK = { begin: '<!-- results: written by npm run fuzz -- report -->', end: '<!-- end of results -->' };

/** Where a report is kept: figures, and the page whose table is replaced. */
export interface ReportFiles {
  readonly json: string;
  readonly page: string;
}

/** Prints the table of a run, and keeps it where `files` says. 1 where there are findings, else 0. */
export function report(targets: readonly Target[], runFolder: string, files?: ReportFiles): number {
  const rows = targets.map((target) => reportOf(target, runFolder));
  const line = (cellsOfLine: readonly (string | number)[]) => `| ${cellsOfLine.join(' | ')} |\n`;
  const table = line(TITLES) + line(TITLES.map((_, i) => (i === 0 ? '---' : '---:'))) + rows.map((row) => line(cells(row))).join('');
  console.log(table);
  if (files) keep(files, table, rows);
  return rows.some(({ crashes, hangs, overMemory, slow }) => crashes + hangs + overMemory + slow > 0) ? 1 : 0;
}

function keep({ json, page }: ReportFiles, table: string, targets: readonly TargetReport[]): void {
  const at = new Date().toISOString();
  const machine = { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version };
  writeFileSync(json, `${JSON.stringify({ bench: 'fuzz', at, machine, targets }, undefined, 2)}\n`);
  const [before, rest] = readFileSync(page, 'utf8').split(MARK.begin);
  const after = rest?.split(MARK.end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has lost its marks ${MARK.begin} and ${MARK.end}`);
  writeFileSync(page, `${before}${MARK.begin}\n${at.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.\n\n${table}${MARK.end}${after}`);
  console.log(`wrote ${json} and the table of ${page}`);
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
