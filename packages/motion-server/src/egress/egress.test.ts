import { afterEach, describe, expect, it } from 'vitest';
import { VisavisError } from '@visavis/protocol/errors';
import { classifyFailure } from '@visavis/protocol/ingress';
import { dial, startServer, type TestClient } from '../../test/client.js';
import { HeldRoom } from '../../test/egress.js';
import { ManualClock } from '../../test/manual-clock.js';
import { speechBytes } from '../../test/speech.js';
import type { MotionServer, MotionServerConfig, OpenEgress } from '../index.js';

let server: MotionServer;
let rooms: HeldRoom[];
const openEgress: OpenEgress = async (request, events) => {
  const room = new HeldRoom(request, events);
  rooms.push(room);
  return room;
};
const start = async (config: Partial<MotionServerConfig> = {}) => {
  rooms = [];
  server = await startServer({ openEgress, ...config });
};
afterEach(() => server.close());

const LIVEKIT = { url: 'ws://127.0.0.1:7880', apiToken: 'jwt', roomName: 'room', publisherId: 'ava' };

async function configure(livekit: object = {}, rest: object = {}): Promise<TestClient> {
  const client = await dial(server);
  client.send('clientConfigureSession', { sampleRate: 16_000, egressType: 1, livekitEgress: { ...LIVEKIT, ...livekit }, ...rest });
  return client;
}

async function open(livekit: object = {}): Promise<{ client: TestClient; room: HeldRoom }> {
  const client = await configure(livekit);
  const confirm = await client.until(() => client.received[0]?.envelope);
  expect(confirm.case).toBe('serverConfirmSession');
  return { client, room: rooms.at(-1)! };
}

async function refusalOf(client: TestClient): Promise<string | undefined> {
  const { message, code } = await client.error();
  await client.closed;
  return classifyFailure({ text: message, serverCode: code, phase: 'websocket_handshake' });
}

