import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ModelStore } from '../packages/agent/src/models/index.js';

// onnxruntime reports to its maker unless told not to: an id in the user's cache folder, and files in the folder for temporary ones, are the first of it.
const home = mkdtempSync(join(tmpdir(), 'visavis-quiet-'));
afterAll(() => rmSync(home, { recursive: true }));
const models = new ModelStore();
const hasTiny = await models.isThere('moonshine-tiny');

/** What a process that has nothing of this one's environment leaves in its user's folders. */
function traceOf(code: string): string[] {
  execFileSync(process.execPath, ['--input-type=module', '--eval', code], { env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, XDG_CACHE_HOME: home } });
  return readdirSync(home, { recursive: true }) as string[];
}

const built = (path: string): string => JSON.stringify(new URL(`../packages/${path}`, import.meta.url).href);

describe('the runtime of networks leaves no trace, and reports to nobody,', () => {
  it('where it makes motion', () => {
    expect(traceOf(`const { loadNetworkModel } = await import(${built('motion/dist/network/onnx/index.js')}); await (await loadNetworkModel()).dispose();`)).toEqual([]);
  });

  it('where it makes motion in the threads of a Motion Server', () => {
    expect(traceOf(`const { createMotionServer, devConfig } = await import(${built('motion-server/dist/index.js')});
      await (await createMotionServer({ ...devConfig(), port: 0, workers: 1, model: 'network' })).close();`)).toEqual([]);
  });

  it('where it hears that somebody speaks', () => {
    expect(traceOf(`const { loadSilero } = await import(${built('agent/dist/vad/index.js')}); await (await loadSilero()).close();`)).toEqual([]);
  });

  it.skipIf(!hasTiny)('where it understands, in a thread (skipped where the model is not there: "visavis models pull moonshine-tiny")', () => {
    expect(traceOf(`const { createMoonshine } = await import(${built('agent/dist/asr/index.js')}); const tiny = createMoonshine(${JSON.stringify(models.folderOf('moonshine-tiny'))});
      await tiny.transcribe(new Float32Array(16_000)); await tiny.dispose();`)).toEqual([]);
  });
});
