import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRelay } from '@visavis/server-sdk';
import { FakeClient, FakeMotionServer } from '@visavis/server-sdk/test';
import { afterEach, expect, it } from 'vitest';
import { createFlite } from '../dist/tts/index.js';
import { relaySpeech, type SpeechSource, type SpokenPiece } from '../src/source/index.js';

const flite = createFlite();
const cleanups: (() => unknown)[] = [() => flite.dispose()];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** More than a request holds. */
const MANY = Array.from({ length: 20_001 }, (_, n) => ({ text: 'm', startMs: n, endMs: n + 1 }));

/** Real speech, a clause a piece; the first tells some times that cannot be, and the last more than a request holds. */
const source: SpeechSource = {
  sampleRate: 16_000,
  async *answer(): AsyncGenerator<SpokenPiece> {
    let startMs = 0;
    for (const clause of ['Hello there.', 'My baby hums.']) {
      const { pcm, words, phonemes } = await flite.speaker('slt').synthesise(clause);
      const later = <T extends { startMs: number; endMs: number }>(times: readonly T[]): T[] => times.map((time) => ({ ...time, startMs: time.startMs + startMs, endMs: time.endMs + startMs }));
      const broken = startMs === 0 ? [] : [{ text: 'broken', startMs: Number.NaN, endMs: 1 }, { text: 'backwards', startMs: 2, endMs: 1 }, { text: 'never', startMs: 1, endMs: Infinity }, { text: 'l'.repeat(201), startMs: 1, endMs: 2 }];
      yield { pcm: pcm.samples, words: [...later(words), ...broken], phonemes: [...later(phonemes), ...broken] };
      startMs += pcm.samples.length / 16;
    }
    for (let n = 0; n < 2; n++) yield { pcm: new Int16Array(1_600), phonemes: MANY };
  },
};

it('the times of every clause reach the Motion Server with their audio, and those that cannot be do not', async () => {
  const motionServer = await FakeMotionServer.start();
  const relay = createRelay({ manifestUrl: () => '/avatar.json' });
  const server = createServer();
  relay.attach(server, '/relay');
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanups.push(() => motionServer.stop(), () => server.close(), () => relay.dispose());
  const { consoleUrl, ingressUrl } = motionServer;
  relay.onClient((client) => {
    const speech = relaySpeech(client, source, { motionServer: { apiKey: 'key', appId: 'app', consoleUrl, ingressUrl } });
    cleanups.push(() => speech.close());
  });
  const client = await FakeClient.connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/relay`);
  client.send('hello', { ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket });
  client.send('text', { text: 'hello' });
  const peer = await motionServer.connection();
  await peer.first('clientAudioInput', ({ end }) => end);
  const [first, second, third, fourth, end] = peer.received.items.flatMap((one) => (one.case === 'clientAudioInput' ? [one.value] : []));
  const firstMs = first!.audio.length / 32;
  const secondMs = firstMs + second!.audio.length / 32;
  expect(first!.requestOptions!.words.map(({ text }) => text)).toEqual(['Hello', 'there.']);
  expect(second!.requestOptions!.words.map(({ text }) => text)).toEqual(['My', 'baby', 'hums.']);
  const lips = second!.requestOptions!.phonemes.filter(({ text }) => /^[mbp]$/.test(text));
  expect(lips.map(({ text }) => text)).toEqual(['m', 'b', 'b', 'm']);
  expect(lips.every(({ startMs, endMs }) => startMs >= firstMs - 1 && endMs <= secondMs + 1)).toBe(true);
  expect(second!.requestOptions!.phonemes.map(({ text }) => text)).not.toContain('broken');
  const phonemes = [first, second, third].map((one) => one!.requestOptions!.phonemes.length);
  expect(phonemes.reduce((sum, count) => sum + count)).toBe(20_000);
  expect(fourth).toMatchObject({ end: false, requestOptions: undefined });
  expect(fourth!.audio).toHaveLength(3_200);
  expect(end).toMatchObject({ end: true, requestOptions: undefined });
  client.socket.close();
});
