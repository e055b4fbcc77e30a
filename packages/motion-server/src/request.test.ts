import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHANNEL, CHANNEL_NAMES, MASK } from '@visavis/face';
import type { MotionModel, MotionStream } from '@visavis/motion';
import { createSignalModel } from '@visavis/motion/signal';
import type { EnvelopeBodies, ServerResponseAnimation } from '@visavis/protocol/ingress';
import { decodeMotion } from '@visavis/protocol/motion';
import { connect, frameIndices, range, startServer, type TestClient } from '../test/client.js';
import { oggOpus } from '../test/ogg-writer.js';
import { speechBytes, syntheticSpeech } from '../test/speech.js';
import type { MotionServer } from './index.js';

vi.setConfig({ testTimeout: 120_000 });

type RequestOptionsInit = NonNullable<EnvelopeBodies['clientAudioInput']['requestOptions']>;

let server: MotionServer;
beforeEach(async () => { server = await startServer(); });
afterEach(() => server.close());

describe('a request', () => {
  it.each([8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])('at %i Hz gets every frame in order, and one end, last', async (sampleRate) => {
    const client = await connect(server, { sampleRate });
    client.audio('req-1', speechBytes(2000, sampleRate), true);
    await client.ended('req-1');
    const replies = client.replies('req-1');
    expect(frameIndices(replies)).toEqual(range(60));
    expect(replies.map((reply) => reply.end)).toEqual([...replies.slice(1).map(() => false), true]);
    expect(new Set(replies.map((reply) => reply.connectionId))).toEqual(new Set([client.connectionId]));
  });

  it('gets the fps asked for, and motion of mouth, brows, lids and head only', async () => {
    const client = await connect(server, { fps: 60 });
    client.audio('a', speechBytes(1000), true);
    await client.ended('a');
    const replies = client.replies('a');
    expect(frameIndices(replies)).toEqual(range(60));
    const { mask, fps, poses } = decodeMotion(replies[0]!.motion!);
    expect(fps).toBe(60);
    const driven = CHANNEL_NAMES.map((name, i) => MASK.speech[i] === 1 || MASK.brows[i] === 1 || /^eye(Blink|Squint|Wide)|^head(Yaw|Pitch|Roll)$/.test(name));
    expect([...mask].map(Boolean)).toEqual(driven);
    expect(poses.length).toBeGreaterThan(0);
    expect(poses.length).toBeLessThanOrEqual(4);
  });

  it('gets the same frames however it is cut, odd bytes included', async () => {
    const bytes = speechBytes(1500);
    const client = await connect(server);
    client.audio('whole', bytes, true);
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 997 | 1) client.audio('cut', bytes.subarray(at, at + size));
    client.audio('cut', new Uint8Array(0), true);
    await client.ended('cut');
    const poses = (id: string) => client.replies(id).flatMap(({ motion }) => (motion ? decodeMotion(motion).poses.map(({ values }) => [...values]) : []));
    expect(poses('cut')).toEqual(poses('whole'));
  });

  it.each([
    ['nothing', new Uint8Array(0), 0],
    ['half a sample', new Uint8Array(1), 0],
    ['one sample', new Uint8Array(2), 1],
    ['an odd count', new Uint8Array(3201), 3],
    ['silence', new Uint8Array(32_000), 30],
  ])('of %s gets exactly one end', async (_, audio, frames) => {
    const client = await connect(server);
    client.audio('a', audio, true);
    client.audio('b', new Uint8Array(0), true);
    await client.ended('b');
    const replies = client.replies('a');
    expect(replies.filter((reply) => reply.end)).toHaveLength(1);
    expect(replies.at(-1)?.end).toBe(true);
    expect(frameIndices(replies)).toHaveLength(frames);
  });

  it('of any length gets one end, last', async () => {
    const client = await connect(server);
    for (let ms = 500; ms < 2500; ms += 70) {
      client.audio(`${ms}`, speechBytes(ms), true);
      await client.ended(`${ms}`);
      const replies = client.replies(`${ms}`);
      expect(replies.findIndex((reply) => reply.end)).toBe(replies.length - 1);
      expect(frameIndices(replies)).toEqual(range(Math.ceil((ms * 30) / 1000 - 1e-9)));
    }
  });

  it('starts with at most 80 ms, then bundles 200 ms or more while ahead', async () => {
    const client = await connect(server);
    client.audio('a', speechBytes(10_000), true);
    await client.ended('a');
    const counts = client.replies('a').map(({ motion }) => motion?.frameCount ?? 0);
    expect(counts[0]).toBeLessThanOrEqual(2);
    expect(counts.slice(4, -1).every((count) => count >= 6 && count <= 12)).toBe(true);
  });

  it('resumes: no frame before start_ms, from audio that begins warmup_ms before it', async () => {
    const client = await connect(server, { capabilities: 'audio' });
    const bytes = speechBytes(3000);
    client.send('clientAudioInput', {
      reqId: 'a', audio: bytes.subarray(1500 * 32), end: true, requestOptions: { startMs: 2000, warmupMs: 500 },
    });
    await client.ended('a');
    expect(frameIndices(client.replies('a'))).toEqual(range(30, 60));
    const audio = client.replies('a').flatMap((reply) => reply.audio ?? []);
    expect(audio[0]?.firstSample).toBe(2000 * 48);
    expect(audio.at(-1)?.totalSamples).toBe(3000 * 48);
  });

  it('keeps pings answered while much audio is worked on', async () => {
    const client = await connect(server, { sampleRate: 48_000 });
    client.audio('a', speechBytes(20_000, 48_000), true);
    await client.until(() => client.replies('a')[0]);
    await client.pong();
    expect(client.replies('a').some((reply) => reply.end)).toBe(false);
    await client.ended('a');
    expect(frameIndices(client.replies('a'))).toEqual(range(600));
    expect(Math.max(...client.received.map(({ bytes }) => bytes))).toBeLessThan(16 * 1024); // players take under 1 MiB
  });

  it('that cannot be served gets an error with its id, and the session goes on', async () => {
    const client = await connect(server, { capabilities: 'audio' });
    client.send('clientAudioInput', { reqId: 'a', audio: speechBytes(100), requestOptions: { startMs: 10, warmupMs: 20 } });
    expect((await client.error()).detail?.code).toBe('invalidRequest');
    client.audio('', speechBytes(100));
    await client.until(() => client.errors()[1]);
    // Counted in samples, its audio would be beyond what the wire can say.
    client.send('clientAudioInput', { reqId: 'c', audio: speechBytes(100), requestOptions: { startMs: 90_000_000 } });
    await client.until(() => client.errors()[2]);
    expect(client.errors()[2]?.detail?.code).toBe('invalidRequest');
    client.send('clientAudioInput', { reqId: 'd', audio: speechBytes(100), requestOptions: { emotion: 'bored' } });
    client.send('clientAudioInput', { reqId: 'e', audio: speechBytes(100), requestOptions: { phonemes: [{ text: 'm', startMs: 2, endMs: 1 }] } });
    await client.until(() => client.errors()[4]);
    expect(client.errors().slice(3).map(({ detail }) => detail?.code)).toEqual(['invalidRequest', 'invalidRequest']);
    client.audio('b', speechBytes(500), true);
    await client.ended('b');
    expect(frameIndices(client.replies('b'))).toEqual(range(15));
  });
});

