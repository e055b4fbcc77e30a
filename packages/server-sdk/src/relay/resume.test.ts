import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlAction } from '@visavis/protocol/downlink';
import { RelayStage } from '../../test/relay-stage.js';
import type { EnvelopeMessage } from '../speech.js';
import type { ManualClock } from '../test/index.js';
import { CutProxy, FakeClient, Inbox } from '../test/index.js';
import type { ClientClose, FinishedReport, RelayClient } from './relay-client.js';
import { createRelay, type Relay, type RelayOptions } from './relay.js';

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
  ({ clock, relay, clients } = stage.begin({ ...options }));
}

const portOf = (): number => stage.port;

/** What a client knows of its stream. */
interface Stream {
  resumeToken: string;
  received: number;
}

async function hello(stream: Partial<Stream> = {}, { port = portOf(), avatarId = 'ava', resumable = true } = {}): Promise<FakeClient> {
  const peer = await FakeClient.connect(`ws://127.0.0.1:${port}/relay`);
  const { resumeToken = '', received = 0 } = stream;
  peer.send('hello', { ticket: relay.tickets.issue({ avatarId }).ticket, resumable, resumeToken }, { received });
  return peer;
}

interface Joined {
  peer: FakeClient;
  client: RelayClient;
  token: string;
  finished: FinishedReport[];
  closes: Inbox<ClientClose>;
}

async function joined(options: { resumable?: boolean } = {}): Promise<Joined> {
  const n = clients.items.length;
  const peer = await hello({}, options);
  const { resumeToken } = await peer.first('welcome');
  const client = clients.items[n]!;
  const finished: FinishedReport[] = [];
  const closes = new Inbox<ClientClose>();
  client.onPlaybackFinished((report) => finished.push(report));
  client.onClose((close) => closes.push(close));
  return { peer, client, token: resumeToken, finished, closes };
}

/** As a network does: without a close frame. Resolves when the relay knows. */
async function cut(peer: FakeClient): Promise<void> {
  const count = relay.clientCount;
  peer.socket.terminate();
  while (relay.clientCount === count) await new Promise((turn) => setImmediate(turn));
}

const speech = (text: string, rest: Partial<EnvelopeMessage> = {}): EnvelopeMessage => ({
  kind: 'envelope', reqId: 'r', connectionId: 'c', end: false, bytes: Buffer.from(text), hasAudio: true, interrupted: false, ...rest,
});
const spokenTo = (peer: FakeClient): string[] => peer.all('audio').map(({ payload }) => Buffer.from(payload.value ?? []).toString());

