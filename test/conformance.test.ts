import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const runner = fileURLToPath(new URL('../conformance/run.mjs', import.meta.url));

it.each([
  [['--only', 'nonsense'], /^conformance: there is no suite "nonsense".*\n$/],
  [['--nope'], /^conformance: Unknown option '--nope'.*\n$/],
  [['--limits', '{'], /^conformance: --limits takes JSON.*\n$/],
])('conformance %j ends with status 2 and one line', (args, said) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, ...args], { encoding: 'utf8' });
  expect(stderr).toMatch(said);
  expect([status, stdout]).toEqual([2, '']);
}, 60_000);
