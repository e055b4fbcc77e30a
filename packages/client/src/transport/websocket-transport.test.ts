import { CLOSE_CODE } from '@visavis/protocol/ingress';
import { MicCodec, PlaybackState } from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualSocket, ManualTimer } from '../test/index.js';
import type { TransportSink } from './transport.js';
import { WebSocketTransport } from './websocket-transport.js';

let timer: ManualTimer;
let sockets: ManualSocket[];
let log: string[];
let transport: WebSocketTransport;
let getTicket: () => Promise<{ url: string; ticket: string }>;

const sink: TransportSink = {
  handleState: (state) => log.push(state),
  openConversation: () => {
    log.push('open');
    return `c${log.filter((line) => line === 'open').length}`;
  },
  handleAudio: (id, audio, end) => log.push(`audio ${id} ${audio.kind} ${audio.bytes.length}${end ? ' end' : ''}`),
  handleMotion: (id, envelope, end) => log.push(`motion ${id} ${envelope.length}${end ? ' end' : ''}`),
  handleControl: (action) => log.push(action),
  handleStreamLost: () => log.push('lost'),
  handleCaption: ({ text, conversationId }) => log.push(`caption ${conversationId ?? '-'} ${text}`),
  handlePresence: (presence) => log.push(presence),
  handleError: ({ code }) => log.push(code),
};

beforeEach(freshTransport);

function freshTransport(): void {
  timer = new ManualTimer(1_000);
  sockets = [];
  log = [];
  let count = 0;
  getTicket = () => Promise.resolve({ url: 'ws://relay/', ticket: `t${++count}` });
  transport = new WebSocketTransport({
    getTicket: () => getTicket(), avatarId: 'ava', fps: 30, timer, random: () => 1,
    openSocket: (url) => {
      const socket = new ManualSocket(url);
      sockets.push(socket);
      return socket;
    },
  });
}