describe('a client that comes back', () => {
  it('gets what it lacks, in order, and is the same client', async () => {
    const { peer, client, token, closes } = await joined();
    client.sendAudio(speech('one'));
    client.sendAudio(speech('two'));
    const { received } = await lastOf(peer, 'two');
    await cut(peer);
    client.sendAudio(speech('three'));
    client.presence('thinking');
    client.sendMotion(speech('four', { end: true }));
    expect(client).toMatchObject({ closed: false, connected: false });
    const again = await hello({ resumeToken: token, received });
    expect(await again.first('welcome')).toMatchObject({ resumed: true, resumeToken: token, epoch: client.epoch });
    await again.first('motion', ({ end }) => end);
    expect(again.received.items.map(({ case: kind }) => kind)).toEqual(['welcome', 'audio', 'presence', 'motion']);
    expect(spokenTo(again)).toEqual(['three']);
    expect([clients.items.length, closes.items.length, client.connected, clock.pending]).toEqual([1, 0, true, 1]);
  });

  it('gets everything once and in order wherever it is cut', async () => {
    const total = 40;
    await fc.assert(fc.asyncProperty(fc.array(fc.record({ downBytes: fc.integer({ min: 1, max: 3000 }) }), { maxLength: 6 }), async (faults) => {
      const proxy = await CutProxy.start(portOf(), '/relay', (n) => faults[n] ?? {});
      const seen = await speakThrough(proxy, total);
      expect(seen).toEqual(Array.from({ length: total }, (_, n) => n));
      await proxy.stop();
    }), { numRuns: 40 });
  });

  it('says again what the relay did not hear, and is not heard twice', async () => {
    const { peer, client, token } = await joined();
    const texts = new Inbox<string>();
    client.onText((text) => texts.push(text));
    peer.send('text', { text: 'one' }, { sequence: 1 });
    peer.send('text', { text: 'two' }, { sequence: 2 });
    await texts.count(2);
    await cut(peer);
    const again = await hello({ resumeToken: token });
    expect((await again.received.first((one) => one.case === 'welcome')).received).toBe(2);
    again.send('text', { text: 'two' }, { sequence: 2 });
    again.send('text', { text: 'three' }, { sequence: 3 });
    again.send('ping', {});
    expect((await again.received.first((one) => one.case === 'pong')).received).toBe(3);
    expect(texts.items).toEqual(['one', 'two', 'three']);
  });

  it('says with every answer what it heard, so that no text is said again to a relay that is new', async () => {
    const { peer, client } = await joined();
    const texts = new Inbox<string>();
    client.onText((text) => texts.push(text));
    peer.send('text', { text: 'one' }, { sequence: 1 });
    await texts.count(1);
    client.presence('thinking');
    expect((await peer.received.first((one) => one.case === 'presence')).received).toBe(1);
  });

  it('takes over from a connection that the relay believes alive, of which nothing more is heard', async () => {
    const { peer, client, token, closes } = await joined();
    const texts = new Inbox<string>();
    client.onText((text) => texts.push(text));
    const again = await hello({ resumeToken: token });
    expect(await again.first('welcome')).toMatchObject({ resumed: true });
    expect((await peer.closed).code).toBe(1006);
    again.send('text', { text: 'here' }, { sequence: 1 });
    await texts.count(1);
    expect([closes.items.length, relay.clientCount, clients.items.length]).toEqual([0, 1, 1]);
  });

  it('tells how far it heard', async () => {
    const { peer, client, token } = await joined();
    const positions = new Inbox<{ reqId: string; playedMs: number }>();
    client.onPlaybackPosition((position) => positions.push(position));
    await cut(peer);
    const again = await FakeClient.connect(`ws://127.0.0.1:${portOf()}/relay`);
    again.send('hello', { ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket, resumable: true, resumeToken: token, lastSeen: { reqId: 'r', playedMs: 700 } });
    expect((await positions.count(1))[0]).toMatchObject({ reqId: 'r', playedMs: 700 });
  });

  it('is believed about a request it heard out, whose report was lost with the connection', async () => {
    const { peer, client, token, finished } = await joined();
    client.sendAudio(speech('one', { reqId: 'a', end: true }));
    client.sendAudio(speech('two', { reqId: 'b' }));
    const { received } = await lastOf(peer, 'two');
    await cut(peer);
    const again = await FakeClient.connect(`ws://127.0.0.1:${portOf()}/relay`);
    const lastSeen = { reqId: 'b', playedMs: 300 };
    again.send('hello', { ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket, resumable: true, resumeToken: token, lastSeen }, { received });
    await again.first('welcome');
    again.send('playbackFinished', { reqId: 'a', playedMs: 7100, interrupted: false }, { sequence: 1 });
    again.send('ping', {});
    await again.first('pong');
    expect(finished).toMatchObject([{ reqId: 'a', playedMs: 7100, interrupted: false }]);
    await client.close();
    expect(finished.slice(1)).toEqual([{ reqId: 'b', playedMs: 300, interrupted: true }]);
  });

  it('finds nothing of what was flushed while it was away', async () => {
    const { peer, client, token } = await joined();
    client.sendAudio(speech('old'));
    await cut(peer);
    client.sendAudio(speech('older'));
    const epoch = client.flush();
    client.sendAudio(speech('new', { reqId: 's' }));
    const again = await hello({ resumeToken: token });
    expect(await again.first('welcome')).toMatchObject({ resumed: true, epoch });
    expect(await again.first('audio')).toMatchObject({ reqId: 's', epoch });
    expect([spokenTo(again), again.all('control')]).toMatchObject([['new'], [{ action: ControlAction.FLUSH, epoch }]]);
  });

  it('misses no motion that waited for it, however much', async () => {
    await relay.dispose();
    begin({ bounds: { softBytes: 2000 } });
    const { peer, client, token } = await joined();
    await cut(peer);
    for (let n = 0; n < 50; n += 1) client.sendMotion(speech('m'.repeat(100), { hasAudio: false }));
    const again = await hello({ resumeToken: token });
    client.sendMotion(speech('', { end: true }));
    await again.first('motion', ({ end }) => end);
    expect(again.all('motion')).toHaveLength(51);
  });
});

