import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readVisemes } from './visemes-file.js';

const folder = mkdtempSync(join(tmpdir(), 'visemes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'visemes.json');
const row = { group: 'engine', value: 'piper', all: 0.54, sounding: 0.31, bilabials15: 0.3, bilabials30: 0.45, minutes: 8 };

it('reads what the training wrote, and whatever stands beside it', () => {
  writeFileSync(path, JSON.stringify({ visemes: [row], at: 'today' }));
  expect(readVisemes(path)).toEqual([row]);
});

it.each([[{}, 'no list'], [{ visemes: [row, { ...row, sounding: null }] }, 'visemes[1] has no sounding'], [{ visemes: [{ ...row, value: 3 }] }, 'group and value']])('refuses %j', (content, message) => {
  writeFileSync(path, JSON.stringify(content));
  expect(() => readVisemes(path)).toThrow(message);
});