/** Lets promises settle. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

async function connected(epoch = 7): Promise<ManualSocket> {
  const done = transport.connect(sink);
  await settle();
  sockets[0]!.accept();
  sockets[0]!.say('welcome', { epoch, resumeToken: 'secret' });
  await done;
  log.length = 0;
  return sockets[0]!;
}

const kinds = (socket: ManualSocket): string[] => socket.sent.map((message) => message.case);

function lastPing(socket: ManualSocket): number {
  const ping = socket.sent.at(-1)!;
  return ping.case === 'ping' ? ping.value.timeMs : NaN;
}

describe('connecting', () => {
  it('says hello with the ticket and is connected at the welcome', async () => {
    const done = transport.connect(sink);
    await settle();
    expect(sockets[0]!.url).toBe('ws://relay/');
    sockets[0]!.accept();
    expect(sockets[0]!.sent[0]).toMatchObject({ case: 'hello', value: { ticket: 't1', avatarId: 'ava', fps: 30, audioCodecs: ['opus', 'pcm'] } });
    expect(transport.state).toBe('connecting');
    sockets[0]!.say('welcome', { epoch: 1 });
    await done;
    expect(log).toEqual(['connecting', 'connected']);
  });

  it('tries again with growing waits and a new ticket each time, then gives up', async () => {
    const done = transport.connect(sink).catch((error: unknown) => error);
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      await settle();
      sockets.at(-1)!.drop(1006);
      const start = timer.now();
      while (timer.pendingCount > 0 && sockets.length === i + 1) {
        timer.advance(50);
        await settle();
      }
      if (sockets.length > i + 1) waits.push(timer.now() - start);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
    expect(await done).toMatchObject({ code: 'connectionFailed', retryable: true });
    expect(transport.state).toBe('failed');
    expect(log.filter((line) => line === 'websocketClosedAbnormally')).toHaveLength(9);
    expect(timer.pendingCount).toBe(0);
  });

  it('gives up at once where trying again cannot help', async () => {
    const done = transport.connect(sink).catch((error: unknown) => error);
    await settle();
    sockets[0]!.accept();
    sockets[0]!.say('error', { code: 'avatarNotFound', fatal: true, retryable: false, hint: 'no such avatar' });
    sockets[0]!.drop(1008);
    expect(await done).toMatchObject({ code: 'connectionFailed', message: expect.stringContaining('no such avatar') });
    expect(log).toEqual(['connecting', 'avatarNotFound', 'failed', 'lost', 'idle', 'connectionFailed']);
  });

  it('asks again for a ticket that could not be had, unless it is refused for good', async () => {
    const good = getTicket;
    getTicket = () => Promise.reject(new TypeError('fetch failed'));
    const done = transport.connect(sink).catch((error: unknown) => error);
    await settle();
    timer.advance(500);
    await settle();
    expect(log, 'told once').toEqual(['connecting', 'networkLayerNotAvailable']);
    getTicket = good;
    timer.advance(1_000);
    await settle();
    expect(sockets).toHaveLength(1);
    getTicket = () => Promise.reject(new VisavisError('ticketInvalid', 'not for you'));
    sockets[0]!.drop();
    timer.advance(5_000);
    await settle();
    expect(await done).toMatchObject({ code: 'connectionFailed', retryable: false });
  });

  it('gives up on a backend that sends no welcome', async () => {
    void transport.connect(sink).catch(() => undefined);
    await settle();
    sockets[0]!.accept();
    timer.advance(10_000);
    expect(log).toContain('websocketClosedAbnormally');
    expect(sockets[0]!.readyState).toBe(3);
  });

  it('is not connected twice, and not after close', async () => {
    await connected();
    await expect(transport.connect(sink)).rejects.toMatchObject({ code: 'connectionInProgress' });
    transport.close();
    await expect(transport.connect(sink)).rejects.toMatchObject({ code: 'invalidState' });
    expect(timer.pendingCount).toBe(0);
  });

  it('can be closed while it connects', async () => {
    const done = transport.connect(sink).catch((error: unknown) => error);
    transport.close();
    expect(timer.pendingCount, 'though no ticket has come').toBe(0);
    expect(await done).toMatchObject({ code: 'connectionClosed' });
    await settle();
    expect(sockets).toHaveLength(0);
    expect(timer.pendingCount).toBe(0);
  });
});

describe('a lost connection', () => {
  it('comes back, and tells what was heard last', async () => {
    const first = await connected();
    first.say('audio', { epoch: 7, reqId: 'r1', payload: { case: 'pcm', value: new Uint8Array(4) } });
    transport.reportPosition({ conversationId: 'c1', playedMs: 420.4, state: 'playing' });
    expect(first.sent.at(-1)).toMatchObject({ case: 'playbackPosition', value: { reqId: 'r1', playedMs: 420, state: PlaybackState.PLAYING } });
    first.drop(1006);
    timer.advance(500);
    await settle();
    sockets[1]!.accept();
    expect(sockets[1]!.sent[0]).toMatchObject({ case: 'hello', value: { ticket: 't2', lastSeen: { reqId: 'r1', playedMs: 420 } } });
    sockets[1]!.say('welcome', { epoch: 7, resumed: true });
    sockets[1]!.say('audio', { epoch: 7, reqId: 'r1', payload: { case: 'pcm', value: new Uint8Array(6) } });
    expect(log.slice(2)).toEqual(['websocketClosedAbnormally', 'connecting', 'connected', 'audio c1 pcm 6']);
  });

  it('comes back to another stream: what played is lost, and its packets are not taken', async () => {
    const first = await connected();
    first.say('audio', { epoch: 7, reqId: 'r1', payload: { case: 'pcm', value: new Uint8Array(4) } });
    first.drop(1006);
    timer.advance(500);
    await settle();
    sockets[1]!.accept();
    sockets[1]!.say('welcome', { epoch: 7, resumeToken: 'another' });
    sockets[1]!.say('audio', { epoch: 7, reqId: 'r1', payload: { case: 'pcm', value: new Uint8Array(6) } });
    expect(log.slice(2)).toEqual(['websocketClosedAbnormally', 'connecting', 'lost', 'idle', 'connected']);
  });

  it('comes back at once to a backend that restarts, without an error', async () => {
    const first = await connected();
    first.drop(CLOSE_CODE.draining, 'restarting');
    timer.advance(250);
    await settle();
    expect(sockets).toHaveLength(2);
    expect(log).toEqual(['connecting']);
  });

  it('is noticed by its silence', async () => {
    const socket = await connected();
    timer.advance(9_000);
    socket.say('pong', { timeMs: 1 });
    timer.advance(20_000);
    expect(log).toEqual([]);
    expect(kinds(socket).filter((kind) => kind === 'ping').length).toBeGreaterThanOrEqual(2);
    timer.advance(20_000);
    expect(log[0]).toBe('websocketClosedAbnormally');
  });
});

describe('messages', () => {
  it('hold motion and captions until the audio of their request opens a conversation', async () => {
    const socket = await connected();
    for (let i = 0; i < 70; i++) socket.say('motion', { epoch: 7, reqId: 'r1', envelope: new Uint8Array(i), end: false });
    socket.say('transcript', { role: 'avatar', reqId: 'r1', text: 'hi', words: [], final: true });
    expect(log).toEqual([]);
    socket.say('audio', { epoch: 7, reqId: 'r1', payload: { case: 'envelope', value: new Uint8Array(3) }, end: true });
    expect(log.slice(0, 3)).toEqual(['open', 'audio c1 envelope 3 end', 'caption c1 hi']);
    expect(log.slice(3), 'the oldest went').toHaveLength(64);
    expect(log.at(-1)).toBe('motion c1 69');
  });

  it('are dropped when finished, cut, or older', async () => {
    const socket = await connected();
    const audio = (reqId: string, epoch: number): void => socket.say('audio', { epoch, reqId, payload: { case: 'pcm', value: new Uint8Array(2) } });
    audio('r1', 7);
    transport.reportFinished({ conversationId: 'c1', playedMs: 10, interrupted: false });
    expect(socket.sent.at(-1)).toMatchObject({ case: 'playbackFinished', value: { reqId: 'r1', playedMs: 10, interrupted: false } });
    log.length = 0;
    audio('r1', 7);
    audio('r2', 6);
    expect(log).toEqual([]);
  });

  it('after an interrupt are taken from the flush on, or from the answer where there was nothing to flush', async () => {
    const socket = await connected();
    const audio = (reqId: string): void => socket.say('audio', { epoch: 7, reqId, payload: { case: 'pcm', value: new Uint8Array(2) } });
    transport.interrupt('user');
    expect(kinds(socket).slice(-2)).toEqual(['interrupt', 'ping']);
    audio('r1');
    expect(log).toEqual([]);
    socket.say('pong', { timeMs: lastPing(socket) });
    audio('r2');
    expect(log).toEqual(['open', 'audio c1 pcm 2']);
  });

  it('after two interrupts within a millisecond wait for the answer to the second', async () => {
    const socket = await connected();
    const audio = (reqId: string): void => socket.say('audio', { epoch: 7, reqId, payload: { case: 'pcm', value: new Uint8Array(2) } });
    transport.interrupt('user');
    const first = lastPing(socket);
    transport.interrupt('user');
    for (const timeMs of [first, timer.now()]) socket.say('pong', { timeMs });
    audio('r1');
    expect(log).toEqual([]);
    socket.say('pong', { timeMs: lastPing(socket) });
    audio('r2');
    expect(log).toEqual(['open', 'audio c1 pcm 2']);
  });

  it('that are damaged or unknown do no harm', async () => {
    const socket = await connected();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      socket.sayBytes(bytes);
      expect(transport.state).toBe('connected');
    }), { numRuns: 300 });
    socket.onmessage?.({ data: 'text' });
    expect(transport.state).toBe('connected');
  });

  it('leave reports out while the connection is slow, but not ends', async () => {
    const socket = await connected();
    socket.say('audio', { epoch: 7, reqId: 'r1', payload: { case: 'pcm', value: new Uint8Array(2) } });
    socket.bufferedAmount = 1e6;
    const before = socket.sent.length;
    transport.reportPosition({ conversationId: 'c1', playedMs: 10, state: 'playing' });
    transport.reportFinished({ conversationId: 'c1', playedMs: 20, interrupted: true });
    expect(kinds(socket).slice(before)).toEqual(['playbackFinished']);
  });

  it('of the microphone are numbered, and left out rather than sent late', async () => {
    const socket = await connected();
    const say = (codec: 'opus' | 'pcm'): void => transport.sendMicrophone({ codec, bytes: Uint8Array.of(1, 2) });
    say('pcm');
    say('opus');
    socket.bufferedAmount = 4 * 1024;
    say('opus');
    say('pcm');
    socket.bufferedAmount = 17 * 1024;
    say('pcm');
    socket.bufferedAmount = 0;
    say('opus');
    const pieces = socket.sent.flatMap((message) => (message.case === 'mic' ? [[message.value.sequence, message.value.codec]] : []));
    expect(pieces).toEqual([[1, MicCodec.PCM_S16LE_16K], [2, MicCodec.OPUS], [4, MicCodec.PCM_S16LE_16K], [6, MicCodec.OPUS]]);
  });

  it('of text need a connection', async () => {
    expect(() => transport.sendText('hi')).toThrow(expect.objectContaining({ code: 'networkLayerNotAvailable' }));
    const socket = await connected();
    transport.sendText('hi');
    expect(socket.sent.at(-1)).toMatchObject({ case: 'text', value: { text: 'hi' } });
    expect(transport.bytesReceived).toBeGreaterThan(0);
  });
});

describe('a backend that hangs', () => {
  it('counts as unreachable after ten seconds without a ticket, and is asked again', async () => {
    const good = getTicket;
    getTicket = () => new Promise(() => undefined);
    void transport.connect(sink);
    timer.advance(9_999);
    await settle();
    expect(log).toEqual(['connecting']);
    timer.advance(1);
    await settle();
    expect(log).toEqual(['connecting', 'networkLayerNotAvailable']);
    getTicket = good;
    timer.advance(500);
    await settle();
    expect(sockets).toHaveLength(1);
    expect(timer.pendingCount).toBe(1);
  });

  it('may be tried again when the transport has given up', async () => {
    getTicket = () => Promise.reject(new VisavisError('ticketInvalid', 'no', { retryable: false }));
    await expect(transport.connect(sink)).rejects.toMatchObject({ code: 'connectionFailed' });
    getTicket = () => Promise.resolve({ url: 'ws://relay/', ticket: 'good' });
    const again = transport.connect(sink);
    await settle();
    sockets[0]!.accept();
    sockets[0]!.say('welcome', { epoch: 1 });
    await again;
    expect(transport.state).toBe('connected');
  });
});
