import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { committedFiles, readCommitted } from './committed.js';
import { TARGETS } from './targets/index.js';

const corpus = fileURLToPath(new URL('../corpus', import.meta.url));

it.each(TARGETS.map((target) => [target.name, target] as const))('%s takes everything that was ever found', async (name, target) => {
  const inputs = [new Uint8Array(0), ...target.seeds(), ...readCommitted(corpus, name)];
  expect(inputs.length).toBeGreaterThan(3);
  for (const input of inputs) await target.run(input);
});

it('keeps the corpus small, and nothing of targets that are gone', () => {
  const files = readdirSync(corpus);
  expect(files.filter((file) => !TARGETS.some(({ name }) => committedFiles(name).includes(file)))).toEqual([]);
  expect(files.reduce((sum, file) => sum + statSync(join(corpus, file)).size, 0)).toBeLessThan(300_000);
});
