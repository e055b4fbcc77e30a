import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { classifyFailure } from '@visavis/protocol/ingress';
import { connect, dial, startServer } from '../test/client.js';
import { ManualClock } from '../test/manual-clock.js';
import { speechBytes } from '../test/speech.js';
import type { MotionServer, MotionServerConfig } from './index.js';

let server: MotionServer;
const start = async (config: Partial<MotionServerConfig> = {}) => (server = await startServer(config));
afterEach(() => server.close());

const handshakeCode = (text: string, serverCode: number) => classifyFailure({ text, serverCode, phase: 'websocket_handshake' });

describe('handshake', () => {
  it('confirms first, with an id of 12 url-safe characters and nothing granted that was not asked for', async () => {
    await start();
    const client = await connect(server);
    expect(client.connectionId).toMatch(/^[A-Za-z0-9_-]{12}$/);
    expect(client.received[0]?.envelope.value).toMatchObject({ granted: {} });
  });

  it('grants what was asked for and is known', async () => {
    await start();
    const client = await connect(server, { capabilities: 'audio, teleport', fps: 50 });
    expect(client.received[0]?.envelope.value).toMatchObject({ granted: { 'visavis.capabilities': 'audio', 'visavis.fps': '50' } });
  });

  it.each([11_025, 12_000, 0, -1])('refuses %i Hz in words that are not taken for something else', async (sampleRate) => {
    await start();
    const client = await dial(server);
    client.send('clientConfigureSession', { sampleRate });
    const error = await client.error();
    expect(error.message).toBe(`unsupported sample rate: ${sampleRate}`);
    expect(handshakeCode(error.message, error.code)).toBe('unsupportedSampleRate');
    expect(error.detail).toMatchObject({ code: 'unsupportedSampleRate', retryable: false });
    expect((await client.closed).code).toBe(1008);
  });

  it.each([{ egressType: 1 }, { egressType: 2 }, { livekitEgress: { url: 'wss://room' } }])('refuses egress: %j', async (egress) => {
    await start();
    const client = await dial(server);
    client.send('clientConfigureSession', { sampleRate: 16_000, ...egress });
    const error = await client.error();
    expect(handshakeCode(error.message, error.code)).toBe('egressUnavailable');
    await client.closed;
  });

  it.each([
    ['text', 'hello', 'expected ClientConfigureSession message'],
    ['garbage', Buffer.from([255, 255, 255, 1]), 'failed to unmarshal initial message'],
    ['nothing', Buffer.alloc(0), 'failed to unmarshal initial message'],
    ['audio', Buffer.from([8, 3, 34, 0]), 'expected ClientConfigureSession message'],
    ['an unknown type', Buffer.from([8, 99]), 'expected ClientConfigureSession message'],
  ])('closes on %s, error first', async (_, first, text) => {
    await start();
    const client = await dial(server);
    client.socket.send(first);
    const error = await client.error();
    expect(error.message).toContain(text);
    expect(handshakeCode(error.message, error.code)).toBe('protocolError');
    expect(await client.closed).toMatchObject({ code: 1002 });
    expect(client.received).toHaveLength(1);
  });

  it('does not wait for ever', async () => {
    const clock = new ManualClock();
    await start({ clock });
    const client = await dial(server);
    clock.advance(9_999);
    expect(client.errors()).toEqual([]);
    clock.advance(1);
    expect((await client.error()).message).toContain('expected ClientConfigureSession message within 10000 ms');
    expect((await client.closed).code).toBe(1002);
  });
});

