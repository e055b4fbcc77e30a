import { request } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlAction, encodeClientMessage, MicCodec, PresenceState } from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import { RelayStage } from '../../test/relay-stage.js';
import type { EnvelopeMessage } from '../speech.js';
import type { ManualClock } from '../test/index.js';
import { FakeClient, Inbox } from '../test/index.js';
import type { RelayClient } from './relay-client.js';
import type { Relay, RelayOptions } from './relay.js';

const envelope = (reqId: string, size: number, rest: Partial<EnvelopeMessage> = {}): EnvelopeMessage => ({
  kind: 'envelope', reqId, connectionId: 'c', end: false, bytes: new Uint8Array(size).fill(7), hasAudio: false, interrupted: false, ...rest,
});

let stage: RelayStage;
let clock: ManualClock;
let relay: Relay;
let clients: Inbox<RelayClient>;

beforeEach(async () => {
  stage = await RelayStage.open();
  begin();
});
afterEach(async () => {
  await relay.dispose();
  await stage.close();
});

function begin(options: Partial<RelayOptions> = {}): void {
  ({ clock, relay, clients } = stage.begin({ serverVersion: '1.2.3', ...options }));
}

async function begun(options: Partial<RelayOptions>): Promise<void> {
  await relay.dispose();
  begin(options);
}

const url = (path = '/relay'): string => `ws://127.0.0.1:${stage.port}${path}`;

async function joined(): Promise<{ peer: FakeClient; client: RelayClient }> {
  const peer = await FakeClient.connect(url());
  const n = clients.items.length;
  peer.send('hello', { ticket: relay.tickets.issue({ avatarId: 'ava', subject: 'somebody' }).ticket, audioCodecs: ['opus'], fps: 30 });
  await peer.first('welcome');
  return { peer, client: clients.items[n]! };
}

function upgrade(path: string, headers: Record<string, string>): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const { port } = stage;
    const upgrading = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers };
    const call = request({ port, host: '127.0.0.1', path, headers: upgrading }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString())).on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    call.on('error', reject).on('upgrade', () => reject(new Error('it was accepted'))).end();
  });
}

describe('admission', () => {
  it('refuses foreign origins, rebound hosts and other paths with a status and a code', async () => {
    expect(await upgrade('/relay', { Origin: 'https://evil.example' })).toMatchObject({ status: 403, body: { code: 'originRefused' } });
    expect(await upgrade('/relay', { Host: 'evil.example' })).toMatchObject({ status: 403, body: { code: 'originRefused' } });
    expect(await upgrade('/other', {})).toMatchObject({ status: 404, body: { code: 'invalidRequest' } });
    expect(relay.clientCount).toBe(0);
  });

  it('leaves other paths to others, and theirs to it', async () => {
    const others = new Inbox<string>();
    stage.server.on('upgrade', (incoming, socket) => {
      if (incoming.url !== '/other') return;
      others.push('seen');
      socket.destroy();
    });
    await expect(FakeClient.connect(url('/other'))).rejects.toThrow();
    expect(others.items).toHaveLength(1);
    await joined();
  });

  it('is bounded', async () => {
    await begun({ maxClients: 1 });
    await joined();
    expect(await upgrade('/relay', {})).toMatchObject({ status: 503, body: { code: 'queueFull' } });
  });
});

