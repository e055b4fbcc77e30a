import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { MotionModel } from '@visavis/motion';
import { createSignalModel } from '@visavis/motion/signal';
import { decodeEnvelope, encodeEnvelope, type EnvelopeBodies, type EnvelopeKind } from '@visavis/protocol/ingress';
import type { WebSocket } from 'ws';
import { ManualClock } from '../test/manual-clock.js';
import { devConfig, resolveConfig } from './config.js';
import { createLocalHost } from './engine/host.js';
import { loadOpus } from './opus.js';
import { Session } from './session.js';

/** A socket in memory: says whether it is being read, and tells of every message sent. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;

  pause(): void {
    this.isPaused = true;
    this.emit('paused');
  }

  resume(): void {
    this.isPaused = false;
    this.emit('resumed');
  }

  send(bytes: Uint8Array, written: () => void): void {
    written();
    this.emit('sent', bytes);
  }

  close(code: number): void {
    this.readyState = 3;
    this.emit('close', code);
  }

  receive<K extends EnvelopeKind>(kind: K, body: EnvelopeBodies[K]): void {
    this.emit('message', Buffer.from(encodeEnvelope(kind, body)), true);
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

function setUp(limits: { maxQueuedRequests?: number; maxQueuedBytes?: number }) {
  const { model, open } = gated();
  const clock = new ManualClock();
  const context = resolveConfig({ ...devConfig(), limits, model, clock });
  const socket = new FakeSocket();
  let places = 0;
  const claimPlace = () => {
    places++;
    return () => void places--;
  };
  const session = new Session(socket as unknown as WebSocket, { appId: 'dev-app', avatarId: 'ava', expireAt: 0 }, { context, opus: loadOpus(), engines: createLocalHost(model, false), claimPlace });
  socket.receive('clientConfigureSession', { sampleRate: 16_000 });
  return { socket, session, open, clock, places: () => places };
}

const second = new Uint8Array(32_000);

describe('a session that is sent more than it can take', () => {
  it('stops reading at so many requests, and reads on when one is done', async () => {
    const { socket, open } = setUp({ maxQueuedRequests: 3 });
    for (const reqId of ['a', 'b']) socket.receive('clientAudioInput', { reqId, audio: second, end: true });
    expect(socket.isPaused).toBe(false);
    socket.receive('clientAudioInput', { reqId: 'c', audio: second, end: true });
    expect(socket.isPaused).toBe(true);
    open();
    await once(socket, 'resumed');
    expect(socket.isPaused).toBe(false);
  });

  it('stops reading at so many bytes, and reads on when half of them are used', async () => {
    const { socket, open } = setUp({ maxQueuedBytes: 40_000 });
    socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    expect(socket.isPaused).toBe(false);
    socket.receive('clientAudioInput', { reqId: 'a', audio: second });
    expect(socket.isPaused).toBe(true);
    open();
    await once(socket, 'resumed');
  });

  it('reads on when it is closed from this side, to see the reply', () => {
    const { socket, session } = setUp({ maxQueuedRequests: 1 });
    socket.receive('clientAudioInput', { reqId: 'a', audio: second, end: true });
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
