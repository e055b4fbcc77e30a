import { afterEach, describe, expect, it } from 'vitest';
import { decodeEnvelope, encodeEnvelope } from '@visavis/protocol/ingress';
import type { VisavisError } from '@visavis/protocol/errors';
import type { EnvelopeMessage, SpeechMessage } from '../speech.js';
import { FakeMotionServer, Inbox, ManualClock, type FakeConnection, type FakeMotionServerOptions } from '../test/index.js';
import { MAX_BUFFERED_BYTES, newAvatarSession, type AvatarSession } from './avatar-session.js';
import type { AvatarSessionConfig } from './config.js';
import type { SpeechOptions } from './speech-options.js';
import { TokenCache } from './token-cache.js';

const MOTION = { schema: 1, fps: 25, firstFrame: 10, frameCount: 5 };
const AUDIO = { sampleRate: 24_000, packetMs: 20, firstSample: 48_000, packets: [Uint8Array.of(1), Uint8Array.of(2)] };
const pcm = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Stage {
  server: FakeMotionServer;
  session: AvatarSession;
  audio: Inbox<SpeechMessage>;
  motion: Inbox<EnvelopeMessage>;
  errors: Inbox<VisavisError>;
  closes: Inbox<string>;
  states: Inbox<string>;
}

async function stage(options: FakeMotionServerOptions = {}, config: AvatarSessionConfig = {}): Promise<Stage> {
  const server = await FakeMotionServer.start(options);
  const [audio, motion, errors, closes] = [new Inbox<SpeechMessage>(), new Inbox<EnvelopeMessage>(), new Inbox<VisavisError>(), new Inbox<string>()];
  const states = new Inbox<string>();
  const session = newAvatarSession({
    apiKey: 'key', appId: 'app', avatarId: 'ava', consoleUrl: server.consoleUrl, ingressUrl: server.ingressUrl, tokens: new TokenCache(),
    onAudio: (message) => audio.push(message),
    onMotion: (message) => motion.push(message),
    onError: (error) => errors.push(error),
    onClose: () => closes.push('closed'),
    onState: (state) => states.push(state),
    ...config,
  });
  cleanups.push(() => server.stop(), () => session.close());
  return { server, session, audio, motion, errors, closes, states };
}

async function started(options: FakeMotionServerOptions = {}, config: AvatarSessionConfig = {}): Promise<Stage & { peer: FakeConnection }> {
  const all = await stage(options, config);
  await all.session.start();
  return { ...all, peer: await all.server.connection() };
}

const failure = (work: Promise<unknown>): Promise<VisavisError> => work.then(() => { throw new Error('it did not fail'); }, (error: VisavisError) => error);

