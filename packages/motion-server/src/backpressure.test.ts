import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { MotionModel } from '@visavis/motion';
import { createSignalModel } from '@visavis/motion/signal';
import { CAPABILITIES_PARAM, decodeEnvelope, encodeEnvelope, type EnvelopeBodies, type EnvelopeKind } from '@visavis/protocol/ingress';
import type { WebSocket } from 'ws';
import { ManualClock } from '../test/manual-clock.js';
import { devConfig, resolveConfig } from './config.js';
import { createLocalHost } from './engine/host.js';
import type { Limits } from './limits.js';
import { loadOpus } from './opus.js';
import { Session } from './session.js';
import { SharedQueue } from './shared-queue.js';

/** A socket in memory: says whether it is being read, and tells of every message sent. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  /** Bytes that came over the connection. */
  bytesRead = 0;
  pings = 0;
  /** Whether the other side takes what is sent. */
  takes = true;
  readonly #untaken: (() => void)[] = [];

  pause(): void {
    this.isPaused = true;
    this.emit('paused');
  }

  resume(): void {
    this.isPaused = false;
    this.emit('resumed');
  }

  send(bytes: Uint8Array, written: () => void): void {
    if (this.takes) written();
    else this.#untaken.push(written);
    this.emit('sent', bytes);
  }

  take(): void {
    this.takes = true;
    for (const written of this.#untaken.splice(0)) written();
  }

  ping(): void {
    this.pings++;
  }

  terminate(): void {
    this.close(1006);
  }

  close(code: number): void {
    this.readyState = 3;
    this.emit('close', code);
  }

  receive<K extends EnvelopeKind>(kind: K, body: EnvelopeBodies[K]): void {
    const bytes = Buffer.from(encodeEnvelope(kind, body));
    this.bytesRead += bytes.length;
    this.emit('message', bytes, true);
  }
}

/** A model that answers when the gate opens. */
function gated(): { model: MotionModel; open: () => void } {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const model = createSignalModel();
  const wait = (stream: ReturnType<MotionModel['open']>) => {
    const pull = stream.pull.bind(stream);
    return Object.assign(stream, { pull: () => gate.then(pull) });
  };
  return { model: { ...model, open: () => wait(model.open()) }, open: () => open() };
}

function setUp(limits: Partial<Limits>, capabilities = '', queued = new SharedQueue(2 ** 30)) {
  const { model, open } = gated();
  const clock = new ManualClock();
  const context = resolveConfig({ ...devConfig(), limits, model, clock });
  const socket = new FakeSocket();
  let places = 0;
  const claimPlace = () => {
    places++;
    return () => void places--;
  };
  const session = new Session(
    { socket: socket as unknown as WebSocket, bytesRead: () => socket.bytesRead }, { appId: 'dev-app', avatarId: 'ava', expireAt: 0 },
    { context, opus: loadOpus(), engines: createLocalHost(model, false), queued, claimPlace },
  );
  socket.receive('clientConfigureSession', { sampleRate: 16_000, extraParams: { [CAPABILITIES_PARAM]: capabilities } });
  return { socket, session, open, clock, places: () => places };
}

const second = new Uint8Array(32_000);

