import { describe, expect, it } from 'vitest';
import { fetchModels, missingLine } from './models.js';

const ALL = ['moonshine-tiny', 'moonshine-base', 'kokoro'];

function store(fails?: string): { pulled: string[]; models: Parameters<typeof fetchModels>[0]['models'] } {
  const pulled: string[] = [];
  return {
    pulled,
    models: {
      catalog: [],
      pull: (id, { onProgress } = {}) => {
        if (id === fails) return Promise.reject(new Error('no network'));
        onProgress?.({ model: id, file: 'f', bytes: 50, totalBytes: 100 * 1024 * 1024 });
        pulled.push(id);
        return Promise.resolve(id);
      },
    },
  };
}

describe('models that are missing', () => {
  it('come one after the other, and are taken up once they are of use', async () => {
    const { models, pulled } = store();
    const lines: string[] = [];
    const taken: string[] = [];
    const problem = await fetchModels({ models, missing: ALL, signal: AbortSignal.timeout(5_000), onProgress: (line) => lines.push(line), onArrived: () => { taken.push(pulled.join(' ')); return Promise.resolve(); } });
    expect(problem).toBeUndefined();
    expect(taken).toEqual(['moonshine-tiny moonshine-base', 'moonshine-tiny moonshine-base kokoro']);
    expect(lines[0]).toBe('Fetching speech recognition (1 of 2): 0 % of 100 MiB. You can type meanwhile.');
  });

  it('are named in one line where they cannot be had; those that came stay in use', async () => {
    let taken = 0;
    const fetching = fetchModels({ models: store('kokoro').models, missing: ALL, signal: AbortSignal.timeout(5_000), onProgress: () => undefined, onArrived: () => { taken++; return Promise.resolve(); } });
    expect(await fetching).toBe('Without the natural voice for now: the light voice speaks. To fetch: npx visavis models pull kokoro');
    expect(taken).toBe(1);
  });

  it('are no news once the demo ends', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await fetchModels({ models: store('moonshine-tiny').models, missing: ALL, signal: stop.signal, onProgress: () => undefined, onArrived: () => Promise.resolve() })).toBeUndefined();
  });

  it.each([
    [ALL, 'Without speech recognition and the natural voice for now: you can type, and the light voice answers. To fetch: npx visavis models pull moonshine-tiny moonshine-base kokoro'],
    [['moonshine-base'], 'Without speech recognition for now: you can type, and the light voice answers. To fetch: npx visavis models pull moonshine-base'],
  ])('%j read', (missing, line) => expect(missingLine(missing)).toBe(line));
});