describe('starting', () => {
  it('fetches a token, connects with it and resolves with the connection id', async () => {
    const { server, session } = await stage({}, { sampleRate: 24_000, fps: 40, extraParams: { custom: 'x' }, expireAtMs: 1_900_000_000_000 });
    await session.init();
    expect(await session.start()).toBe('connection-1');
    const peer = await server.connection();
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.tokenRequests[0]).toMatchObject({ url: '/v1/console/session-tokens', body: '{"expireAt":1900000000}', headers: { 'x-api-key': 'key' } });
    expect(peer.headers).toMatchObject({ 'x-app-id': 'app', 'x-session-key': 'token-0' });
    expect(peer.url.pathname + peer.url.search).toBe('/v2/ingress/websocket?id=ava');
    expect(await peer.first('clientConfigureSession')).toMatchObject({
      sampleRate: 24_000, extraParams: { 'custom': 'x', 'visavis.capabilities': 'audio,interrupted-end', 'visavis.fps': '40' },
    });
    expect([...session.granted]).toEqual(['audio', 'interrupted-end']);
  });

  it('sends credentials in the query where asked to, keeps the query it is given and maps http to ws', async () => {
    const server = await FakeMotionServer.start();
    cleanups.push(() => server.stop());
    const ingressUrl = `${server.ingressUrl.replace('ws:', 'http:')}/?tenant=7`;
    const { session } = await stage({}, { ingressUrl, useQueryAuth: true });
    await session.start();
    const peer = await server.connection();
    expect(Object.fromEntries(peer.url.searchParams)).toEqual({ tenant: '7', id: 'ava', appId: 'app', sessionKey: 'token-0' });
    expect(peer.headers).not.toHaveProperty('x-session-key');
  });

  it('reads its defaults from the environment and says what is missing', async () => {
    const env = { VISAVIS_API_KEY: 'k', VISAVIS_APP_ID: 'a', VISAVIS_AVATAR_ID: 'v', VISAVIS_CONSOLE_URL: 'http://c', VISAVIS_INGRESS_URL: 'ws://i' };
    expect(() => newAvatarSession({ env })).not.toThrow();
    for (const name of Object.keys(env)) {
      const missing = expect.objectContaining({ code: 'invalidConfiguration', message: expect.stringContaining(name) as string });
      expect(() => newAvatarSession({ env: { ...env, [name]: undefined } })).toThrow(missing);
    }
    expect(() => newAvatarSession({ env, ingressUrl: 'ftp://i' })).toThrow(expect.objectContaining({ code: 'invalidConfiguration' }));
    expect(() => newAvatarSession({ env, sampleRate: 11_025 })).toThrow(expect.objectContaining({ code: 'unsupportedSampleRate' }));
  });

  it('tries once more with a fresh token where a kept one is refused', async () => {
    const { server, session } = await stage({
      refuse: (headers) => (headers['x-session-key'] === 'token-0' ? { status: 400, body: '{"message":"Invalid session token"}' } : undefined),
    });
    expect(await session.start()).toBe('connection-1');
    expect(server.tokenRequests).toHaveLength(2);
  });

  it('tries the next endpoint where one is away', async () => {
    const away = await FakeMotionServer.start({ refuse: () => ({ status: 503, body: '' }) });
    const here = await FakeMotionServer.start();
    cleanups.push(() => away.stop(), () => here.stop());
    const env = { VISAVIS_INGRESS_URL: `${away.ingressUrl}, ${here.ingressUrl}` };
    const { session } = await stage({}, { ingressUrl: undefined, env });
    expect(await session.start()).toBe('connection-1');
    const hopeless = await stage({}, { ingressUrl: [away.ingressUrl, away.ingressUrl] });
    expect(await failure(hopeless.session.start())).toMatchObject({ code: 'serverError' });
  });

  it('is started once', async () => {
    const { session } = await started();
    expect(await failure(session.start())).toMatchObject({ code: 'invalidState' });
  });

  it('rejects, ends and leaves no timer when closed half-way', async () => {
    const clock = new ManualClock();
    const { server, session, closes } = await stage({ configured: () => undefined }, { clock });
    const start = failure(session.start());
    await server.connection();
    await session.close();
    expect(await start).toMatchObject({ code: 'connectionClosed' });
    expect(closes.items).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

describe('refusals', () => {
  const REFUSED_TOKENS = [
    [400, '{"errors":[{"id":"1","status":400,"code":"INVALID_ARGUMENT","title":"Bad","detail":"expire_at must be in the future"}]}', 'invalidRequest'],
    [200, '{"errors":[{"status":402,"code":"X","detail":"session denied: unpaid"}]}', 'billingRequired'],
    [403, '{"errors":[{"status":403,"code":"FORBIDDEN","title":"API key not accepted"}]}', 'invalidRequest'],
    [500, 'oops', 'serverError'],
    [200, '{}', 'protocolError'],
    [200, 'not json', 'protocolError'],
    [302, '', 'unknown'],
  ] as const;
  it.each(REFUSED_TOKENS)('token: HTTP %i %s is %s', async (status, body, code) => {
    const { session, closes } = await stage({ token: () => ({ status, body }) });
    const error = await failure(session.start());
    expect(error).toMatchObject({ code, detail: { phase: 'session_token', status } });
    expect(closes.items).toHaveLength(1);
  });

  const REFUSED_UPGRADES = [
    [400, '{"message":"Invalid session token"}\n', 'sessionTokenInvalid'],
    [401, '{"message":"token is expired"}\n', 'sessionTokenExpired'],
    [400, '{"message":"app id mismatch"}\n', 'appIDMismatch'],
    [404, '{"message":"appIDUnrecognized"}\n', 'appIDUnrecognized'],
    [404, '{"message":"Avatar not found: ava"}\n', 'avatarNotFound'],
    [402, '{"message":"session denied: unpaid"}\n', 'billingRequired'],
    [402, '{"errors":[{"status":402,"detail":"credits exhausted"}]}', 'creditsExhausted'],
    [429, 'slow down', 'invalidRequest'],
    [503, '', 'serverError'],
  ] as const;
  it.each(REFUSED_UPGRADES)('upgrade: HTTP %i %s is %s', async (status, body, code) => {
    const { session } = await stage({ refuse: () => ({ status, body }) });
    expect(await failure(session.start())).toMatchObject({ code, detail: { phase: 'websocket_connect', status } });
  });

  const REFUSED_HANDSHAKES: [string, (peer: FakeConnection) => void, string][] = [
    ['a ServerError', (peer) => peer.send('serverError', { message: 'unsupported sample rate: 16000' }), 'unsupportedSampleRate'],
    ['our own error code', (peer) => peer.send('serverError', { code: 400, message: 'x', detail: { code: 'concurrentLimitExceeded' } }), 'concurrentLimitExceeded'],
    ['text', (peer) => peer.socket.send('hello'), 'protocolError'],
    ['bytes', (peer) => peer.socket.send(pcm(255, 255)), 'protocolError'],
    ['another type', (peer) => peer.send('serverResponseAnimation', { reqId: 'r' }), 'protocolError'],
    ['an empty connection id', (peer) => peer.send('serverConfirmSession', {}), 'protocolError'],
    ['a close', (peer) => peer.socket.close(1012, 'draining'), 'connectionClosed'],
  ];
  it.each(REFUSED_HANDSHAKES)('handshake: %s', async (_name, configured, code) => {
    const { session } = await stage({ configured });
    expect(await failure(session.start())).toMatchObject({ code, detail: { phase: 'websocket_handshake' } });
  });

  it('keeps at most 4 KB of what a server says', async () => {
    const { session } = await stage({ refuse: () => ({ status: 500, body: 'x'.repeat(1_000_000) }) });
    expect((await failure(session.start())).message.length).toBeLessThan(5000);
  });

  it('gives up after 10 s in each phase', async () => {
    for (const phase of ['session_token', 'websocket_handshake']) {
      const clock = new ManualClock();
      const reached = new Inbox<string>();
      const { session } = await stage({
        ...(phase === 'session_token' ? { token: () => { reached.push(phase); return new Promise(() => undefined); } } : {}),
        configured: () => reached.push(phase),
      }, { clock });
      const start = failure(session.start());
      await reached.count(1);
      clock.advance(10_000);
      expect(await start).toMatchObject({ code: 'connectionFailed', retryable: true, detail: { phase } });
      expect(clock.pending).toBe(0);
    }
  });

  it('says connectionFailed where nobody listens', async () => {
    const { session } = await stage({}, { ingressUrl: 'ws://127.0.0.1:9' });
    expect(await failure(session.start())).toMatchObject({ code: 'connectionFailed' });
    const other = await stage({}, { consoleUrl: 'http://127.0.0.1:9' });
    expect(await failure(other.session.start())).toMatchObject({ code: 'connectionFailed' });
  });
});

describe('requests', () => {
  it('chunks share a request until its end, options and trace go first', async () => {
    const { session, peer } = await started({}, { traceContext: () => ({ traceparent: '00-a-b-01' }) });
    const first = session.sendAudio(pcm(1, 2), false, { emotion: 'happy', emotionIntensity: 0.5 });
    expect(session.sendAudio(pcm(3))).toBe(first);
    expect(session.sendAudio(pcm(), true)).toBe(first);
    const second = session.sendAudio(pcm(4), true);
    expect(second).not.toBe(first);
    expect(first).toMatch(/^\d{14}_[\w-]{12}$/);
    await peer.first('clientAudioInput', (input) => input.reqId === second);
    const inputs = peer.received.items.flatMap((one) => (one.case === 'clientAudioInput' ? [one.value] : []));
    expect(inputs.map(({ reqId, end, audio }) => [reqId, end, [...audio]])).toEqual([
      [first, false, [1, 2]], [first, false, [3]], [first, true, []], [second, true, [4]],
    ]);
    expect(inputs.map((one) => one.requestOptions?.emotion)).toEqual(['happy', undefined, undefined, undefined]);
    expect(inputs.map((one) => one.traceContext?.traceparent)).toEqual(['00-a-b-01', undefined, undefined, '00-a-b-01']);
  });

  it('fills in and rounds what is known of an utterance, and refuses what cannot be, having sent nothing', async () => {
    const { session, peer } = await started();
    const words = [{ text: 'hi', startMs: 0.4, endMs: 199.6 }];
    session.sendAudio(pcm(1), true, { emotion: 'calm', words });
    const { requestOptions } = await peer.first('clientAudioInput');
    expect(requestOptions).toMatchObject({ emotion: 'calm', emotionIntensity: 1, words: [{ text: 'hi', startMs: 0, endMs: 200 }], phonemes: [] });
    const bad: SpeechOptions[] = [
      { emotion: 'bored' as 'calm' }, { emotion: 'calm', emotionIntensity: 2 }, { words: [{ text: 'a', startMs: 2, endMs: 1 }] },
      { phonemes: [{ text: 'a', startMs: -1, endMs: 1 }] }, { phonemes: [{ text: 'a', startMs: 0, endMs: Number.NaN }] },
    ];
    for (const options of bad) expect(() => session.sendAudio(pcm(2), false, options)).toThrow(expect.objectContaining({ code: 'invalidRequest' }));
    const next = session.sendAudio(pcm(3), true);
    await peer.first('clientAudioInput', ({ reqId }) => reqId === next);
    expect(peer.received.items.filter((one) => one.case === 'clientAudioInput')).toHaveLength(2);
  });

  it('sends the times of later chunks with them, and nothing else of their options', async () => {
    const { session, peer } = await started();
    const phonemes = [{ text: 'm', startMs: 0.4, endMs: 99.6 }];
    session.sendAudio(pcm(1), false, { emotion: 'calm', phonemes });
    session.sendAudio(pcm(2), false, { emotion: 'angry', startMs: 40, words: [{ text: 'hi', startMs: 100.4, endMs: 200 }] });
    session.sendAudio(pcm(3), false, { words: [], emotion: 'angry' });
    for (const text of ['NaN', 'late']) {
      const startMs = text === 'NaN' ? Number.NaN : 300;
      expect(() => session.sendAudio(pcm(9), false, { words: [{ text, startMs, endMs: 200 }] })).toThrow(expect.objectContaining({ code: 'invalidRequest' }));
    }
    const many = Array.from({ length: 20_000 }, () => phonemes[0]!);
    expect(() => session.sendAudio(pcm(9), false, { phonemes: many })).toThrow(expect.objectContaining({ code: 'invalidRequest' }));
    session.sendAudio(pcm(4), true);
    session.sendAudio(pcm(5), true, { phonemes: many });
    await peer.first('clientAudioInput', ({ audio }) => audio[0] === 5);
    const inputs = peer.received.items.flatMap((one) => (one.case === 'clientAudioInput' ? [one.value] : []));
    expect(inputs.map(({ audio }) => audio[0])).toEqual([1, 2, 3, 4, 5]);
    const [, second, third, fourth] = inputs;
    expect(second!.requestOptions).toEqual({ emotion: '', emotionIntensity: 0, startMs: 0, warmupMs: 0, words: [{ text: 'hi', startMs: 100, endMs: 200 }], phonemes: [] });
    expect([third!.requestOptions, fourth!.requestOptions]).toEqual([undefined, undefined]);
  });

  it('hands audio and motion to two callbacks, bytes untouched', async () => {
    const { session, peer, audio, motion } = await started();
    const reqId = session.sendAudio(pcm(1, 2), true);
    const reply = { connectionId: 'connection-1', reqId };
    peer.send('serverResponseAnimation', { ...reply, audio: AUDIO });
    peer.send('serverResponseAnimation', { ...reply, motion: MOTION });
    peer.send('serverResponseAnimation', { ...reply, audio: { ...AUDIO, last: true } });
    peer.send('serverResponseAnimation', { ...reply, motion: MOTION, audio: AUDIO });
    peer.send('serverResponseAnimation', { ...reply, end: true, audio: AUDIO });
    await motion.count(3);
    expect(audio.items).toMatchObject([
      { kind: 'envelope', reqId, end: false, hasAudio: true, lastTimeMs: 1040 }, { end: true, hasAudio: true },
    ]);
    expect(motion.items).toMatchObject([
      { reqId, connectionId: 'connection-1', end: false, hasAudio: false, lastTimeMs: 560 },
      { end: false, hasAudio: true }, { end: true, hasAudio: true, interrupted: false },
    ]);
    expect(decodeEnvelope(motion.items[0]!.bytes)).toMatchObject({ value: { motion: MOTION } });
  });

  it('mirrors the PCM where the server does not send audio', async () => {
    const { session, audio } = await started({ configured: (peer) => peer.send('serverConfirmSession', { connectionId: 'c' }) }, { sampleRate: 24_000 });
    const reqId = session.sendAudio(pcm(1, 2));
    session.sendAudio(pcm(), true);
    expect(audio.items).toEqual([
      { kind: 'pcm', reqId, connectionId: 'c', end: false, pcm: pcm(1, 2), sampleRate: 24_000 },
      { kind: 'pcm', reqId, connectionId: 'c', end: true, pcm: pcm(), sampleRate: 24_000 },
    ]);
  });

  it('delivers nothing of an interrupted request but its end', async () => {
    const { session, peer, audio, motion } = await started();
    const cut = session.sendAudio(pcm(1, 2));
    peer.send('serverResponseAnimation', { reqId: cut, motion: MOTION });
    await motion.count(1);
    expect(session.interrupt()).toBe(cut);
    expect((await peer.first('clientInterrupt')).reqId).toBe(cut);
    peer.send('serverResponseAnimation', { reqId: cut, motion: MOTION });
    peer.send('serverResponseAnimation', { reqId: cut, audio: AUDIO });
    peer.send('serverResponseAnimation', { reqId: cut, end: true, motion: MOTION });
    const next = session.sendAudio(pcm(3), true);
    expect(next).not.toBe(cut);
    peer.send('serverResponseAnimation', { reqId: next, end: true });
    await motion.count(3);
    expect(audio.items).toEqual([]);
    expect(motion.items.slice(1)).toMatchObject([{ reqId: cut, end: true, interrupted: true }, { reqId: next, end: true, interrupted: false }]);
    expect(motion.items[1]!.bytes).toEqual(encodeEnvelope('serverResponseAnimation', { reqId: cut, end: true }));
  });

  it('cuts every unfinished request, names a finished one again, and none where there was none', async () => {
    const { session, peer, motion } = await started();
    expect(session.interrupt()).toBe('');
    const [a, b] = [session.sendAudio(pcm(1), true), session.sendAudio(pcm(2), true)];
    expect(session.interrupt()).toBe(b);
    for (const reqId of [a, b]) peer.send('serverResponseAnimation', { reqId, end: true });
    await motion.count(2);
    expect(session.interrupt()).toBe(b);
    session.sendAudio(pcm(3), true);
    await peer.first('clientAudioInput', (input) => input.audio[0] === 3);
    const named = peer.received.items.flatMap((one) => (one.case === 'clientInterrupt' ? [one.value.reqId] : []));
    expect(named).toEqual([a, b, b]);
  });

  it('refuses what the network cannot take and says when it can again', async () => {
    const { session, peer } = await started();
    (peer.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    const chunk = new Uint8Array(2 * 1024 * 1024);
    let refused: unknown;
    for (let sent = 0; sent < 64 && !refused; sent += 1) {
      try {
        session.sendAudio(chunk);
      } catch (error) {
        refused = error;
      }
    }
    expect(refused).toMatchObject({ code: 'queueFull', retryable: true, fatal: false });
    expect(() => session.sendAudio(new Uint8Array(MAX_BUFFERED_BYTES + 1))).toThrow(expect.objectContaining({ code: 'messageTooLarge' }));
    const ready = session.ready();
    (peer.socket as unknown as { _socket: { resume(): void } })._socket.resume();
    await ready;
    expect(() => session.sendAudio(chunk, true)).not.toThrow();
  });

  it('is not open before start', async () => {
    const { session } = await stage();
    expect(() => session.sendAudio(pcm(1))).toThrow(expect.objectContaining({ code: 'invalidState' }));
    expect(session.interrupt()).toBe('');
  });
});

describe('errors and the end', () => {
  it('reports a request\'s error and goes on', async () => {
    const { session, peer, errors } = await started();
    const detail = { code: 'invalidAudioInput', retryable: true, hint: 'send s16le' };
    peer.send('serverError', { reqId: 'r', connectionId: 'connection-1', code: 400, message: 'bad request', detail });
    const [error] = await errors.count(1);
    expect(error).toMatchObject({
      code: 'invalidAudioInput', fatal: false, retryable: true, message: 'bad request; send s16le',
      detail: { phase: 'websocket_runtime', serverCode: 400, reqId: 'r', connectionId: 'connection-1' },
    });
    expect(() => session.sendAudio(pcm(1))).not.toThrow();
  });

  it('skips undecodable bytes with an error, text and unknown types without', async () => {
    const { session, peer, errors } = await started();
    peer.socket.send('text');
    peer.socket.send(pcm(8, 99));
    peer.socket.send(pcm(255, 255));
    expect((await errors.count(1))[0]).toMatchObject({ code: 'protocolError', fatal: false });
    expect(errors.items).toHaveLength(1);
    expect(() => session.sendAudio(pcm(1))).not.toThrow();
  });

  const CLOSES = [
    [1000, undefined], [1001, undefined], [1008, 'connectionClosed'], [1009, 'messageTooLarge'], [4001, 'creditsExhausted'], [4002, 'sessionDurationExceeded'],
    [4003, 'concurrentLimitExceeded'], [4004, 'idleTimeout'], [4010, 'sessionTokenExpired'], [4999, 'connectionClosed'],
  ] as const;
  it.each(CLOSES)('a close with %i is %s', async (closeCode, code) => {
    // With an expiry of its own a token is not renewed, so 4010 ends the session too.
    const { peer, errors, closes, session } = await started({}, { expireAtMs: 1_900_000_000_000 });
    peer.socket.close(closeCode, 'why');
    await closes.count(1);
    expect(errors.items).toMatchObject(code ? [{ code, fatal: true, detail: { closeCode, closeReason: 'why', connectionId: 'connection-1' } }] : []);
    expect(() => session.sendAudio(pcm(1))).toThrow(expect.objectContaining({ code: 'invalidState' }));
  });

  it('does not say twice what a ServerError said before its close', async () => {
    const { peer, errors, closes } = await started();
    peer.send('serverError', { code: 4001, message: 'credits exhausted' });
    peer.socket.close(4001, 'credits exhausted');
    await closes.count(1);
    expect(errors.items.map((error) => error.code)).toEqual(['creditsExhausted']);
  });

  it('closes once, however often it is told to', async () => {
    const clock = new ManualClock();
    const { session, errors, closes } = await started({}, { clock });
    await Promise.all([session.close(), session.close()]);
    await session.close();
    expect(closes.items).toHaveLength(1);
    expect(errors.items).toEqual([]);
    expect(clock.pending).toBe(0);
    expect(await session.ready()).toBeUndefined();
  });

  it('closes without ever having started', async () => {
    const { session, closes } = await stage();
    await session.close();
    expect(closes.items).toHaveLength(1);
    expect(await failure(session.start())).toMatchObject({ code: 'invalidState' });
  });

  it('pings every 20 s and gives a silent server up', async () => {
    const clock = new ManualClock();
    const { peer, states } = await started({}, { clock });
    const pinged = new Inbox<string>();
    peer.socket.on('ping', () => pinged.push('ping'));
    clock.advance(20_000);
    await pinged.count(1);
    (peer.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    peer.socket.removeAllListeners('ping');
    clock.advance(20_000);
    clock.advance(20_000);
    expect(await states.count(1)).toEqual(['reconnecting']);
  });
});