/** The sequence and place of the audio that says `text`. */
async function lastOf(peer: FakeClient, text: string): Promise<{ received: number }> {
  await peer.first('audio', ({ payload }) => Buffer.from(payload.value ?? []).toString() === text);
  return { received: peer.received.items.at(-1)!.sequence };
}

/** Speaks `total` numbered messages to a client that comes back as often as it is cut; the numbers it took. */
async function speakThrough(proxy: CutProxy, total: number): Promise<number[]> {
  const stream: Stream = { resumeToken: '', received: 0 };
  const seen: number[] = [];
  let spokenOn: RelayClient | undefined;
  while (seen.length < total) {
    const peer = await hello(stream, { port: proxy.port }).catch(() => undefined);
    if (!peer) continue;
    void peer.first('welcome').then(() => {
      const client = clients.items.at(-1)!;
      if (client === spokenOn) return;
      spokenOn = client;
      for (let n = 0; n < total; n += 1) client.sendAudio(speech(String(n).padEnd(40)));
    });
    const whole = peer.received.first((one) => one.case === 'audio' && Number(Buffer.from(one.value.payload.value ?? [])) === total - 1);
    await Promise.race([peer.closed, whole]);
    for (const message of peer.received.items) {
      if (message.case === 'welcome' && !message.value.resumed) Object.assign(stream, { resumeToken: message.value.resumeToken, received: 0 });
      if (message.case !== 'audio' || message.sequence <= stream.received) continue;
      stream.received = message.sequence;
      seen.push(Number(Buffer.from(message.value.payload.value ?? [])));
    }
    peer.socket.terminate();
  }
  return seen;
}

