import { afterEach, expect, it, vi } from 'vitest';
import { main } from './main.js';

afterEach(() => vi.restoreAllMocks());

it.each([
  [['--nope'], "fuzz: Unknown option '--nope' (see --help)"],
  [['--targets', 'wav,nope'], 'fuzz: there is no target "nope"; '],
])('%j ends with status 2 and one line', async (args, said) => {
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  expect(await main(args, { root: '/nowhere', outDir: '/nowhere' })).toBe(2);
  expect(lines).toEqual([expect.stringContaining(said)]);
});
