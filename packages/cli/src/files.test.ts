import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { motionOfFile } from './commands/motion.js';
import { writeOutput } from './files.js';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'visavis-')); });
afterAll(() => rm(folder, { recursive: true }));

describe('files the user names', () => {
  it('says in a sentence why a file cannot be written', async () => {
    const missing = join(folder, 'none', 'out.json');
    await expect(writeOutput(missing, '')).rejects.toThrow(`cannot write ${missing}: its folder does not exist`);
    await expect(writeOutput(folder, '')).rejects.toThrow(`cannot write ${folder}: that is a folder`);
  });

  it('names the file that is no WAV', async () => {
    const path = join(folder, 'bad.wav');
    await writeFile(path, 'not a wav');
    await expect(motionOfFile(path, 30)).rejects.toThrow(`${path}: this is not a WAV file`);
  });
});