describe('a stream', () => {
  it('is finished as interrupted, once, when its client does not come back in time', async () => {
    const { peer, client, token, finished, closes } = await joined();
    client.sendAudio(speech('one'));
    peer.send('playbackPosition', { reqId: 'r', playedMs: 250 });
    peer.send('ping', {});
    await peer.first('pong');
    await cut(peer);
    clock.advance(19_999);
    expect([finished, closes.items]).toEqual([[], []]);
    clock.advance(1);
    expect(finished).toEqual([{ reqId: 'r', playedMs: 250, interrupted: true }]);
    expect(closes.items).toMatchObject([{ code: 1006 }]);
    expect(client.closed).toBe(true);
    const late = await hello({ resumeToken: token, received: 1 });
    expect(await late.first('welcome')).toMatchObject({ resumed: false });
    expect(clients.items).toHaveLength(2);
    late.send('playbackFinished', { reqId: 'r', playedMs: 300, interrupted: true }, { sequence: 1 });
    late.send('ping', {});
    await late.first('pong');
    expect(finished).toHaveLength(1);
  });

  it('ends at once when its client leaves, breaks the protocol, or cannot resume', async () => {
    const ends: ((one: Joined) => void)[] = [
      ({ peer }) => peer.socket.close(1000),
      ({ peer }) => peer.socket.close(1001),
      ({ peer }) => peer.socket.send(Uint8Array.of(255, 255)),
      ({ peer }) => peer.socket.send(new Uint8Array(64 * 1024 + 1)),
    ];
    for (const end of ends) {
      const one = await joined();
      one.client.sendAudio(speech('one'));
      end(one);
      await one.closes.count(1);
      expect(one.finished).toEqual([{ reqId: 'r', playedMs: 0, interrupted: true }]);
      expect(await (await hello({ resumeToken: one.token })).first('welcome')).toMatchObject({ resumed: false });
    }
    const plain = await joined({ resumable: false });
    expect(plain.token).toBe('');
    plain.client.sendAudio(speech('one'));
    expect((await plain.peer.received.first((one) => one.case === 'audio')).sequence).toBe(0);
    plain.peer.socket.terminate();
    await plain.closes.count(1);
  });

  it('ends when more waits for its client than the bound', async () => {
    await relay.dispose();
    begin({ bounds: { hardBytes: 2000 } });
    const { peer, client, finished, closes, token } = await joined();
    await cut(peer);
    for (let n = 0; n < 30; n += 1) client.sendAudio(speech('x'.repeat(100)));
    expect(closes.items).toEqual([{ code: 1013, reason: 'queueFull' }]);
    expect(finished).toEqual([{ reqId: 'r', playedMs: 0, interrupted: true }]);
    expect(await (await hello({ resumeToken: token })).first('welcome')).toMatchObject({ resumed: false });
  });

  it('cannot go on where the bound has taken what its client lacks, or its client claims what never was', async () => {
    await relay.dispose();
    begin({ bounds: { hardBytes: 2000 } });
    for (const received of [1, 1_000_000]) {
      const { peer, client, token, finished, closes } = await joined();
      for (let n = 0; n < 30; n += 1) {
        client.sendAudio(speech(`${n} `.padEnd(100)));
        await peer.received.first((one) => one.case === 'audio' && one.sequence === n + 1);
      }
      await cut(peer);
      const again = await hello({ resumeToken: token, received });
      expect(await again.first('welcome')).toMatchObject({ resumed: false });
      await closes.count(1);
      expect(finished).toEqual([{ reqId: 'r', playedMs: 0, interrupted: true }]);
    }
  });

  it('goes on past the bound where its client says what it has', async () => {
    await relay.dispose();
    begin({ bounds: { hardBytes: 2000 } });
    const { peer, client, token } = await joined();
    for (let n = 1; n <= 30; n += 1) {
      client.sendAudio(speech(`${n} `.padEnd(100)));
      await peer.received.first((one) => one.case === 'audio' && one.sequence === n);
      peer.send('ping', { timeMs: n }, { received: n - 1 });
      await peer.first('pong', ({ timeMs }) => timeMs === n);
    }
    await cut(peer);
    const again = await hello({ resumeToken: token, received: 29 });
    expect(await again.first('welcome')).toMatchObject({ resumed: true });
    await again.first('audio');
    expect(spokenTo(again)).toEqual(['30 '.padEnd(100)]);
  });

  it('may be closed while its client is away', async () => {
    const { peer, client, closes, finished } = await joined();
    client.sendAudio(speech('one'));
    await cut(peer);
    await client.close();
    await client.close();
    clock.advance(60_000);
    expect([closes.items.length, finished.length, clock.pending]).toEqual([1, 1, 0]);
  });

  it('waits only so long as the relay lives', async () => {
    const { peer, closes } = await joined();
    await cut(peer);
    await relay.dispose();
    expect([closes.items.length, clock.pending]).toEqual([1, 0]);
  });
});

