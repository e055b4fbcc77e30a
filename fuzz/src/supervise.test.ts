import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { TargetFolder } from './state.js';
import { supervise } from './supervise.js';

const folder = mkdtempSync(join(tmpdir(), 'fuzz-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A child that notes the input it tries and says that it lives, as the real one does, and then behaves as told. */
function child(name: string, behaviour: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, `
    import { writeFileSync } from 'node:fs';
    writeFileSync(process.argv[3] + '/' + process.argv[2] + '/current', Buffer.from([2, 0, 0, 0, 7, 8, 99]));
    process.send({ rssBytes: 1 }, () => { ${behaviour} });`);
  return path;
}

it.each([
  ['hangs', 'for (;;);', 'hang', 'hang', 50],
  ['dies', "process.kill(process.pid, 'SIGSEGV'); setTimeout(() => {}, 1e6);", 'crash', 'SIGSEGV', 5000],
  ['eats', "process.send({ rssBytes: 2 ** 31 }); setTimeout(() => {}, 1e6);", 'memory', 'memory', 5000],
])('keeps the input of a process that %s', async (name, behaviour, kind, message, turnMs) => {
  const target = { name, maxBytes: 8, files: [], seeds: () => [], run: () => undefined };
  await supervise({
    targets: [target], runFolder: folder, corpusFolder: folder, childPath: child(name, behaviour), cpuSeconds: 1, processes: 1, seed: 1, turnMs,
  });
  const findings = new TargetFolder(folder, name).findings();
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ kind, input: Uint8Array.of(7, 8) });
  expect(findings[0]!.message).toContain(message);
  expect(readFileSync(join(folder, 'status'), 'utf8')).toContain(`${name} 0 (1 findings)`);
}, 90_000);