describe('phonemes of a later chunk', () => {
  const SECOND_MS = 1000;
  const timed = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs });
  /** Its times are of the utterance, not of the chunk. */
  const SECOND = [timed('ɑ', 1000, 1300), timed('p', 1300, 1400), timed('ɑ', 1400, 1800), timed('m', 1800, 1900), timed('ɑ', 1900, 2000)];
  const bytes = speechBytes(2000);
  const posesOf = (replies: readonly ServerResponseAnimation[]) => replies.flatMap(({ motion }) => (motion ? decodeMotion(motion).poses.map(({ values }) => values) : []));

  async function speak(client: TestClient, reqId: string, options: RequestOptionsInit | undefined): Promise<Float32Array[]> {
    client.send('clientAudioInput', { reqId, audio: bytes.subarray(0, SECOND_MS * 32), requestOptions: { phonemes: [timed('ɑ', 0, 500)] } });
    client.send('clientAudioInput', { reqId, audio: bytes.subarray(SECOND_MS * 32), ...(options && { requestOptions: options }) });
    client.audio(reqId, new Uint8Array(0), true);
    await client.ended(reqId);
    return posesOf(client.replies(reqId));
  }

  it('close the lips at their frames, and only then', async () => {
    const client = await connect(server);
    const told = await speak(client, 'told', { phonemes: SECOND });
    const untold = await speak(client, 'untold', undefined);
    const press = CHANNEL.mouthPressLeft;
    const closed = told.flatMap((values, i) => (values[press]! - untold[i]![press]! > 0.05 ? [i] : []));
    // At 30 a second, 1300..1400 and 1800..1900 ms are frames 39..41 and 54..56.
    expect(closed).toEqual([39, 40, 41, 54, 55, 56]);
    expect(told.slice(0, 29)).toEqual(untold.slice(0, 29));
    expect(await speak(client, 'otherwise', { emotion: 'angry', startMs: 900, warmupMs: 950, phonemes: SECOND })).toEqual(told);
  });

  it('that cannot be are told as an error, and its audio counts all the same', async () => {
    const client = await connect(server);
    const untold = await speak(client, 'untold', undefined);
    expect(await speak(client, 'turned', { phonemes: [timed('m', 1300, 1200)] })).toEqual(untold);
    expect(await speak(client, 'many', { phonemes: Array.from({ length: 20_000 }, () => timed('m', 1300, 1400)) })).toEqual(untold);
    expect(await speak(client, 'long', { words: [timed('m'.repeat(201), 1300, 1400)] })).toEqual(untold);
    expect(client.errors().map(({ reqId, detail }) => [reqId, detail?.code])).toEqual(range(3).map(() => ['', 'invalidRequest']));
  });

  it('may overlap, come in any order, too early and too late', async () => {
    const client = await connect(server);
    const poses = await speak(client, 'a', { phonemes: [...SECOND].reverse().concat(timed('m', 0, 500), timed('ɑ', 1250, 1850), timed('p', 900_000, 4_294_967_295)) });
    expect(poses).toHaveLength(60);
    expect(poses.every((values) => values.every(Number.isFinite))).toBe(true);
    expect(client.errors()).toEqual([]);
  });
});