describe('another client', () => {
  it('gets nothing of a stream without its secret, or with a ticket for another avatar', async () => {
    const mine = await joined();
    const other = await joined();
    expect(mine.token).toMatch(/^[\w-]{43}$/);
    expect(other.token).not.toBe(mine.token);
    expect(mine.client.hello.resumeToken).toBe('');
    await cut(mine.peer);
    mine.client.sendAudio(speech('private'));
    for (const resumeToken of ['', 'x'.repeat(43), mine.client.id, other.token.slice(0, 42)]) {
      const thief = await hello({ resumeToken });
      expect(await thief.first('welcome')).toMatchObject({ resumed: false });
    }
    const elsewhere = await hello({ resumeToken: mine.token }, { avatarId: 'other' });
    expect(await elsewhere.first('welcome')).toMatchObject({ resumed: false });
    const back = await hello({ resumeToken: mine.token });
    await back.first('audio');
    expect(spokenTo(back)).toEqual(['private']);
    expect(spokenTo(other.peer)).toEqual([]);
  });

  it('never sees the secrets in what an application writes of its clients', async () => {
    const { client, token } = await joined();
    const written = inspect(client, { showHidden: true, depth: null }) + JSON.stringify(client);
    expect(written).toContain(client.id);
    expect(written).not.toContain(token);
    expect(client.hello.ticket).toBe('');
  });

  it('with the secret still needs a good ticket', async () => {
    const { client, token } = await joined();
    const thief = await FakeClient.connect(`ws://127.0.0.1:${portOf()}/relay`);
    thief.send('hello', { ticket: 'none', resumable: true, resumeToken: token });
    expect(await thief.first('error')).toMatchObject({ code: 'ticketInvalid' });
    expect(client.connected).toBe(true);
  });
});

describe('the relay', () => {
  it('lets no more streams wait than it has clients; the one that waited longest ends', async () => {
    await relay.dispose();
    begin({ maxClients: 2 });
    const all: Joined[] = [];
    for (let n = 0; n < 3; n += 1) {
      const one = await joined();
      all.push(one);
      await cut(one.peer);
    }
    expect(all.map(({ client }) => client.closed)).toEqual([true, false, false]);
    expect(all[0]!.closes.items).toHaveLength(1);
  });

  it('holds no more for all that wait than the bound; the one that waited longest ends', async () => {
    await relay.dispose();
    begin({ maxAwayBytes: 3000 });
    const [first, second, here] = [await joined(), await joined(), await joined()];
    // Sent, and not known to have come: held for them as well.
    for (const { client } of [first, second]) client.sendAudio(speech('x'.repeat(1000)));
    await cut(first.peer);
    await cut(second.peer);
    for (let n = 0; n < 3; n += 1) here.client.sendAudio(speech('x'.repeat(1000)));
    expect([first.client.closed, second.client.closed]).toEqual([false, false]);
    // What was taken back is not held.
    for (let n = 0; n < 10; n += 1) {
      second.client.sendAudio(speech('x'.repeat(500)));
      second.client.flush();
    }
    expect([first.client.closed, second.client.closed]).toEqual([false, false]);
    for (let n = 0; n < 2; n += 1) second.client.sendAudio(speech('x'.repeat(1000)));
    expect(first.closes.items).toEqual([{ code: 1013, reason: 'queueFull' }]);
    expect([second.client.closed, here.client.closed]).toEqual([false, false]);
    second.client.sendAudio(speech('x'.repeat(1000)));
    expect(second.closes.items).toEqual([{ code: 1013, reason: 'queueFull' }]);
    expect(await (await hello({ resumeToken: here.token, received: 0 })).first('welcome')).toMatchObject({ resumed: true });
  });

  it('does not wait where it is told not to, and says what a wait may be', async () => {
    await relay.dispose();
    begin({ resumeGraceMs: 0 });
    const { peer, token, closes } = await joined();
    expect(token).toBe('');
    peer.socket.terminate();
    await closes.count(1);
    for (const resumeGraceMs of [-1, NaN, 600_001]) {
      expect(() => createRelay({ manifestUrl: () => '', resumeGraceMs })).toThrow(expect.objectContaining({ code: 'invalidConfiguration' }));
    }
  });
});

