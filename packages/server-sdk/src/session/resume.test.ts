import { afterEach, describe, expect, it } from 'vitest';
import { CHANNEL_NAMES, createPose, maskOf } from '@visavis/face';
import { decodeEnvelope, encodeEnvelope, type EnvelopeBodies, type ServerResponseAnimation } from '@visavis/protocol/ingress';
import { decodeMotion, encodeMotion, type MotionChunk } from '@visavis/protocol/motion';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import type { EnvelopeMessage, SpeechMessage } from '../speech.js';
import { FakeMotionServer, Inbox, ManualClock, type FakeConnection, type FakeMotionServerOptions } from '../test/index.js';
import { newAvatarSession, type AvatarSession } from './avatar-session.js';
import type { AvatarSessionConfig } from './config.js';
import { ReplyProgress } from './reply-progress.js';
import { TokenCache } from './token-cache.js';
import { WARMUP_MS } from './utterance.js';

const SAMPLE_RATE = 16_000;
const PRE_SKIP = 312;
const BYTES_PER_MS = (2 * SAMPLE_RATE) / 1000;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A clock whose short waits are over at once and whose deadlines never come. */
class HurriedClock implements Clock {
  timeMs = Date.UTC(2030, 0, 1);
  readonly pauses: number[] = [];

  nowMs(): number {
    return this.timeMs;
  }

  after(delayMs: number, run: () => void): () => void {
    if (delayMs > 5000) return () => undefined;
    this.pauses.push(delayMs);
    const timer = setImmediate(() => {
      this.timeMs += delayMs;
      run();
    });
    return () => clearImmediate(timer);
  }
}

interface Stage {
  server: FakeMotionServer;
  session: AvatarSession;
  audio: Inbox<SpeechMessage>;
  motion: Inbox<EnvelopeMessage>;
  errors: Inbox<VisavisError>;
  states: Inbox<string>;
  peer: FakeConnection;
}

async function started(options: FakeMotionServerOptions = {}, config: AvatarSessionConfig = {}, others: readonly FakeMotionServer[] = []): Promise<Stage> {
  const server = await FakeMotionServer.start(options);
  const [audio, motion, errors, states] = [new Inbox<SpeechMessage>(), new Inbox<EnvelopeMessage>(), new Inbox<VisavisError>(), new Inbox<string>()];
  const session = newAvatarSession({
    apiKey: 'key', appId: 'app', avatarId: 'ava', tokens: new TokenCache(),
    consoleUrl: server.consoleUrl, ingressUrl: [server, ...others].map(({ ingressUrl }) => ingressUrl),
    onAudio: (message) => audio.push(message),
    onMotion: (message) => motion.push(message),
    onError: (error) => errors.push(error),
    onState: (state) => states.push(state),
    onClose: () => states.push('closed'),
    ...config,
  });
  cleanups.push(() => server.stop(), () => session.close());
  await session.start();
  return { server, session, audio, motion, errors, states, peer: await server.connection() };
}

/** PCM in which every sample is its number. */
function pcm(fromMs: number, toMs: number): Uint8Array {
  const samples = Int16Array.from({ length: ((toMs - fromMs) * SAMPLE_RATE) / 1000 }, (_, n) => n + (fromMs * SAMPLE_RATE) / 1000);
  return new Uint8Array(samples.buffer);
}

/** Frames whose jaw says their number. */
function motion(firstFrame: number, frameCount: number, fps = 25): MotionChunk {
  const poses = Array.from({ length: frameCount }, (_, i) => {
    const pose = createPose();
    pose.values[0] = (firstFrame + i) / 255;
    return pose;
  });
  return encodeMotion({ fps, firstFrame, mask: maskOf([CHANNEL_NAMES[0]!]), poses });
}

/** Packets that say their number; `startMs`: where this connection's stream begins. */
function audio(first: number, count: number, startMs = 0): EnvelopeBodies['serverResponseAnimation']['audio'] {
  const packets = Array.from({ length: count }, (_, i) => Uint8Array.of(first + i));
  const isFirst = first * 20 === startMs;
  return { sampleRate: SAMPLE_RATE, packetMs: 20, preSkip: PRE_SKIP, firstSample: first * 960 - (isFirst ? 0 : PRE_SKIP), packets };
}

function responseOf(message: SpeechMessage): ServerResponseAnimation {
  if (message.kind !== 'envelope') throw new Error('no envelope');
  return decoded(message.bytes);
}