describe('a session that is published', () => {
  it('speaks into its room, audio as it came and motion, and nothing comes back', async () => {
    await start();
    const { client, room } = await open({ extraAttributes: { a: 'b' } });
    expect(room.request).toMatchObject({ url: LIVEKIT.url, address: '127.0.0.1', token: 'jwt', room: 'room', identity: 'ava', attributes: { a: 'b' }, avatarId: 'ava', sampleRate: 16_000 });
    const speech = speechBytes(500);
    client.audio('one', speech, true);
    await room.until(() => room.isPlaying('one'));
    expect(room.bytesOf('one')).toBe(speech.length);
    expect(room.motion.filter(({ end }) => end)).toEqual([{ reqId: 'one', end: true }]);
    expect(room.motion.at(-1)?.end).toBe(true);
    expect(client.replies('one')).toEqual([]);
  });

  it('begins a request when the one before was played', async () => {
    await start();
    const { client, room } = await open();
    client.audio('one', speechBytes(200), true);
    client.audio('two', speechBytes(200), true);
    await room.until(() => room.isPlaying('one'));
    await client.pong();
    expect(room.bytesOf('two')).toBe(0);
    room.finish('one');
    await room.until(() => room.isPlaying('two'));
  });

  it('cuts what is being played, what waits before the named request, and serves the next at once', async () => {
    await start();
    const { client, room } = await open();
    client.audio('one', speechBytes(200), true);
    client.audio('two', speechBytes(200), true);
    await room.until(() => room.isPlaying('one'));
    client.send('clientInterrupt', { reqId: 'two' });
    client.audio('three', speechBytes(200), true);
    await room.until(() => room.isPlaying('three'));
    expect(new Set(room.interrupted)).toEqual(new Set(['one', 'two']));
    expect(room.bytesOf('two')).toBe(0);
  });

  it('tells the room of an interrupt before any audio of its request', async () => {
    await start();
    const { client, room } = await open();
    client.send('clientInterrupt', { reqId: 'early' });
    await room.until(() => room.interrupted.includes('early'));
  });

  it('leaves the room with its session, and the session ends with its room', async () => {
    await start();
    const one = await open();
    const two = await open();
    one.client.socket.close();
    await one.room.until(() => one.room.closed);
    expect(two.room.closed).toBe(false);
    two.room.lose(new VisavisError('connectionClosed', 'the room was deleted'));
    const error = await two.client.error();
    expect(error).toMatchObject({ code: 14, message: 'the room is gone: the room was deleted', detail: { code: 'egressUnavailable' } });
    await two.client.closed;
    await two.room.until(() => two.room.closed);
  });

  it('ends after the silence that was asked for, not while something is played', async () => {
    const clock = new ManualClock();
    await start({ clock });
    const { client, room } = await open({ idleTimeout: 5 });
    client.audio('one', speechBytes(100), true);
    await room.until(() => room.isPlaying('one'));
    clock.advance(20_000);
    await client.pong();
    expect(client.errors()).toEqual([]);
    room.finish('one');
    await client.pong();
    clock.advance(5_001);
    const error = await client.error();
    expect(error.message).toBe('livekit silence timeout: no audio input for 5 seconds');
    expect((await client.closed).code).toBe(4004);
  });

  it.each([
    [{ url: 'wss://elsewhere.example' }, 'invalidEgressConfig'],
    [{ url: 'ws://10.0.0.1' }, 'invalidEgressConfig'],
    [{ url: 'no url' }, 'invalidEgressConfig'],
    [{ apiToken: '' }, 'invalidEgressConfig'],
    [{ apiToken: '', apiKey: 'key' }, 'invalidEgressConfig'],
    [{ roomName: '' }, 'invalidEgressConfig'],
    [{ publisherId: '' }, 'invalidEgressConfig'],
    [{ idleTimeout: -1 }, 'invalidEgressConfig'],
    [{ publisherId: 'x'.repeat(600) }, 'invalidEgressConfig'],
    [{ extraAttributes: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}`, ''])) }, 'invalidEgressConfig'],
  ])('%# is refused', async (livekit, code) => {
    await start();
    expect(await refusalOf(await configure(livekit))).toBe(code);
    expect(rooms).toEqual([]);
  });

  it('is refused another vendor, and a kind of egress that does not go with what it sends', async () => {
    await start();
    expect(await refusalOf(await configure({}, { egressType: 2, livekitEgress: undefined }))).toBe('egressUnavailable');
    expect(await refusalOf(await configure({}, { agoraEgress: { channelName: 'room' } }))).toBe('egressUnavailable');
    expect(await refusalOf(await configure({}, { egressType: 0 }))).toBe('invalidEgressConfig');
  });

  it.each([
    ['sessionTokenInvalid', 'invalidEgressConfig', 16],
    ['sessionTokenExpired', 'invalidEgressConfig', 16],
    ['connectionFailed', 'egressUnavailable', 14],
  ] as const)('is told of %s as %s', async (cause, code, number) => {
    await start({ openEgress: () => Promise.reject(new VisavisError(cause, 'no')) });
    const client = await configure();
    expect((await client.error()).code).toBe(number);
    expect(await refusalOf(client)).toBe(code);
  });

  it('gives up a room that lets nobody in, and leaves it where it does so later', async () => {
    const clock = new ManualClock();
    let letIn: (() => void) | undefined;
    await start({ clock, openEgress: (request, events) => new Promise((done) => { letIn = () => void openEgress(request, events).then(done); }) });
    const client = await configure();
    while (!letIn) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(8_001);
    expect(await refusalOf(client)).toBe('egressUnavailable');
    letIn();
    await rooms[0]!.until(() => rooms[0]!.closed);
  });

  it('is served what was sent before it was in its room', async () => {
    let letIn: (() => void) | undefined;
    await start({ openEgress: (request, events) => new Promise((done) => { letIn = () => void openEgress(request, events).then(done); }) });
    const client = await configure();
    client.audio('one', speechBytes(200), true);
    while (!letIn) await new Promise((resolve) => setImmediate(resolve));
    letIn();
    await client.until(() => client.received[0]);
    await rooms[0]!.until(() => rooms[0]!.isPlaying('one'));
  });
});

describe('settings of egress', () => {
  it.each([
    [{ egress: { urls: ['ws://a.example'] } }, 'must be wss://host'],
    [{ egress: { loopback: true }, host: '0.0.0.0', apps: [{ appId: 'a', apiKeys: ['k'] }] }, 'egress.loopback works where the server is on loopback itself'],
  ])('refuses %j', async (config, text) => {
    await expect(startServer(config as Partial<MotionServerConfig>)).rejects.toThrow(text);
    await start();
  });
});