describe('session', () => {
  it('ignores text and unknown types', async () => {
    await start();
    const client = await connect(server);
    client.socket.send('hello');
    client.socket.send(Buffer.from([8, 99]));
    client.audio('a', speechBytes(100), true);
    await client.ended('a');
    expect(client.errors()).toEqual([]);
  });

  it('answers garbage with an error and goes on, until there is too much', async () => {
    await start({ limits: { maxBadMessages: 2 } });
    const client = await connect(server);
    client.socket.send(Buffer.from([255]));
    const error = await client.error();
    expect(classifyFailure({ text: error.message, serverCode: error.code, phase: 'websocket_runtime' })).toBe('protocolError');
    expect(error.connectionId).toBe(client.connectionId);
    client.audio('a', speechBytes(100), true);
    await client.ended('a');
    client.send('clientConfigureSession', { sampleRate: 16_000 });
    await client.until(() => client.errors()[1]);
    client.socket.send(Buffer.from([255]));
    expect((await client.closed).code).toBe(1002);
    expect(client.errors()).toHaveLength(3);
  });

  it.each([
    ['no audio', { idleMs: 5000 }, 5000, 4004, 'idleTimeout'],
    ['its time being up', { sessionMs: 6000, idleMs: 90_000 }, 6000, 4002, 'sessionDurationExceeded'],
  ])('is closed for %s', async (_, limits, ms, code, name) => {
    const clock = new ManualClock();
    await start({ clock, limits: { ...limits, pingMs: 90_000 } });
    const client = await connect(server);
    clock.advance(ms);
    const error = await client.error();
    expect(classifyFailure({ text: error.message, serverCode: error.code, phase: 'websocket_runtime' })).toBe(name);
    expect((await client.closed).code).toBe(code);
  });

  it('counts any message against idleness', async () => {
    const clock = new ManualClock();
    await start({ clock, limits: { idleMs: 5000, pingMs: 90_000 } });
    const client = await connect(server);
    clock.advance(4000);
    client.audio('a', new Uint8Array(0), true);
    await client.ended('a');
    clock.advance(4000);
    await client.pong();
    expect(client.errors()).toEqual([]);
    clock.advance(1000);
    expect((await client.closed).code).toBe(4004);
  });

  it('outlives its token, unless told otherwise', async () => {
    const clock = new ManualClock();
    await start({ clock, closeOnTokenExpiry: true, limits: { pingMs: 9_000_000, idleMs: 9_000_000 } });
    const client = await connect(server);
    clock.advance(601_000);
    const error = await client.error();
    expect(error.message).toBe('token is expired');
    expect((await client.closed).code).toBe(4010);
  });

  it('is one of so many of its app, from the upgrade on, and is told when it has spoken', async () => {
    await start({ limits: { maxSessionsPerApp: 1 } });
    const first = await dial(server);
    const second = await dial(server);
    await second.pong();
    expect(second.received).toEqual([]);
    second.send('clientConfigureSession', { sampleRate: 16_000 });
    expect((await second.error()).detail?.code).toBe('concurrentLimitExceeded');
    expect((await second.closed).code).toBe(4003);
    first.socket.close();
    await first.closed;
    await connect(server);
  });

  it('cuts a connection that answers no ping', async () => {
    const clock = new ManualClock();
    await start({ clock });
    const client = await connect(server);
    client.socket.pause(); // it reads no ping, so it answers none
    clock.advance(20_000);
    clock.advance(20_000);
    client.socket.resume();
    expect((await client.closed).code).toBe(1006);
  });

  it('refuses a message over the limit: an error, then 1009, and others go on', async () => {
    await start({ limits: { maxMessageBytes: 10_000 } });
    const [client, other] = [await connect(server), await connect(server)];
    other.audio('b', speechBytes(200));
    client.audio('a', new Uint8Array(20_000), true);
    const error = await client.error();
    expect(error).toMatchObject({ connectionId: client.connectionId, message: 'a message has more than 10000 bytes', detail: { code: 'messageTooLarge', retryable: false } });
    expect(classifyFailure({ text: error.message, serverCode: error.code, phase: 'websocket_runtime' })).toBe('invalidRequest');
    expect(await client.closed).toEqual({ code: 1009, reason: error.message });
    expect(client.errors()).toHaveLength(1);
    other.audio('b', speechBytes(200), true);
    await other.ended('b');
  });

  it('is told when a frame of it is broken, before the close', async () => {
    await start();
    const client = await connect(server);
    (client.socket as unknown as { _socket: Socket })._socket.write(Buffer.from([0xf2, 0x80, 0, 0, 0, 0])); // reserved bits set
    expect((await client.error()).detail).toMatchObject({ code: 'protocolError' });
    expect((await client.closed).code).toBe(1002);
    expect(client.errors()).toHaveLength(1);
  });

  it('answers a close', async () => {
    await start();
    const client = await connect(server);
    client.socket.close(1000, 'done');
    expect(await client.closed).toMatchObject({ code: 1000 });
  });

  it('frees its timers when the client leaves while it is served', async () => {
    const clock = new ManualClock();
    await start({ clock });
    const client = await connect(server, { capabilities: 'audio' });
    client.audio('a', speechBytes(20_000));
    await client.until(() => client.replies('a')[0]);
    client.socket.terminate();
    await client.closed;
    await server.close();
    expect(clock.pending).toBe(0);
  });
});

describe('close', () => {
  it('tells every session to connect again, with 1012', async () => {
    await start();
    const clients = [await connect(server), await connect(server), await dial(server)];
    await server.close();
    for (const client of clients) {
      expect((await client.error()).detail?.code).toBe('draining');
      expect((await client.closed).code).toBe(1012);
    }
    await expect(connect(server)).rejects.toThrow();
  });

  it('lets a session finish what it has within the grace', async () => {
    await start();
    const client = await connect(server);
    client.audio('a', speechBytes(20_000), true);
    await client.until(() => client.replies('a')[0]);
    await server.close({ graceMs: 60_000 });
    expect(client.replies('a').at(-1)?.end).toBe(true);
    expect((await client.closed).code).toBe(1012);
  });

  it('cuts off what outlasts the grace', async () => {
    const clock = new ManualClock();
    await start({ clock });
    const client = await connect(server);
    client.audio('a', speechBytes(200));
    await client.until(() => client.replies('a')[0]);
    const closed = server.close({ graceMs: 5_000 });
    clock.advance(5_000);
    await closed;
    expect((await client.closed).code).toBe(1012);
    expect(client.replies('a').some((reply) => reply.end)).toBe(false);
  });
});