function decoded(bytes: Uint8Array): ServerResponseAnimation {
  const envelope = decodeEnvelope(bytes);
  if (envelope.case !== 'serverResponseAnimation') throw new Error('no response');
  return envelope.value;
}

const inputsOf = (peer: FakeConnection) => peer.received.items.flatMap((one) => (one.case === 'clientAudioInput' ? [one.value] : []));

describe('after a cut', () => {
  it('asks for the rest, with warm-up, and lets nothing pass twice', async () => {
    const { server, session, peer, audio: heard, motion: seen, errors, states } = await started({}, { traceContext: () => ({ traceparent: 't' }) });
    const reqId = session.sendAudio(pcm(0, 2000), false, { emotion: 'happy' });
    peer.send('serverResponseAnimation', { reqId, audio: audio(0, 90) });
    peer.send('serverResponseAnimation', { reqId, motion: motion(0, 41) });
    await seen.count(1);
    peer.socket.terminate();
    const next = await server.connection(1);
    const input = await next.first('clientAudioInput');
    // The next frame is number 41, at 1640 ms; of the audio 1800 ms came, of which 80 ms are encoded again.
    expect(input).toMatchObject({ reqId, end: false, requestOptions: { emotion: 'happy', startMs: 1640, warmupMs: WARMUP_MS }, traceContext: { traceparent: 't' } });
    expect(input.audio).toEqual(pcm(1640 - WARMUP_MS, 2000));
    session.sendAudio(pcm(2000, 2400), true);
    expect((await next.first('clientAudioInput', ({ end }) => end)).audio).toEqual(pcm(2000, 2400));
    expect(inputsOf(next)).toHaveLength(2);
    next.send('serverResponseAnimation', { reqId, connectionId: 'b', audio: audio(82, 6, 1640) });
    next.send('serverResponseAnimation', { reqId, connectionId: 'b', audio: audio(88, 4, 1640) });
    next.send('serverResponseAnimation', { reqId, connectionId: 'b', motion: motion(41, 10) });
    next.send('serverResponseAnimation', { reqId, connectionId: 'b', audio: { ...audio(92, 29, 1640), last: true, totalSamples: 115_200 } });
    next.send('serverResponseAnimation', { reqId, connectionId: 'b', motion: motion(51, 9), end: true });
    await seen.first(({ end }) => end);
    expect(seen.items.flatMap((one) => decodeMotion(responseOf(one).motion!).poses.map(({ values }) => Math.round(values[0]! * 255))))
      .toEqual(Array.from({ length: 60 }, (_, i) => i));
    const pieces = heard.items.map((one) => responseOf(one).audio!);
    expect(pieces.flatMap(({ packets }) => packets.map(([n]) => n))).toEqual(Array.from({ length: 121 }, (_, i) => i));
    expect(pieces.map(({ firstSample }) => firstSample)).toEqual([0, 90 * 960 - PRE_SKIP, 92 * 960 - PRE_SKIP]);
    expect([pieces.at(-1)?.totalSamples, heard.items.filter(({ end }) => end).length]).toEqual([115_200, 1]);
    expect([states.items, errors.items]).toEqual([['reconnecting', 'open'], []]);
  });

  it('cuts a chunk of motion that straddles the place, to the bit', async () => {
    const { server, session, peer, motion: seen } = await started();
    const reqId = session.sendAudio(pcm(0, 1000), true);
    peer.send('serverResponseAnimation', { reqId, audio: { ...audio(0, 51), last: true, totalSamples: 48_000 } });
    peer.send('serverResponseAnimation', { reqId, motion: motion(0, 10, 30) });
    await seen.count(1);
    peer.socket.terminate();
    const next = await server.connection(1);
    // Frame 10 is at 333.3 ms; resumption is on the grid of 40 ms.
    expect((await next.first('clientAudioInput')).requestOptions).toMatchObject({ startMs: 320, warmupMs: 320 });
    next.send('serverResponseAnimation', { reqId, audio: { ...audio(16, 35, 320), last: true, totalSamples: 48_000 } });
    next.send('serverResponseAnimation', { reqId, motion: motion(9, 12, 30) });
    next.send('serverResponseAnimation', { reqId, end: true });
    await seen.count(3);
    expect(seen.items.map((one) => [one.end, one.hasAudio])).toEqual([[false, false], [false, false], [true, false]]);
    expect(responseOf(seen.items[1]!).motion).toEqual(motion(10, 11, 30));
  });

  it('tells again what was told on the way, ahead of the audio, but for what is over', async () => {
    const { server, session, peer, motion: seen } = await started();
    const told = (text: string, startMs: number) => ({ phonemes: [{ text, startMs, endMs: startMs + 100 }], words: [] });
    const reqId = session.sendAudio(pcm(0, 400), false, { emotion: 'happy', ...told('m', 100) });
    session.sendAudio(pcm(400, 600), false, told('b', 500));
    session.sendAudio(pcm(600, 2000), false, told('p', 1500));
    session.sendAudio(pcm(2000, 2400), false, told('v', 2100));
    await peer.first('clientAudioInput', ({ requestOptions }) => requestOptions?.phonemes[0]?.text === 'v');
    peer.send('serverResponseAnimation', { reqId, audio: audio(0, 90) });
    peer.send('serverResponseAnimation', { reqId, motion: motion(0, 45) });
    await seen.count(1);
    peer.socket.terminate();
    const next = await server.connection(1);
    await next.first('clientAudioInput', ({ audio: bytes }) => bytes.length > 0);
    session.sendAudio(pcm(2400, 2500), true, told('f', 2450));
    await next.first('clientAudioInput', ({ end }) => end);
    const inputs = inputsOf(next);
    expect(inputs.map(({ requestOptions, audio: bytes, end }) => [requestOptions?.phonemes.map(({ text }) => text), bytes.length > 0, end]))
      .toEqual([[['m'], false, false], [['p'], false, false], [['v'], false, false], [undefined, true, false], [['f'], true, true]]);
    expect(inputs[0]!.requestOptions).toMatchObject({ emotion: 'happy', startMs: 1720, warmupMs: WARMUP_MS });
    expect(inputs[3]!.audio).toEqual(pcm(1720 - WARMUP_MS, 2400));
  });

  it('counts from where a request itself began, in mid-utterance with a warm-up of its own', async () => {
    const { server, session, peer, audio: heard, motion: seen } = await started();
    const reqId = session.sendAudio(pcm(400, 2000), true, { startMs: 500, warmupMs: 100 });
    const sent = { ...audio(0, 70)!, firstSample: 500 * 48 };
    peer.send('serverResponseAnimation', { reqId, audio: sent });
    peer.send('serverResponseAnimation', { reqId, motion: motion(13, 32) });
    await seen.count(1);
    peer.socket.terminate();
    const next = await server.connection(1);
    const input = await next.first('clientAudioInput');
    // Frame 45 is due at 1800 ms, 1300 ms after the start: 1280 is the last whole step.
    expect(input.requestOptions).toMatchObject({ startMs: 1780, warmupMs: WARMUP_MS });
    expect(input.audio).toEqual(pcm(780, 2000));
    next.send('serverResponseAnimation', { reqId, audio: { ...audio(64, 12)!, firstSample: 1780 * 48 } });
    const [, rest] = await heard.count(2);
    expect(responseOf(rest!).audio).toMatchObject({ firstSample: 500 * 48 + 70 * 960 - PRE_SKIP, packets: Array.from({ length: 6 }, (_, i) => Uint8Array.of(70 + i)) });
  });

  it('asks from the start where nothing came, in the order of the requests', async () => {
    const { server, session, peer } = await started();
    const ids = [session.sendAudio(pcm(0, 100), true), session.sendAudio(pcm(0, 60), true)];
    peer.socket.close(1011);
    const next = await server.connection(1);
    await next.first('clientAudioInput', ({ reqId }) => reqId === ids[1]);
    expect(inputsOf(next).map(({ reqId, end, audio, requestOptions }) => [reqId, end, audio.length, requestOptions]))
      .toEqual([[ids[0], true, 100 * BYTES_PER_MS, undefined], [ids[1], true, 60 * BYTES_PER_MS, undefined]]);
  });

  it('does so again and again', async () => {
    const { server, session, motion: seen } = await started();
    const reqId = session.sendAudio(pcm(0, 1000), true);
    for (let n = 0; n < 5; n += 1) {
      const peer = await server.connection(n);
      await peer.first('clientAudioInput');
      peer.send('serverResponseAnimation', { reqId, motion: motion(n * 5, 5), end: n === 4 });
      await seen.count(n + 1);
      if (n < 4) peer.socket.terminate();
    }
    expect(seen.items.map((one) => responseOf(one).motion?.firstFrame)).toEqual([0, 5, 10, 15, 20]);
  });

  it('leaves finished, failed and interrupted requests alone, and ends those that were cut', async () => {
    const { server, session, peer, motion: seen, errors } = await started();
    const finished = session.sendAudio(pcm(0, 40), true);
    peer.send('serverResponseAnimation', { reqId: finished, end: true });
    const failed = session.sendAudio(pcm(0, 40), true);
    peer.send('serverError', { reqId: failed, code: 500, message: 'no' });
    await errors.count(1);
    const cut = session.sendAudio(pcm(0, 40));
    session.interrupt();
    const wanted = session.sendAudio(pcm(0, 40), true);
    peer.socket.terminate();
    const next = await server.connection(1);
    await next.first('clientAudioInput');
    expect(inputsOf(next).map(({ reqId }) => reqId)).toEqual([wanted]);
    expect(seen.items.filter(({ interrupted }) => interrupted).map(({ reqId, end, bytes }) => [reqId, end, bytes]))
      .toContainEqual([cut, true, encodeEnvelope('serverResponseAnimation', { reqId: cut, connectionId: 'connection-1', end: true })]);
  });

  it('goes to the next endpoint of a draining server, without a word', async () => {
    const other = await FakeMotionServer.start();
    cleanups.push(() => other.stop());
    const { server, session, peer, errors } = await started({}, {}, [other]);
    const reqId = session.sendAudio(pcm(0, 40), true);
    await peer.first('clientAudioInput');
    peer.send('serverError', { code: 503, message: 'shutting down', detail: { code: 'draining', retryable: true } });
    peer.socket.close(1012, 'draining');
    expect((await (await other.connection()).first('clientAudioInput')).reqId).toBe(reqId);
    expect([errors.items, server.connections.items.length]).toEqual([[], 1]);
  });

  it('renews a token that the server no longer knows', async () => {
    let secret = 'token-0';
    const { server, session, peer } = await started({
      refuse: (headers) => (headers['x-session-key'] === secret ? undefined : { status: 401, body: '{"message":"token is expired"}' }),
    });
    session.sendAudio(pcm(0, 40), true);
    secret = 'token-1';
    peer.socket.terminate();
    await (await server.connection(1)).first('clientAudioInput');
    expect(server.tokenRequests).toHaveLength(2);
    secret = 'token-2';
    (await server.connection(1)).socket.close(4010, 'token is expired');
    await (await server.connection(2)).first('clientAudioInput');
  });
});

