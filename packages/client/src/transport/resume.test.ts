import { ControlAction, type ServerBodies } from '@visavis/protocol/downlink';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualSocket, ManualTimer } from '../test/index.js';
import type { TransportSink } from './transport.js';
import { WebSocketTransport } from './websocket-transport.js';

let timer: ManualTimer;
let sockets: ManualSocket[];
let log: string[];
let transport: WebSocketTransport;

const ignore = (): void => undefined;
const sink: TransportSink = {
  handleState: ignore,
  openConversation: () => {
    log.push('open');
    return `c${log.filter((line) => line === 'open').length}`;
  },
  handleAudio: (id, audio) => log.push(`audio ${id} ${audio.kind} ${audio.bytes.length}`),
  handleMotion: ignore,
  handleControl: (action) => log.push(action),
  handleStreamLost: () => log.push('lost'),
  handleCaption: ignore,
  handlePresence: ignore,
  handleError: ignore,
};

beforeEach(freshTransport);

function freshTransport(): void {
  timer = new ManualTimer(1_000);
  sockets = [];
  log = [];
  transport = new WebSocketTransport({
    getTicket: () => Promise.resolve({ url: 'ws://relay/', ticket: 't' }), avatarId: 'ava', timer, random: () => 1,
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

async function connected(): Promise<ManualSocket> {
  const done = transport.connect(sink);
  await settle();
  sockets[0]!.accept();
  sockets[0]!.say('welcome', { epoch: 7, resumeToken: 'secret' });
  await done;
  log.length = 0;
  return sockets[0]!;
}

const kinds = (socket: ManualSocket): string[] => socket.sent.map((message) => message.case);

describe('a stream that goes on', () => {
  const audio = (reqId: string, epoch = 7): ServerBodies['audio'] => ({ epoch, reqId, payload: { case: 'pcm', value: new Uint8Array(2) } });
  const finish = (conversationId: string): void => transport.reportFinished({ conversationId, playedMs: 9, interrupted: false });

  /** Cuts the connection and opens the next, up to its hello. */
  async function recut(): Promise<ManualSocket> {
    sockets.at(-1)!.drop(1006);
    timer.advance(500);
    await settle();
    sockets.at(-1)!.accept();
    return sockets.at(-1)!;
  }

  it('is asked for by its secret and the last message taken, and nothing is taken twice', async () => {
    const first = await connected();
    expect(first.sent[0]).toMatchObject({ case: 'hello', value: { resumable: true, resumeToken: '' }, received: 0 });
    first.say('audio', audio('r1'), { sequence: 1 });
    first.say('audio', audio('r1'), { sequence: 3 });
    const second = await recut();
    expect(second.sent[0]).toMatchObject({ case: 'hello', value: { resumeToken: 'secret' }, received: 3 });
    second.say('welcome', { epoch: 7, resumeToken: 'secret', resumed: true });
    log.length = 0;
    for (const sequence of [2, 3, 4]) second.say('audio', audio('r1'), { sequence });
    expect(log).toEqual(['audio c1 pcm 2']);
    transport.reportPosition({ conversationId: 'c1', playedMs: 5, state: 'playing' });
    expect(second.sent.at(-1)).toMatchObject({ case: 'playbackPosition', received: 4, sequence: 0 });
  });

  it('is told again what it may not have heard, first and once', async () => {
    const first = await connected();
    first.say('audio', audio('r1'), { sequence: 1 });
    transport.sendText('one');
    transport.sendText('two');
    const second = await recut();
    finish('c1');
    second.say('welcome', { epoch: 7, resumed: true }, { received: 1 });
    expect(second.sent.filter((message) => message.case !== 'ping').slice(1)).toMatchObject([
      { case: 'text', value: { text: 'two' }, sequence: 2 }, { case: 'playbackFinished', value: { reqId: 'r1' }, sequence: 3 },
    ]);
    const third = await recut();
    third.say('welcome', { epoch: 7, resumed: true }, { received: 3 });
    expect(kinds(third).filter((kind) => kind !== 'ping')).toEqual(['hello']);
  });

  it('reports nothing before it is known to go on; where it does not, only what was typed is said again', async () => {
    const first = await connected();
    first.say('audio', audio('r1'), { sequence: 1 });
    transport.sendText('one');
    const second = await recut();
    transport.reportPosition({ conversationId: 'c1', playedMs: 5, state: 'playing' });
    finish('c1');
    expect(() => transport.sendText('two')).toThrow(expect.objectContaining({ code: 'networkLayerNotAvailable' }));
    expect(kinds(second)).toEqual(['hello']);
    second.say('welcome', { epoch: 7, resumeToken: 'new' });
    // What was typed is for the new stream as well, and is kept until that has heard it.
    expect(second.sent.slice(1)).toMatchObject([{ case: 'ping' }, { case: 'text', value: { text: 'one' }, sequence: 3 }]);
    transport.sendText('three');
    expect(second.sent.at(-1)).toMatchObject({ value: { text: 'three' }, sequence: 4 });
    const third = await recut();
    expect(third.sent[0]).toMatchObject({ value: { resumeToken: 'new' }, received: 0 });
    third.say('welcome', { epoch: 7, resumed: true }, { received: 3 });
    expect(third.sent.slice(1)).toMatchObject([{ case: 'ping' }, { value: { text: 'three' }, sequence: 4 }]);
  });

  it('is interrupted while it is away: nothing is taken until the backend knows', async () => {
    const first = await connected();
    first.say('audio', audio('r1'), { sequence: 1 });
    first.drop(1006);
    transport.interrupt('user');
    timer.advance(500);
    await settle();
    const second = sockets[1]!;
    second.accept();
    // The backend flushed for a reason of its own and speaks on: it has not heard the interrupt.
    second.say('welcome', { epoch: 8, resumed: true });
    expect(kinds(second)).toEqual(['hello', 'ping', 'interrupt', 'ping']);
    log.length = 0;
    second.say('audio', audio('r2', 8), { sequence: 2 });
    expect(log).toEqual([]);
    second.say('control', { action: ControlAction.FLUSH, epoch: 9 }, { sequence: 3 });
    second.say('audio', audio('r3', 9), { sequence: 4 });
    expect(log).toEqual(['flush', 'open', 'audio c1 pcm 2']);
  });

  it('is cut while its interrupt is under way: heard, it is answered; unheard, it is said again', async () => {
    for (const heard of [true, false]) {
      freshTransport();
      const first = await connected();
      first.say('audio', audio('r1'), { sequence: 1 });
      transport.interrupt('user');
      const interrupt = first.sent.find((message) => message.case === 'interrupt')!;
      const second = await recut();
      second.say('welcome', { epoch: heard ? 8 : 7, resumed: true }, { received: heard ? interrupt.sequence : 0 });
      expect(kinds(second).includes('interrupt')).toBe(!heard);
      log.length = 0;
      second.say('audio', audio('r2', heard ? 8 : 7), { sequence: 2 });
      expect(log).toEqual(heard ? ['open', 'audio c1 pcm 2'] : []);
    }
  });

  it('keeps at most 256 messages', async () => {
    await connected();
    for (let n = 0; n < 300; n++) transport.sendText(`${n}`);
    const second = await recut();
    second.say('welcome', { epoch: 7, resumed: true });
    const texts = second.sent.flatMap((message) => (message.case === 'text' ? [message.value.text] : []));
    expect([texts.length, texts[0], texts.at(-1)]).toEqual([256, '44', '299']);
  });
});