describe('hello', () => {
  it('is answered with a welcome', async () => {
    const { peer, client } = await joined();
    expect(peer.received.items[0]).toMatchObject({
      case: 'welcome',
      value: { epoch: client.epoch, avatarId: 'ava', manifestUrl: '/avatars/ava/avatar.json', audio: { codec: 'opus', sampleRate: 16_000 }, serverVersion: '1.2.3' },
    });
    expect(client).toMatchObject({ avatarId: 'ava', subject: 'somebody', hello: { audioCodecs: ['opus'], fps: 30 }, closed: false });
    expect(client.id).toMatch(/^[\w-]{12}$/);
  });

  it('needs a ticket, unused, unexpired and for this avatar', async () => {
    const { ticket: used } = relay.tickets.issue({ avatarId: 'ava' });
    const first = await FakeClient.connect(url());
    first.send('hello', { ticket: used });
    await first.first('welcome');
    const { ticket: expired } = relay.tickets.issue({ avatarId: 'ava', ttlMs: 5 });
    clock.advance(5);
    const { ticket: other } = relay.tickets.issue({ avatarId: 'other' });
    for (const hello of [{ ticket: '' }, { ticket: used }, { ticket: expired }, { ticket: other, avatarId: 'ava' }]) {
      const peer = await FakeClient.connect(url());
      peer.send('hello', hello);
      expect(await peer.first('error')).toMatchObject({ code: 'ticketInvalid', fatal: true, retryable: hello.ticket !== other });
      expect(await peer.closed).toEqual({ code: 1008, reason: 'ticketInvalid' });
    }
    expect(clients.items).toHaveLength(1);
  });

  it('must come first, in bytes, within 10 s', async () => {
    const wrongs: ((peer: FakeClient) => void)[] = [
      (peer) => peer.send('text', { text: 'hi' }),
      (peer) => peer.socket.send('hello'),
      (peer) => peer.socket.send(Uint8Array.of(255, 255)),
      () => clock.advance(10_000),
    ];
    for (const wrong of wrongs) {
      const peer = await FakeClient.connect(url());
      await accepted(1);
      wrong(peer);
      expect(await peer.first('error')).toMatchObject({ code: 'protocolError', fatal: true });
      expect((await peer.closed).code).toBe(1002);
      await accepted(0);
    }
  });
});

/** The relay's side of a connection trails the client's by a turn of the event loop. */
async function accepted(count: number): Promise<void> {
  while (relay.clientCount !== count) await new Promise((turn) => setImmediate(turn));
}

