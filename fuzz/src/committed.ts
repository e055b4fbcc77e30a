import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatInputs, parseInputs } from './corpus.js';

/** Inputs kept with the sources: `<target>.txt`, made anew from a run, and `<target>.fixed.txt`, which only grows. */
const FILES = ['.txt', '.fixed.txt'] as const;

export function committedFiles(target: string): string[] {
  return FILES.map((ending) => `${target}${ending}`);
}

/** All of a target, those of fixed findings last. */
export function readCommitted(folder: string, target: string): Uint8Array[] {
  return committedFiles(target).flatMap((file) => readInputs(join(folder, file)));
}

/** Replaces what reaches branches, and adds the inputs of findings that were fixed. */
export function writeCommitted(folder: string, target: string, inputs: readonly Uint8Array[], fixed: readonly Uint8Array[]): void {
  mkdirSync(folder, { recursive: true });
  const [reaching, keeping] = committedFiles(target).map((file) => join(folder, file)) as [string, string];
  writeFileSync(reaching, formatInputs(inputs));
  const known = formatInputs(readInputs(keeping));
  const added = fixed.map((input) => formatInputs([input])).filter((line, i, lines) => !known.includes(line) && lines.indexOf(line) === i);
  if (added.length > 0) writeFileSync(keeping, known + added.join(''));
}

function readInputs(path: string): Uint8Array[] {
  return existsSync(path) ? parseInputs(readFileSync(path, 'utf8')) : [];
}
