import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AudioFrame, AudioSource, dispose, LocalAudioTrack, Room, TrackPublishOptions } from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VisavisError } from '@visavis/protocol/errors';
import { ROOM_METHOD, ROOM_TOPIC } from '@visavis/protocol/room';
import { encodeClientMessage } from '@visavis/protocol/downlink';
import { joinRoom, mintAvatarToken, mintViewerToken, publishToRoom, type FinishedReport, type RoomOptions, type RoomStage, type SpeechListener, type StageClose } from '../src/node/index.js';
import { findLiveKitServer, KEYS, startLiveKitServer, type LiveKitServer } from '../../../test/livekit-server.js';
import { motion, say, tone } from './speech.js';
import { until } from './support.js';

const found = findLiveKitServer();
let server: LiveKitServer;
const stages: RoomStage[] = [];
const guests: Room[] = [];

const join = async (options: Partial<RoomOptions> & { room: string }): Promise<RoomStage> => {
  const stage = await joinRoom({ url: server.url, ...KEYS, identity: 'ava', ...options });
  stages.push(stage);
  return stage;
};
const failure = (work: Promise<unknown>): Promise<VisavisError> => work.then(() => { throw new Error('it did not fail'); }, (error: VisavisError) => error);
const closed = (stage: RoomStage): Promise<StageClose> => new Promise((resolve) => { stage.onClose(resolve); });

function reports(stage: RoomStage): FinishedReport[] {
  const list: FinishedReport[] = [];
  stage.onPlaybackFinished((report) => list.push(report));
  return list;
}

/** A participant of somebody else's making. */
async function guest(room: string, identity: string): Promise<Room> {
  const joined = new Room();
  await joined.connect(server.url, await mintViewerToken({ ...KEYS, room, identity, microphone: true }), { autoSubscribe: true, dynacast: false });
  guests.push(joined);
  return joined;
}