describe('a client', () => {
  it('is heard', async () => {
    const { peer, client } = await joined();
    const heard = new Inbox<unknown>();
    client.onText((text) => heard.push(text));
    client.onInterrupt((reason) => heard.push({ reason }));
    client.onMic((mic) => heard.push(mic));
    client.onPlaybackPosition((position) => heard.push(position));
    client.onPlaybackFinished((finished) => heard.push(finished));
    client.sendMotion(envelope('r', 1));
    peer.send('text', { text: 'hi' });
    peer.send('interrupt', { reason: 'voice' });
    peer.send('mic', { sequence: 1, codec: MicCodec.OPUS, data: Uint8Array.of(1) });
    peer.send('playbackPosition', { reqId: 'r', playedMs: 40 });
    peer.send('playbackFinished', { reqId: 'r', playedMs: 80, interrupted: true });
    await heard.count(5);
    expect(heard.items).toMatchObject(['hi', { reason: 'voice' }, { sequence: 1 }, { reqId: 'r', playedMs: 40 }, { playedMs: 80, interrupted: true }]);
  });

  it('is heard as PCM by whoever wants that, until it leaves', async () => {
    const { peer, client } = await joined();
    const heard = new Inbox<number>();
    client.onMicrophone(({ pcm, isFilled }) => heard.push(isFilled ? -pcm.length : pcm.length));
    peer.send('mic', { sequence: 1, data: new Uint8Array(640) });
    peer.send('mic', { sequence: 3, data: new Uint8Array(640) });
    await heard.count(3);
    expect(heard.items).toEqual([640, -640, 640]);
    await client.close();
    client.onMicrophone(() => undefined);
  });

  it('is told everything, in order', async () => {
    const { peer, client } = await joined();
    const { epoch } = client;
    client.sendAudio(envelope('r', 5, { hasAudio: true }));
    client.sendMotion(envelope('r', 6, { end: true }));
    client.hold();
    client.resume();
    client.transcript({ role: 'avatar', reqId: 'r', text: 'hello', final: true });
    client.presence('thinking');
    client.error(new VisavisError('upstreamError', 'try again', { fatal: false, detail: { reqId: 'r' } }));
    peer.send('ping', { timeMs: 1234.5 });
    expect(await peer.first('pong')).toMatchObject({ timeMs: 1234.5 });
    expect(peer.received.items.slice(1, -1)).toMatchObject([
      { case: 'audio', value: { epoch, reqId: 'r', payload: { case: 'envelope', value: new Uint8Array(5).fill(7) }, end: false } },
      { case: 'motion', value: { epoch, reqId: 'r', envelope: new Uint8Array(6).fill(7), end: true } },
      { case: 'control', value: { action: ControlAction.HOLD, epoch } },
      { case: 'control', value: { action: ControlAction.RESUME, epoch } },
      { case: 'transcript', value: { role: 'avatar', text: 'hello', final: true } },
      { case: 'presence', value: { state: PresenceState.THINKING } },
      { case: 'error', value: { code: 'upstreamError', retryable: true, fatal: false, hint: 'try again', reqId: 'r' } },
    ]);
  });

  it('gets PCM in pieces, the end on the last', async () => {
    const { peer, client } = await joined();
    client.sendAudio({ kind: 'pcm', reqId: 'r', connectionId: 'c', end: true, pcm: new Uint8Array(70_000), sampleRate: 16_000 });
    client.sendAudio({ kind: 'pcm', reqId: 's', connectionId: 'c', end: true, pcm: new Uint8Array(0), sampleRate: 24_000 });
    await peer.first('audio', ({ reqId }) => reqId === 's');
    expect(peer.all('audio').map(({ sampleRate }) => sampleRate)).toEqual([16_000, 16_000, 16_000, 24_000]);
    expect(peer.all('audio').map(({ payload, end }) => [payload.value?.length, end])).toEqual([[32_768, false], [32_768, false], [4464, true], [0, true]]);
  });

  it('counts epochs up with each flush, and wraps', async () => {
    await begun({ randomBytes: (count) => new Uint8Array(count).fill(255) });
    const { peer, client } = await joined();
    expect(client.epoch).toBe(0xffff_ffff);
    expect(client.flush()).toBe(0);
    expect(client.flush()).toBe(1);
    client.sendMotion(envelope('r', 1));
    expect((await peer.first('motion')).epoch).toBe(1);
    expect(peer.all('control')).toMatchObject([{ action: ControlAction.FLUSH, epoch: 0 }, { action: ControlAction.FLUSH, epoch: 1 }]);
  });

  it('is told what is too long, and stays', async () => {
    const { peer, client } = await joined();
    const heard = new Inbox<unknown>();
    client.onText((text) => heard.push(text.length));
    client.onMic((mic) => heard.push(mic));
    peer.send('text', { text: 'x'.repeat(4001) });
    peer.send('mic', { data: new Uint8Array(16 * 1024 + 1) });
    peer.send('text', { text: '' });
    peer.socket.send(Uint8Array.of(0xfa, 0x3f, 0));
    peer.socket.send('text');
    peer.send('text', { text: 'x'.repeat(4000) });
    peer.send('ping', {});
    await peer.first('pong');
    expect(heard.items).toEqual([4000]);
    expect(peer.all('error')).toMatchObject([{ code: 'messageTooLarge', fatal: false }, { code: 'messageTooLarge', fatal: false }]);
  });

  it('is closed for bytes that are no message, and for a message beyond 64 KiB', async () => {
    const { peer } = await joined();
    peer.socket.send(Uint8Array.of(255, 255));
    expect(await peer.first('error')).toMatchObject({ code: 'protocolError', fatal: true });
    expect((await peer.closed).code).toBe(1002);
    const { peer: other } = await joined();
    other.socket.send(new Uint8Array(64 * 1024 + 1));
    expect((await other.closed).code).toBe(1009);
  });

  it('closes once, and is deaf and silent afterwards', async () => {
    const { peer, client } = await joined();
    const closes = new Inbox<unknown>();
    client.onClose((close) => closes.push(close));
    await Promise.all([client.close(), client.close(4000, 'ignored')]);
    client.sendAudio(envelope('r', 5));
    client.flush();
    expect(await peer.closed).toEqual({ code: 1000, reason: '' });
    expect(closes.items).toMatchObject([{ code: 1000 }]);
    expect(client.closed).toBe(true);
  });

  it('is given up when it does not answer pings', async () => {
    const { peer, client } = await joined();
    const closes = new Inbox<{ code: number }>();
    client.onClose((close) => closes.push(close));
    stall(peer, true);
    clock.advance(20_000);
    clock.advance(20_000);
    expect((await closes.count(1))[0]).toMatchObject({ code: 1006 });
  });
});

/** Stops reading, as a client on a dead network does. */
function stall(peer: FakeClient, stalled: boolean): void {
  const { _socket: socket } = peer.socket as unknown as { _socket: { pause(): void; resume(): void } };
  if (stalled) socket.pause();
  else socket.resume();
}

