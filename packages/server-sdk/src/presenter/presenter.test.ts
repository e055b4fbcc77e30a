import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ControlAction } from '@visavis/protocol/downlink';
import type { VisavisError } from '@visavis/protocol/errors';
import type { RelayClient } from '../relay/relay-client.js';
import { createRelay } from '../relay/relay.js';
import { TokenCache } from '../session/token-cache.js';
import { FakeClient, FakeMotionServer, Inbox, type FakeMotionServerOptions, type HttpAnswer } from '../test/index.js';
import { createPresenter, type Presenter } from './presenter.js';

const AUDIO = { sampleRate: 24_000, packetMs: 20, packets: [Uint8Array.of(1)] };
const MOTION = { schema: 1, fps: 30, firstFrame: 0, frameCount: 2 };
const pcm = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Stage {
  motionServer: FakeMotionServer;
  presenter: Presenter;
  client: RelayClient;
  peer: FakeClient;
  errors: Inbox<VisavisError>;
}

async function stage(options: FakeMotionServerOptions = {}): Promise<Stage> {
  const motionServer = await FakeMotionServer.start(options);
  const relay = createRelay({ manifestUrl: () => '/avatar.json' });
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  relay.attach(server);
  cleanups.push(() => motionServer.stop(), () => new Promise((closed) => server.close(closed)), () => relay.dispose());
  const errors = new Inbox<VisavisError>();
  const presenters = new Inbox<{ client: RelayClient; presenter: Presenter }>();
  relay.onClient((client) => {
    const { consoleUrl, ingressUrl } = motionServer;
    const config = { apiKey: 'key', appId: 'app', consoleUrl, ingressUrl, tokens: new TokenCache(), onError: (error: VisavisError) => errors.push(error) };
    const presenter = createPresenter(client, config);
    cleanups.push(() => presenter.close());
    presenters.push({ client, presenter });
  });
  const peer = await FakeClient.connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/relay`);
  peer.send('hello', { ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket });
  const [{ client, presenter }] = (await presenters.count(1)) as [{ client: RelayClient; presenter: Presenter }];
  return { motionServer, presenter, client, peer, errors };
}

describe('a presenter', () => {
  it('speaks a turn as one request, in order, awaited or not', async () => {
    const { motionServer, presenter, peer, client } = await stage();
    const turn = presenter.beginTurn({ emotion: 'calm' });
    void turn.send(pcm(1));
    void turn.send(pcm(2));
    await turn.end();
    const behind = await motionServer.connection();
    expect(behind.url.searchParams.get('id')).toBe('ava');
    await behind.first('clientAudioInput', ({ end }) => end);
    const inputs = behind.received.items.flatMap((one) => (one.case === 'clientAudioInput' ? [one.value] : []));
    expect(inputs.map(({ reqId, audio }) => [reqId, ...audio])).toEqual([[turn.reqId, 1], [turn.reqId, 2], [turn.reqId]]);
    expect(inputs[0]?.requestOptions?.emotion).toBe('calm');
    const reqId = turn.reqId ?? '';
    behind.send('serverResponseAnimation', { reqId, audio: { ...AUDIO, last: true } });
    behind.send('serverResponseAnimation', { reqId, motion: MOTION, end: true });
    expect(await peer.first('motion')).toMatchObject({ reqId, end: true, epoch: client.epoch });
    expect(peer.all('audio')).toMatchObject([{ reqId, end: true, epoch: client.epoch }]);
  });

  it('tells what each piece says beside it', async () => {
    const { motionServer, presenter } = await stage();
    const word = (text: string) => [{ text, startMs: 0, endMs: 9 }];
    const turn = presenter.beginTurn({ emotion: 'calm', words: word('one') });
    await turn.send(pcm(1), { words: word('two'), phonemes: word('m') });
    await turn.send(pcm(2), { phonemes: word('p') });
    await turn.send(pcm(3));
    await turn.end();
    const behind = await motionServer.connection();
    await behind.first('clientAudioInput', ({ end }) => end);
    const inputs = behind.received.items.flatMap((one) => (one.case === 'clientAudioInput' ? [one.value.requestOptions] : []));
    expect(inputs.map((options) => options && [options.emotion, options.words.map(({ text }) => text), options.phonemes.map(({ text }) => text)]))
      .toEqual([['calm', ['one', 'two'], ['m']], ['', [], ['p']], undefined, undefined]);
  });

  it('on a client\'s interrupt cuts the turn, flushes, tells the server and forwards nothing more of it', async () => {
    const { motionServer, presenter, peer, client } = await stage();
    const turn = presenter.beginTurn();
    await turn.send(pcm(1));
    const cut = turn.reqId ?? '';
    const behind = await motionServer.connection();
    behind.send('serverResponseAnimation', { reqId: cut, motion: MOTION });
    const before = (await peer.first('motion')).epoch;
    peer.send('interrupt', { reason: 'voice' });
    expect((await behind.first('clientInterrupt')).reqId).toBe(cut);
    expect(turn.signal.aborted).toBe(true);
    expect(client.epoch).toBe((before + 1) >>> 0);
    behind.send('serverResponseAnimation', { reqId: cut, motion: MOTION });
    behind.send('serverResponseAnimation', { reqId: cut, audio: AUDIO });
    behind.send('serverResponseAnimation', { reqId: cut, end: true });
    await turn.send(pcm(2));
    await turn.end();
    const next = presenter.beginTurn();
    await next.send(pcm(3));
    behind.send('serverResponseAnimation', { reqId: next.reqId ?? '', motion: MOTION });
    await peer.first('motion', ({ reqId }) => reqId === next.reqId);
    expect(peer.all('motion').map(({ reqId, epoch }) => [reqId, epoch])).toEqual([[cut, before], [next.reqId, client.epoch]]);
    expect(peer.all('audio')).toEqual([]);
    expect(peer.all('control')).toMatchObject([{ action: ControlAction.FLUSH, epoch: client.epoch }]);
    await behind.first('clientAudioInput', ({ audio }) => audio[0] === 3);
    expect(behind.received.items.some((one) => one.case === 'clientAudioInput' && one.value.audio[0] === 2)).toBe(false);
  });

  it('cuts a turn that is still being made when another begins, not one that has ended', async () => {
    const { presenter } = await stage();
    const first = presenter.beginTurn();
    await first.send(pcm(1));
    const second = presenter.beginTurn();
    expect(first.signal.aborted).toBe(true);
    await second.end();
    presenter.beginTurn();
    expect(second.signal.aborted).toBe(false);
  });

  it('sends nothing of a turn that was cut while the session was starting', async () => {
    const asked = new Inbox<(answer: HttpAnswer) => void>();
    const { motionServer, presenter } = await stage({ token: () => new Promise((answer) => asked.push(answer)) });
    const turn = presenter.beginTurn();
    const sent = turn.send(pcm(1));
    const [answer] = await asked.count(1);
    presenter.interrupt();
    answer?.({ status: 200, body: '{"sessionToken":"t"}' });
    await sent;
    const next = presenter.beginTurn();
    await next.send(pcm(2));
    const behind = await motionServer.connection();
    expect((await behind.first('clientAudioInput')).audio).toEqual(pcm(2));
    expect(motionServer.connections.items).toHaveLength(1);
  });

  it('goes on with a turn whose connection is replaced, and the client hears nothing of it', async () => {
    const { motionServer, presenter, peer, errors, client } = await stage();
    const turn = presenter.beginTurn();
    await turn.send(pcm(1, 0));
    const first = await motionServer.connection();
    first.send('serverResponseAnimation', { reqId: turn.reqId ?? '', motion: { ...MOTION, frameCount: 1 } });
    const { epoch } = await peer.first('motion');
    first.socket.close(1012, 'draining');
    const second = await motionServer.connection(1);
    expect(await second.first('clientAudioInput')).toMatchObject({ reqId: turn.reqId, audio: pcm(1, 0) });
    await turn.send(pcm(2, 0));
    await turn.end();
    await second.first('clientAudioInput', ({ end }) => end);
    second.send('serverResponseAnimation', { reqId: turn.reqId ?? '', motion: { ...MOTION, firstFrame: 1 }, end: true });
    expect(await peer.first('motion', ({ end }) => end)).toMatchObject({ reqId: turn.reqId, epoch });
    expect(client.epoch).toBe(epoch);
    expect([peer.all('error'), peer.all('control'), errors.items]).toEqual([[], [], []]);
  });

  it('replaces a session that cannot be resumed, and does not leave the client waiting for the rest', async () => {
    const { motionServer, presenter, peer, errors } = await stage();
    const turn = presenter.beginTurn();
    await turn.send(pcm(1));
    (await motionServer.connection()).socket.close(4002, 'too long');
    expect((await errors.count(1))[0]).toMatchObject({ code: 'sessionDurationExceeded' });
    expect(await peer.first('error')).toMatchObject({ code: 'upstreamError', fatal: false, retryable: true });
    expect(await peer.first('control')).toMatchObject({ action: ControlAction.FLUSH });
    expect(turn.signal.aborted).toBe(true);
    const next = presenter.beginTurn();
    await next.send(pcm(2));
    const behind = await motionServer.connection(1);
    expect((await behind.first('clientAudioInput')).audio).toEqual(pcm(2));
  });

  it('leaves a client alone whose idle session ends', async () => {
    const { motionServer, presenter, peer, client } = await stage();
    const turn = presenter.beginTurn();
    await turn.end();
    const behind = await motionServer.connection();
    behind.send('serverResponseAnimation', { reqId: turn.reqId ?? '', end: true });
    await peer.first('motion', ({ end }) => end);
    const { epoch } = client;
    behind.socket.close(4004, 'idle');
    await peer.first('error');
    await presenter.start();
    expect(client.epoch).toBe(epoch);
  });

  it('says so where the server cannot be reached, and tries again with the next turn', async () => {
    let refusing = true;
    const { presenter, peer } = await stage({ refuse: () => (refusing ? { status: 503, body: 'secret reasons' } : undefined) });
    await expect(presenter.beginTurn().send(pcm(1))).rejects.toMatchObject({ code: 'serverError' });
    expect((await peer.first('error')).hint).not.toContain('secret');
    refusing = false;
    const turn = presenter.beginTurn();
    await turn.send(pcm(2));
    expect(turn.reqId).toBeDefined();
  });

  it('closes its session when the client goes', async () => {
    const { motionServer, presenter, peer } = await stage();
    await presenter.start();
    const behind = await motionServer.connection();
    const closed = new Promise((done) => behind.socket.once('close', done));
    peer.socket.close();
    expect(await closed).toBe(1000);
    await presenter.close();
    expect(() => presenter.beginTurn()).toThrow(expect.objectContaining({ code: 'invalidState' }));
  });
});