describe.skipIf('missing' in found)('what goes wrong with a room', () => {
  beforeAll(async () => { server = await startLiveKitServer(); });
  afterEach(async () => {
    await Promise.all([...stages.splice(0).map((stage) => stage.close()), ...guests.splice(0).map((room) => room.disconnect())]);
  });
  afterAll(async () => {
    await server?.kill();
    await dispose();
  });

  it('a token that LiveKit does not take is a coded error, told at once', async () => {
    expect(await failure(join({ room: 'no', apiSecret: 'another-secret-another-secret-another' }))).toMatchObject({ code: 'sessionTokenInvalid', fatal: true });
    const expired = new AccessToken(KEYS.apiKey, KEYS.apiSecret, { identity: 'ava', ttl: -3_600 });
    expired.addGrant({ roomJoin: true, room: 'no' });
    expect(await failure(join({ room: 'no', token: await expired.toJwt() }))).toMatchObject({ code: 'sessionTokenExpired', fatal: true });
    const silent = await mintViewerToken({ ...KEYS, room: 'no', identity: 'ava' });
    expect(await failure(join({ room: 'no', token: silent }))).toMatchObject({ code: 'sessionTokenInvalid', fatal: true });
  });

  it('what cannot be is refused before anything is started', async () => {
    expect(await failure(joinRoom({ url: server.url, identity: 'ava' }))).toMatchObject({ code: 'invalidConfiguration' });
    expect(await failure(join({ room: 'x', url: 'https://example.test' }))).toMatchObject({ code: 'invalidConfiguration' });
    expect(() => mintAvatarToken({ ...KEYS, room: '', identity: 'ava' })).toThrow('room');
  });

  it('a server that is none is told as such', async () => {
    const http = createServer((_request, response) => response.writeHead(404).end('not found')).listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
    expect(await failure(join({ room: 'x', url }))).toMatchObject({ code: 'connectionFailed', fatal: true });
    http.close();
  });

  it('an utterance goes on when its publisher is killed, and is heard out', async () => {
    const stage = await join({ room: 'kill' });
    const errors: string[] = [];
    stage.onError(({ code }) => errors.push(code));
    const finished = reports(stage);
    say(stage, 'one', 3_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const pid = stage.publisherPid!;
    process.kill(pid, 'SIGKILL');
    await until(() => finished.length > 0);
    expect(finished).toEqual([{ reqId: 'one', playedMs: 3_000, interrupted: false }]);
    expect(stage.publisherPid).not.toBe(pid);
    expect(errors).toEqual(['connectionFailed']);
  });

  it('comes back when the server does', async () => {
    const stage = await join({ room: 'restart' });
    const finished = reports(stage);
    await server.restart();
    say(stage, 'after', 1_000);
    await until(() => finished.length > 0);
    expect(finished).toEqual([{ reqId: 'after', playedMs: 1_000, interrupted: false }]);
  });

  it('ends, with the reason, where the room is deleted, and where another takes its identity', async () => {
    const [stage, other] = [await join({ room: 'gone' }), await join({ room: 'double' })];
    const ends = Promise.all([closed(stage), closed(other)]);
    await new RoomServiceClient(server.url.replace('ws', 'http'), KEYS.apiKey, KEYS.apiSecret).deleteRoom('gone');
    const thief = await join({ room: 'double' });
    expect(await ends).toEqual([{ code: 1011, reason: 'connectionClosed' }, { code: 1011, reason: 'concurrentLimitExceeded' }]);
    expect([stage.closed, other.closed, thief.closed]).toEqual([true, true, false]);
    stage.sendAudio(tone('late', 100)); // does nothing, and throws nothing
  });

  it('takes nothing of participants that are not its viewers, nor garbage of those that are', async () => {
    const stage = await join({ room: 'rogue', viewers: ['viewer'] });
    const texts: string[] = [];
    stage.onText((text) => texts.push(text));
    const [viewer, rogue] = [await guest('rogue', 'viewer'), await guest('rogue', 'rogue')];
    const text = (words: string): string => Buffer.from(encodeClientMessage('text', { text: words })).toString('base64');
    const call = (room: Room, payload: string): Promise<string> => room.localParticipant!.performRpc({ destinationIdentity: 'ava', method: ROOM_METHOD, payload });
    for (const payload of ['', '@@@@', Buffer.from(Uint8Array.of(255, 1, 2, 3)).toString('base64')]) await call(viewer, payload);
    await call(rogue, text('let me in'));
    await rogue.localParticipant!.publishData(encodeClientMessage('interrupt', { reason: 'rogue' }), { reliable: true, topic: ROOM_TOPIC });
    await call(viewer, text('x'.repeat(4_001)));
    await call(viewer, text('hello'));
    await until(() => texts.length > 0);
    expect(texts).toEqual(['hello']);
    expect(stage.viewer).toBe('viewer');
  });

  it('hears the microphone of whom it listens to, at 16 kHz, and nobody else', async () => {
    const stage = await join({ room: 'mic', listenTo: ['viewer'] });
    const heard: Uint8Array[] = [];
    stage.onMicrophone(({ pcm }) => heard.push(pcm));
    const { pcm, sampleRate } = tone('mic', 3_000);
    for (const identity of ['stranger', 'viewer']) {
      const room = await guest('mic', identity);
      const source = new AudioSource(sampleRate, 1, 4_000);
      const options = new TrackPublishOptions();
      options.source = 2; // a microphone
      await room.localParticipant!.publishTrack(LocalAudioTrack.createAudioTrack('microphone', source), options);
      const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
      if (identity === 'viewer') await source.captureFrame(new AudioFrame(samples, sampleRate, 1, samples.length));
    }
    const crossings = (): number => {
      const samples = heard.flatMap((piece) => [...new Int16Array(piece.buffer, piece.byteOffset, piece.length / 2)]);
      return samples.filter((sample, i) => sample > 1_000 && i > 0 && samples[i - 1]! <= 1_000).length;
    };
    await until(() => crossings() > 400);
    expect(heard[0]!.length).toBe(640);
  });

  it('publishes any stream, and cuts it where the stream does', async () => {
    let listener: SpeechListener | undefined;
    const stage = await publishToRoom({ subscribe: (one) => { listener = one; return () => { listener = undefined; }; } }, { url: server.url, ...KEYS, room: 'stream', identity: 'ava' });
    stages.push(stage);
    const finished = reports(stage);
    listener!.onAudio(tone('cut', 4_000));
    for (const message of motion('cut', 4_000)) listener!.onMotion(message);
    await new Promise((resolve) => setTimeout(resolve, 700));
    listener!.onInterrupt!();
    expect(finished).toMatchObject([{ reqId: 'cut', interrupted: true }]);
    await stage.close();
    expect(listener).toBeUndefined();
  });
});
