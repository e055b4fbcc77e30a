import { initializeLogger } from '@livekit/agents';
import { afterAll, describe, expect, it } from 'vitest';
import { createFlite } from '../dist/tts/index.js';
import { withFallback } from '../src/providers/embedded/fallback-speaker.js';
import { ClauseTts } from '../src/providers/clause-tts.js';
import { speechTimes } from '../src/providers/speech-times.js';
import type { Speaker, Speech } from '../src/tts/speech.js';
import { collect } from './speech.js';

initializeLogger({ pretty: false, level: 'silent' });
const flite = createFlite();
afterAll(() => flite.dispose());

/** A voice that notes what it is asked for, and waits where told to. */
function noting(speaker: Speaker): { speaker: Speaker; asked: string[]; signals: AbortSignal[] } {
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  const synthesise = (text: string, signal?: AbortSignal): Promise<Speech> => {
    asked.push(text);
    if (signal) signals.push(signal);
    return speaker.synthesise(text, signal);
  };
  return { speaker: { sampleRate: speaker.sampleRate, synthesise }, asked, signals };
}

describe('an embedded voice', () => {
  it('speaks clause by clause while the text is still being written, with times that go on', async () => {
    const { speaker, asked } = noting(flite.speaker('slt'));
    const stream = new ClauseTts({ speaker, model: 'flite slt', provider: 'embedded' }).stream();
    stream.pushText('When I was young and easy, ');
    const first = await stream.next();
    expect(asked).toEqual(['When I was young and easy,']);
    stream.pushText('all was well. Th');
    stream.pushText('en, not.');
    stream.endInput();
    const { frames, ended } = await collect(stream);
    expect(asked).toEqual(['When I was young and easy,', 'all was well.', 'Then, not.']);
    expect(ended).toBe(true);
    const all = [(first.value as { frame: (typeof frames)[0] }).frame, ...frames];
    const words = all.flatMap((frame) => speechTimes(frame).words);
    expect(words.map(({ text }) => text).join(' ')).toBe('When I was young and easy, all was well. Then, not.');
    const phonemes = all.flatMap((frame) => speechTimes(frame).phonemes);
    expect(phonemes.length).toBeGreaterThan(25);
    const lengthMs = all.reduce((sum, { samplesPerChannel }) => sum + samplesPerChannel, 0) / 16;
    for (const times of [words, phonemes]) {
      expect(times.every(({ startMs }, i) => startMs >= (times[i - 1]?.startMs ?? 0))).toBe(true);
      expect(times.at(-1)!.endMs).toBeLessThanOrEqual(lengthMs);
      expect(times.at(-1)!.endMs).toBeGreaterThan(lengthMs - 700);
    }
  });

  it('begins with little silence, and its sounds with it', async () => {
    const { pcm: { samples }, phonemes } = await flite.speaker('slt').synthesise('Boats float.');
    expect(samples.findIndex((sample) => Math.abs(sample) > 164) / 16).toBeCloseTo(40, 0);
    expect(phonemes[0]!.text).toBe('b');
    expect(phonemes[0]!.startMs).toBeLessThan(60);
  });

  it('ends at once when it is cut, and gives up the clause that waits', async () => {
    const { speaker, asked, signals } = noting(flite.speaker('slt'));
    const stream = new ClauseTts({ speaker, model: 'flite slt', provider: 'embedded' }).stream();
    stream.pushText('One sentence is here. Another sentence is here. A third one is here. And a fourth.');
    stream.endInput();
    await stream.next();
    stream.close();
    const { ended } = await collect(stream);
    expect(ended).toBe(false);
    expect(asked.length).toBeLessThan(4);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('says nothing where there is nothing to say, and ends', async () => {
    const tts = new ClauseTts({ speaker: flite.speaker('slt'), model: 'flite slt', provider: 'embedded' });
    for (const text of ['', '   ', '🙂']) {
      const stream = tts.stream();
      stream.pushText(text);
      stream.endInput();
      expect((await collect(stream)).frames).toEqual([]);
    }
  });

  it('gives a whole text as one stream too', async () => {
    const { speaker, asked } = noting(flite.speaker('rms'));
    const frame = await new ClauseTts({ speaker, model: 'flite rms', provider: 'embedded' }).synthesize('Good morning. Good night.').collect();
    expect(asked).toEqual(['Good morning.', 'Good night.']);
    expect(frame.samplesPerChannel / 16_000).toBeGreaterThan(1);
  });

  it('has another voice, at the same rate, speak what it fails at', async () => {
    const broken: Speaker = { sampleRate: 24_000, synthesise: () => Promise.reject(new Error('no model')) };
    const told: unknown[] = [];
    const { pcm } = await withFallback(broken, flite.speaker('slt'), (error) => told.push(error)).synthesise('Hello.');
    const { pcm: plain } = await flite.speaker('slt').synthesise('Hello.');
    expect(pcm.sampleRate).toBe(24_000);
    expect(pcm.samples.length / 24_000).toBeCloseTo(plain.samples.length / 16_000, 2);
    expect(told).toEqual([new Error('no model')]);
  });

  it('does not have another voice speak what was cut', async () => {
    const slow: Speaker = { sampleRate: 24_000, synthesise: (_text, signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))) };
    const { speaker, asked } = noting(flite.speaker('slt'));
    const abort = new AbortController();
    const speech = withFallback(slow, speaker, () => undefined).synthesise('Hello.', abort.signal);
    abort.abort(new Error('cut'));
    await expect(speech).rejects.toThrow('cut');
    expect(asked).toEqual([]);
  });

  it('tells of an engine that fails, and ends', async () => {
    const broken: Speaker = { sampleRate: 24_000, synthesise: () => Promise.reject(new Error('no model')) };
    const tts = new ClauseTts({ speaker: broken, model: 'broken', provider: 'embedded' });
    const errors: Error[] = [];
    tts.on('error', ({ error }) => errors.push(error));
    const stream = tts.stream();
    stream.pushText('Hello.');
    stream.endInput();
    expect((await collect(stream)).frames).toEqual([]);
    expect(errors).toEqual([new Error('no model')]);
  });
});