it('goes back 80 ms in the audio for the encoder, and to a whole step of 40 ms', () => {
  const progress = new ReplyProgress(0, true);
  const places: number[] = [progress.resumeMs];
  for (const body of [{ motion: motion(0, 50) }, { audio: audio(0, 3) }, { audio: audio(3, 90) }, { audio: { ...audio(93, 8)!, last: true } }]) {
    progress.accept(decoded(encodeEnvelope('serverResponseAnimation', body)));
    places.push(progress.resumeMs);
  }
  // 93 packets are 1860 ms; with the last of them only motion counts, and its next frame is at 2000 ms.
  expect(places).toEqual([0, 0, 0, 1760, 2000]);
});

describe('while reconnecting', () => {
  /** A stage whose server is away until it is let back. */
  async function away(config: AvatarSessionConfig = {}): Promise<Stage & { comeBack: () => void }> {
    let isAway = false;
    const stage = await started({ refuse: () => (isAway ? { status: 503, body: 'away' } : undefined) }, config);
    const first = stage.session.sendAudio(pcm(0, 40));
    await stage.peer.first('clientAudioInput', ({ reqId }) => reqId === first);
    isAway = true;
    stage.peer.socket.terminate();
    await stage.states.count(1);
    return { ...stage, comeBack: () => (isAway = false) };
  }

  it('takes audio and sends it afterwards', async () => {
    const { session, server, comeBack } = await away();
    expect(session.state).toBe('reconnecting');
    const first = session.sendAudio(pcm(40, 80), true);
    const second = session.sendAudio(pcm(0, 60), true);
    await session.ready();
    comeBack();
    const next = await server.connection(1);
    await next.first('clientAudioInput', ({ reqId }) => reqId === second);
    expect(inputsOf(next).map(({ reqId, end, audio }) => [reqId, end, audio])).toEqual([[first, true, pcm(0, 80)], [second, true, pcm(0, 60)]]);
  });

  it('refuses more than 32 MiB, having taken nothing, until it is ready', async () => {
    const { session, comeBack } = await away();
    const chunk = new Uint8Array(10 * 1024 * 1024);
    for (let n = 0; n < 3; n += 1) session.sendAudio(chunk);
    expect(() => session.sendAudio(chunk)).toThrow(expect.objectContaining({ code: 'queueFull', retryable: true }));
    const ready = session.ready();
    comeBack();
    await ready;
    expect(session.state).toBe('open');
  });

  it('forgets what is interrupted', async () => {
    const { session, server, comeBack, motion: seen } = await away();
    const cut = session.sendAudio(pcm(40, 80));
    expect(session.interrupt()).toBe(cut);
    expect(seen.items).toMatchObject([{ reqId: cut, end: true, interrupted: true, hasAudio: false }]);
    const next = session.sendAudio(pcm(0, 60), true);
    comeBack();
    const peer = await server.connection(1);
    await peer.first('clientAudioInput');
    expect(inputsOf(peer).map(({ reqId }) => reqId)).toEqual([next]);
  });

  it('closes at once and leaves no timer', async () => {
    const clock = new ManualClock();
    const { session, errors, states } = await away({ clock });
    await session.close();
    expect([session.state, states.items, errors.items, clock.pending]).toEqual(['closed', ['reconnecting', 'closed'], [], 0]);
  });
});