describe('requests of one session', () => {
  it('are answered in order when they come at once', async () => {
    const client = await connect(server);
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) client.audio(id, speechBytes(700), true);
    await client.ended('d');
    const order = client.received.flatMap(({ envelope }) => (envelope.case === 'serverResponseAnimation' ? [envelope.value.reqId] : []));
    expect(order).toEqual([...order].sort());
    for (const id of ids) {
      expect(frameIndices(client.replies(id))).toEqual(range(21));
      expect(client.replies(id).filter((reply) => reply.end)).toHaveLength(1);
    }
  });

  it('wait unread at the limits, and none is lost', async () => {
    await server.close();
    server = await startServer({ limits: { maxQueuedRequests: 2, maxQueuedBytes: 40_000 } });
    const client = await connect(server);
    const ids = range(30).map((i) => `req-${i}`);
    for (const id of ids) client.audio(id, speechBytes(1000), true);
    await client.ended('req-29');
    for (const id of ids) expect(frameIndices(client.replies(id))).toEqual(range(30));
  });

  it('may use a finished req_id again', async () => {
    const client = await connect(server);
    client.audio('a', speechBytes(300), true);
    await client.ended('a');
    client.send('clientInterrupt', { reqId: 'a' });
    client.audio('a', speechBytes(300), true);
    await client.ended('a', 2);
    expect(frameIndices(client.replies('a'))).toEqual([...range(9), ...range(9)]);
  });

  it('are ended by the next one', async () => {
    const client = await connect(server);
    client.audio('a', speechBytes(300));
    client.audio('b', speechBytes(300), true);
    await client.ended('b');
    expect(frameIndices(client.replies('a'))).toEqual(range(9));
    expect(client.replies('a').at(-1)?.end).toBe(true);
  });

  it('do not mix with those of another session under the same id', async () => {
    const [one, two] = [await connect(server), await connect(server)];
    for (let i = 0; i < 5; i++) {
      one.audio('same', speechBytes(200));
      two.audio('same', speechBytes(400));
    }
    two.send('clientInterrupt', { reqId: 'other' });
    one.audio('same', new Uint8Array(0), true);
    two.audio('same', new Uint8Array(0), true);
    await Promise.all([one.ended('same'), two.ended('same')]);
    expect(frameIndices(one.replies('same'))).toEqual(range(30));
    expect(frameIndices(two.replies('same'))).toEqual(range(60));
    expect(new Set(two.replies('same').map((reply) => reply.connectionId))).toEqual(new Set([two.connectionId]));
  });
});

