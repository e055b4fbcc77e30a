import { expect, it, vi } from 'vitest';
import { createSignalModel } from '@visavis/motion/signal';
import { speechBytes } from '../../test/speech.js';
import { END, Op, type Answer, type Batch, type Ready } from './messages.js';
import { serveEngines } from './serve-engines.js';

const OPEN_AND_PUSH = (samples: Float32Array): Batch => ({
  ops: Int32Array.of(Op.Open, 1, 0, Op.Push, 1, samples.length), options: [{ sampleRate: 16_000, fps: 30, startMs: 0, warmupMs: 0, expression: {} }], times: [], samples,
});

it('a worker that is asked to end gives up what it has begun, takes no more, and only then ends', async () => {
  let hear: (message: Batch | typeof END) => void = () => undefined;
  const told: (Ready | Answer | 'end')[] = [];
  const ended = new Promise<void>((resolve) => {
    const port = { on: (_: 'message', listener: typeof hear) => { hear = listener; }, postMessage: (message: Ready | Answer) => told.push(message) };
    serveEngines(port, { model: createSignalModel() }, () => { told.push('end'); resolve(); });
  });
  const bytes = speechBytes(1000);
  const samples = Float32Array.from(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2), (sample) => sample / 32_768);
  hear(OPEN_AND_PUSH(samples));
  await vi.waitUntil(() => told.length === 2);
  hear(OPEN_AND_PUSH(samples));
  hear(END);
  hear(OPEN_AND_PUSH(samples));
  await ended;
  await new Promise(setImmediate);
  const [ready, first, second, end, ...more] = told;
  expect([ready, end, more]).toEqual([{ model: 'signal-1' }, 'end', []]);
  expect([(first as Answer).results[2], (second as Answer).results[2]]).toEqual([expect.toSatisfy((count: number) => count > 20), 0]);
});