describe('a slow client', () => {
  const BIG = 60_000;

  /** Fills what the operating system buffers, until messages wait in the relay. */
  function fill(client: RelayClient): number {
    let sent = 0;
    for (; client.waitingBytes === 0; sent += 1) client.sendAudio(envelope('fill', BIG, { hasAudio: true }));
    return sent;
  }

  it('loses older motion, no audio and no end', async () => {
    const { peer, client } = await joined();
    stall(peer, true);
    const filled = fill(client);
    for (let n = 0; n < 40; n += 1) {
      client.sendMotion(envelope('r', BIG));
      if (n % 10 === 0) client.sendAudio(envelope('r', BIG, { hasAudio: true }));
    }
    client.sendMotion(envelope('r', 10, { end: true }));
    expect(client.droppedMotion).toBeGreaterThan(10);
    stall(peer, false);
    await peer.first('motion', ({ end }) => end);
    expect(peer.all('audio')).toHaveLength(filled + 4);
    expect(peer.all('motion')).toHaveLength(41 - client.droppedMotion);
  });

  it('gets nothing of a flushed epoch that had not left', async () => {
    const { peer, client } = await joined();
    stall(peer, true);
    fill(client);
    for (let n = 0; n < 5; n += 1) client.sendAudio(envelope('late', BIG, { hasAudio: true }));
    const epoch = client.flush();
    client.sendAudio(envelope('new', 10, { hasAudio: true }));
    stall(peer, false);
    expect((await peer.first('audio', ({ reqId }) => reqId === 'new')).epoch).toBe(epoch);
    expect(peer.all('audio').filter(({ reqId }) => reqId === 'late')).toEqual([]);
  });

  it('is told and closed at the hard bound, and nobody else notices', async () => {
    await begun({ bounds: { softBytes: 200_000, hardBytes: 400_000 } });
    const [slow, quick] = [await joined(), await joined()];
    stall(slow.peer, true);
    fill(slow.client);
    for (let n = 0; n < 8; n += 1) slow.client.sendAudio(envelope('r', BIG, { hasAudio: true }));
    expect(slow.client).toMatchObject({ closed: true, waitingBytes: 0 });
    quick.client.sendAudio(envelope('r', 10, { hasAudio: true }));
    await quick.peer.first('audio');
    stall(slow.peer, false);
    expect(await slow.peer.first('error')).toMatchObject({ code: 'queueFull', fatal: true, retryable: true });
    expect(await slow.peer.closed).toEqual({ code: 1013, reason: 'queueFull' });
  });

  it('is cut off when it does not even take its close', async () => {
    const { peer, client } = await joined();
    stall(peer, true);
    const closed = client.close();
    clock.advance(1000);
    await closed;
    expect(relay.clientCount).toBe(0);
  });
});

describe('the relay', () => {
  it('survives any bytes, and so does every other client', async () => {
    const { peer: bystander, client } = await joined();
    const heard = new Inbox<string>();
    client.onText((text) => heard.push(text));
    const hello = (): Uint8Array => encodeClientMessage('hello', { ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket });
    let n = 0;
    await fc.assert(fc.asyncProperty(fc.boolean(), fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 5 }), async (polite, messages) => {
      const peer = await FakeClient.connect(url());
      if (polite) peer.socket.send(hello());
      for (const message of messages) peer.socket.send(message);
      peer.socket.close();
      await peer.closed;
      bystander.send('text', { text: `still here ${n += 1}` });
      await heard.count(n);
    }), { numRuns: 60 });
    expect(client.closed).toBe(false);
  });

  it('survives a peer that breaks the WebSocket protocol', async () => {
    const { peer } = await joined();
    (peer.socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    await peer.closed;
    await joined();
  });

  it('leaves nothing behind when disposed', async () => {
    const { peer, client } = await joined();
    const silent = await FakeClient.connect(url());
    await accepted(2);
    const closes = new Inbox<{ code: number }>();
    client.onClose((close) => closes.push(close));
    const { ticket } = relay.tickets.issue({ avatarId: 'ava' });
    await relay.dispose();
    expect([await peer.closed, await silent.closed].map(({ code }) => code)).toEqual([1012, 1012]);
    expect(closes.items).toHaveLength(1);
    expect([clock.pending, relay.clientCount, stage.server.listenerCount('upgrade')]).toEqual([0, 0, 0]);
    expect(() => relay.attach(stage.server)).toThrow(expect.objectContaining({ code: 'invalidState' }));
    expect(ticket).not.toBe('');
    await relay.dispose();
  });
});