describe('interrupt', () => {
  it('stops at once: nothing more of that request, the next served immediately', async () => {
    const client = await connect(server);
    client.audio('a', speechBytes(60_000), true);
    await client.until(() => client.replies('a')[0]);
    client.send('clientInterrupt', { reqId: 'a' });
    client.audio('b', speechBytes(300), true);
    await client.ended('b');
    const order = client.received.flatMap(({ envelope }) => (envelope.case === 'serverResponseAnimation' ? [envelope.value.reqId] : []));
    expect(order.lastIndexOf('a')).toBeLessThan(order.indexOf('b'));
    expect(client.replies('a').some((reply) => reply.end)).toBe(false);
    expect(frameIndices(client.replies('b'))).toEqual(range(9));
  });

  it('also stops the requests before the named one', async () => {
    const client = await connect(server);
    client.audio('a', speechBytes(60_000), true);
    client.audio('b', speechBytes(60_000), true);
    await client.until(() => client.replies('a')[0]);
    client.send('clientInterrupt', { reqId: 'b' });
    client.audio('c', speechBytes(300), true);
    await client.ended('c');
    expect(client.replies('a').some((reply) => reply.end)).toBe(false);
    expect(client.replies('b')).toEqual([]);
  });

  it('is told by one end, where that was asked for', async () => {
    const client = await connect(server, { capabilities: 'interrupted-end' });
    client.audio('a', speechBytes(60_000), true);
    await client.until(() => client.replies('a')[0]);
    client.send('clientInterrupt', { reqId: 'a' });
    client.audio('b', new Uint8Array(0), true);
    await client.ended('b');
    const ends = client.replies('a').filter((reply) => reply.end);
    expect(ends).toHaveLength(1);
    expect(ends[0]?.motion).toBeUndefined();
    expect(client.replies('a').at(-1)?.end).toBe(true);
  });

  it('drops the rest of its audio until another request begins', async () => {
    const client = await connect(server);
    client.audio('a', speechBytes(300));
    await client.until(() => client.replies('a')[0]);
    client.send('clientInterrupt', { reqId: 'a' });
    await client.pong();
    const before = client.replies('a').length;
    client.audio('a', speechBytes(300));
    client.audio('a', speechBytes(300), true);
    client.audio('b', speechBytes(300), true);
    await client.ended('b');
    expect(client.replies('a')).toHaveLength(before);
    client.audio('a', speechBytes(300), true);
    await client.ended('a');
  });

  it('of an unknown or finished request changes nothing', async () => {
    const client = await connect(server);
    client.audio('a', speechBytes(300), true);
    await client.ended('a');
    client.send('clientInterrupt', { reqId: 'a' });
    client.send('clientInterrupt', { reqId: 'never' });
    client.audio('b', speechBytes(300), true);
    await client.ended('b');
    expect(client.replies('a').filter((reply) => reply.end)).toHaveLength(1);
    expect(client.errors()).toEqual([]);
  });
});

describe('a model that fails', () => {
  it('costs the request, not the session', async () => {
    await server.close();
    server = await startServer({ model: failingOnce() });
    const client = await connect(server);
    client.audio('a', speechBytes(300));
    const error = await client.error();
    expect(error).toMatchObject({ reqId: 'a', detail: { code: 'serverError', retryable: true } });
    expect(error.message).not.toContain('secret');
    client.audio('a', speechBytes(300), true);
    client.audio('b', speechBytes(300), true);
    await client.ended('b');
    expect(client.replies('a')).toEqual([]);
    expect(frameIndices(client.replies('b'))).toEqual(range(9));
  });
});

function failingOnce(): MotionModel {
  const model = createSignalModel();
  let failures = 1;
  const failing = (stream: MotionStream): MotionStream => Object.assign(stream, { pull: () => { throw new Error('secret reason'); } });
  return { ...model, open: () => (failures-- > 0 ? failing(model.open()) : model.open()) };
}

it('the made-up speech is loud enough to move a mouth', () => {
  expect(Math.max(...syntheticSpeech(1000))).toBeGreaterThan(3000);
});

describe('Ogg Opus in', () => {
  const stream = (ms: number, rate = 16_000) => oggOpus(Float32Array.from(syntheticSpeech(ms, rate), (sample) => sample / 32_768), rate);

  it.each([8000, 12_000, 16_000, 24_000, 48_000])('at %i Hz gets every frame, request after request', async (sampleRate) => {
    const client = await connect(server, { sampleRate, audioFormat: 1 });
    for (const id of ['a', 'b']) {
      const bytes = stream(1010, sampleRate);
      for (let at = 0; at < bytes.length; at += 333) client.audio(id, bytes.subarray(at, at + 333));
      client.audio(id, new Uint8Array(0), true);
      await client.ended(id);
      expect(frameIndices(client.replies(id))).toEqual(range(31));
    }
  });

  it('that is none gets an error with the request, and the session goes on', async () => {
    const client = await connect(server, { audioFormat: 1 });
    client.audio('a', speechBytes(100), true);
    const error = await client.error();
    expect(error).toMatchObject({ reqId: 'a', detail: { code: 'invalidRequest' } });
    expect(error.message).toContain('not an Ogg stream');
    client.audio('b', stream(500), true);
    client.audio('c', new Uint8Array(0), true);
    await client.ended('c');
    expect(frameIndices(client.replies('b'))).toEqual(range(15));
    expect(client.replies('c')).toHaveLength(1);
  });
});