describe('a session that is sent more than it can take', () => {
  it('stops reading at so many requests, and reads on when one is done', async () => {
    const { socket, open } = setUp({ maxQueuedRequests: 2 });
    for (const reqId of ['a', 'b']) socket.receive('clientAudioInput', { reqId, audio: second, end: true });
    expect(socket.isPaused).toBe(false);
    socket.receive('clientAudioInput', { reqId: 'c', audio: second, end: true });
    expect(socket.isPaused).toBe(true);
    open();
    await once(socket, 'resumed');
    expect(socket.isPaused).toBe(false);
  });

  it('stops reading at so many bytes, and reads on as soon as there is room', async () => {
    const { socket, open } = setUp({ maxQueuedBytes: 20_000 });
    socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    expect(socket.isPaused).toBe(false);
    socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    expect(socket.isPaused).toBe(true);
    open();
    await once(socket, 'resumed');
  });

  it('stops reading where all sessions together hold too much and it holds more than its share, and reads on as soon as there is room', async () => {
    const queued = new SharedQueue(100_000);
    const [greedy, modest] = [setUp({}, '', queued), setUp({}, '', queued)];
    for (let i = 0; i < 4; i++) greedy.socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    expect(greedy.socket.isPaused).toBe(false); // one more message is read
    greedy.socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    expect(greedy.socket.isPaused).toBe(true);
    modest.socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    modest.socket.receive('clientAudioInput', { reqId: 'a', audio: new Uint8Array(100) });
    expect(modest.socket.isPaused).toBe(false);
    expect(queued.bytes).toBeGreaterThan(5 * second.length);
    greedy.open();
    await once(greedy.socket, 'resumed');
    for (const { socket, session } of [greedy, modest]) {
      socket.close(1006);
      await session.closed;
    }
    expect(queued.bytes).toBe(0);
  });

  it('still sees an interrupt right behind the message that filled it', async () => {
    const { socket, open } = setUp({ maxQueuedBytes: 1000 }, 'interrupted-end');
    const ended = once(socket, 'sent');
    socket.receive('clientAudioInput', { reqId: 'a', audio: second, end: true });
    expect(socket.isPaused).toBe(false);
    socket.receive('clientInterrupt', { reqId: 'a' });
    const [bytes] = (await ended) as [Uint8Array];
    expect(decodeEnvelope(bytes)).toMatchObject({ value: { reqId: 'a', end: true } });
    expect(socket.isPaused).toBe(false);
    open();
  });

  it('reads nothing of one that does not read, and cuts it off in the end', async () => {
    const { socket, session, clock, open } = setUp({ maxUnsentBytes: 100, slowReaderMs: 1000, pingMs: 60_000 }, 'interrupted-end');
    open();
    socket.takes = false;
    // Answers that wait for no work: an end to each interrupt.
    for (let i = 0; !socket.isPaused && i < 100; i++) {
      socket.receive('clientAudioInput', { reqId: `r${i}`, audio: second });
      socket.receive('clientInterrupt', { reqId: `r${i}` });
    }
    expect(socket.isPaused).toBe(true);
    socket.take();
    expect(socket.isPaused).toBe(false);
    socket.takes = false;
    for (let i = 0; !socket.isPaused; i++) {
      socket.receive('clientAudioInput', { reqId: `s${i}`, audio: second });
      socket.receive('clientInterrupt', { reqId: `s${i}` });
    }
    clock.advance(1000);
    await session.closed;
    expect(clock.pending).toBe(0);
  });

  it('reads on when it is closed from this side, to see the reply', () => {
    const { socket, session } = setUp({ maxQueuedRequests: 1 });
    for (const reqId of ['a', 'b']) socket.receive('clientAudioInput', { reqId, audio: second, end: true });
    expect(socket.isPaused).toBe(true);
    session.shutDown();
    expect(socket.isPaused).toBe(false);
  });

  it('gives everything back when the connection is gone in the middle of it', async () => {
    const { socket, session, clock, open, places } = setUp({});
    socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    expect(places()).toBe(1);
    const sent: unknown[] = [];
    socket.on('sent', (bytes) => sent.push(bytes));
    socket.close(1006);
    await session.closed;
    open();
    await new Promise(setImmediate);
    expect(sent).toEqual([]);
    expect(places()).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('a connection that is silent', () => {
  it('is dead when nothing came for an interval after a ping', async () => {
    const { socket, session, clock } = setUp({ pingMs: 1000 });
    clock.advance(1000);
    expect([socket.pings, socket.readyState]).toEqual([1, 1]);
    clock.advance(1000);
    await session.closed;
    expect(clock.pending).toBe(0);
  });

  it('lives while part of a message comes: one that is large, over a slow line', () => {
    const { socket, clock } = setUp({ pingMs: 1000 });
    for (let i = 0; i < 10; i++) {
      clock.advance(1000);
      socket.bytesRead += 100;
    }
    expect(socket.readyState).toBe(1);
  });

  it('lives while it is not listened to', () => {
    const { socket, clock } = setUp({ pingMs: 1000, maxQueuedRequests: 1 });
    for (const reqId of ['a', 'b']) socket.receive('clientAudioInput', { reqId, audio: second, end: true });
    expect(socket.isPaused).toBe(true);
    clock.advance(10_000);
    expect(socket.readyState).toBe(1);
  });
});

it('a request interrupted while its model is at work is not heard of again', async () => {
  const { socket, open } = setUp({});
  const sent: string[] = [];
  socket.on('sent', (bytes: Uint8Array) => {
    const envelope = decodeEnvelope(bytes);
    if (envelope.case === 'serverResponseAnimation') sent.push(`${envelope.value.reqId}${envelope.value.end ? ' end' : ''}`);
    if (sent.at(-1) === 'b end') socket.emit('done');
  });
  socket.receive('clientAudioInput', { reqId: 'a', audio: second, end: true });
  socket.receive('clientInterrupt', { reqId: 'a' });
  socket.receive('clientAudioInput', { reqId: 'b', audio: new Uint8Array(0), end: true });
  const done = once(socket, 'done');
  open();
  await done;
  expect(sent).toEqual(['b end']);
});
