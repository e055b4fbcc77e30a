import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { FuzzLoop } from './loop.js';
import { TargetFolder } from './state.js';
import type { Target } from './target.js';

const runFolder = mkdtempSync(join(tmpdir(), 'fuzz-loop-'));
afterEach(() => rmSync(runFolder, { recursive: true, force: true }));

const hits = (globalThis as unknown as { fuzzHits: Uint8ClampedArray }).fuzzHits;

/** Three steps, each reached only from the one before: found by following coverage, not by chance. */
function stairs(fault: (input: Uint8Array) => void): Target {
  return {
    name: 'stairs', maxBytes: 8, files: ['stairs'], seeds: () => [Uint8Array.of(0, 0, 0, 0)],
    run(input) {
      for (const [step, wanted] of [0xa7, 0x31, 0xe4].entries()) {
        hits[step]! += 1;
        if (input[step] !== wanted) return;
      }
      fault(input);
    },
  };
}

/** Until the CPU time is spent, or something is found. */
async function fuzz(target: Target, maxCpuSeconds: number): Promise<TargetFolder> {
  const folder = new TargetFolder(runFolder, target.name);
  folder.create();
  const places = ['stairs.ts:1', 'stairs.ts:2', 'stairs.ts:3'];
  let found = false;
  await new FuzzLoop({
    target, folder, committed: [], places, get cpuSeconds() { return found ? 0 : maxCpuSeconds; }, seed: 1,
    alive: () => undefined, say: (line) => void (found ||= line.includes('fell\n')),
  }).run();
  return folder;
}

it('finds a fault behind three steps, keeps its input once, goes on where it stopped, and sees when it is fixed', async () => {
  const broken = stairs(() => {
    throw new TypeError('fell');
  });
  const folder = await fuzz(broken, 20);
  const [finding, ...more] = folder.findings();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ kind: 'crash' });
  expect([...finding!.input.subarray(0, 3)]).toEqual([0xa7, 0x31, 0xe4]);
  expect(finding!.message).toContain('TypeError: fell');

  const before = folder.readState();
  expect(before.branches).toEqual({ reached: 3, total: 3, missed: [] });
  await fuzz(stairs(() => undefined), before.cpuSeconds + 0.2);
  const after = folder.readState();
  expect(folder.findings()).toEqual([]);
  expect(after.fixed).toEqual([{ kind: 'crash', message: 'TypeError: fell', input: Buffer.from(finding!.input).toString('base64') }]);
  expect(after.executions).toBeGreaterThan(before.executions);
  expect(after.segments.map(({ seed }) => seed)).toEqual([1, 7920]);
}, 120_000);