describe('gives up', () => {
  it('after 30 s of trying, with pauses that grow to 2 s', async () => {
    const clock = new HurriedClock();
    let isAway = false;
    const stage = await started({ refuse: () => (isAway ? { status: 503, body: 'away' } : undefined) }, { clock });
    const startMs = clock.timeMs;
    isAway = true;
    stage.peer.socket.terminate();
    await stage.states.count(2);
    expect(stage.states.items).toEqual(['reconnecting', 'closed']);
    expect(stage.errors.items).toMatchObject([{ code: 'serverError', fatal: true }]);
    expect(clock.timeMs - startMs).toBeGreaterThan(25_000);
    expect(clock.timeMs - startMs).toBeLessThanOrEqual(30_000);
    expect(Math.max(...clock.pauses)).toBeLessThanOrEqual(2000);
    expect(clock.pauses[0]).toBeLessThanOrEqual(50);
    expect(clock.pauses.length).toBeLessThan(55);
  });

  it('on a server that takes the request and falls over, every time', async () => {
    const clock = new HurriedClock();
    const stage = await started({}, { clock });
    const fall = async (n: number): Promise<void> => {
      const peer = await stage.server.connection(n);
      void peer.first('clientAudioInput').then(() => peer.socket.terminate());
      await fall(n + 1);
    };
    void fall(0);
    stage.session.sendAudio(pcm(0, 40), true);
    await stage.errors.count(1);
    expect(stage.errors.items).toMatchObject([{ code: 'connectionClosed', fatal: true }]);
    expect(stage.session.state).toBe('closed');
  });

  it('at once where trying again is no use', async () => {
    let isGone = false;
    const stage = await started({ refuse: () => (isGone ? { status: 404, body: '{"message":"Avatar not found: ava"}' } : undefined) });
    isGone = true;
    stage.peer.socket.terminate();
    await stage.states.count(2);
    expect(stage.errors.items).toMatchObject([{ code: 'avatarNotFound', fatal: true }]);
  });

  it('where the server that took over sends another kind of audio', async () => {
    let grants = 'audio';
    const stage = await started({
      configured: (peer) => peer.send('serverConfirmSession', { connectionId: 'c', granted: { 'visavis.capabilities': grants } }),
    });
    stage.session.sendAudio(pcm(0, 40), true);
    grants = '';
    stage.peer.socket.terminate();
    await stage.states.count(2);
    expect(stage.errors.items).toMatchObject([{ code: 'protocolError', fatal: true }]);
  });
});

it('hears what sounded like a farewell and was none', async () => {
  const { peer, errors, session } = await started();
  peer.send('serverError', { code: 500, message: 'oops' });
  peer.send('serverResponseAnimation', { reqId: 'unknown' });
  expect(await errors.count(1)).toMatchObject([{ code: 'serverError' }]);
  expect(session.state).toBe('open');
});
