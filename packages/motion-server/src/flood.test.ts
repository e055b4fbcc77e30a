import { afterEach, expect, it, vi } from 'vitest';
import type { MotionModel } from '@visavis/motion';
import { createSignalModel } from '@visavis/motion/signal';
import { connect, frameIndices, http, range, startServer } from '../test/client.js';
import { speechBytes } from '../test/speech.js';
import type { MotionServer } from './index.js';

let server: MotionServer;
afterEach(() => server.close());

const MIB = 1024 * 1024;

/** A model whose first stream waits for the gate, and whose others do not. */
function firstGated(): { model: MotionModel; open: () => void } {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const model = createSignalModel();
  let streams = 0;
  const opened = (): ReturnType<MotionModel['open']> => {
    const stream = model.open();
    const pull = stream.pull.bind(stream);
    return streams++ > 0 ? stream : Object.assign(stream, { pull: () => gate.then(pull) });
  };
  return { model: { ...model, open: opened }, open: () => open() };
}

async function receivedBytes(): Promise<number> {
  const { body } = await http(new URL('/metrics', server.consoleUrl).href);
  return Number(/^visavis_received_bytes_total (\d+)$/m.exec(body)?.[1]);
}

it('a flood waits with its sender, not in memory, and hurts nobody else', async () => {
  const { model, open } = firstGated();
  server = await startServer({ model, limits: { maxQueuedBytes: MIB } });
  const [flooding, other] = [await connect(server), await connect(server)];
  const piece = speechBytes(1000);
  for (let sent = 0; sent < 8 * MIB; sent += piece.length) flooding.audio('flood', piece);
  await vi.waitUntil(async () => (await receivedBytes()) >= MIB, { interval: 50, timeout: 60_000 });
  for (const id of ['a', 'b', 'c']) {
    other.audio(id, piece, true);
    await other.ended(id);
    expect(frameIndices(other.replies(id))).toEqual(range(30));
  }
  // The limit, a message beyond it, what was read with that, and the others' audio.
  expect(await receivedBytes()).toBeLessThan(MIB + 64 * 1024 + 6 * piece.length);
  // That nothing of it is lost once it is served is told with less of it, in request.test.ts.
  flooding.socket.terminate();
  open();
}, 120_000);
