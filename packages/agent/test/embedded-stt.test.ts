import { initializeLogger, stt, type VAD } from '@livekit/agents';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMoonshine } from '../dist/asr/index.js';
import { ModelStore } from '../dist/models/index.js';
import type { Transcriber } from '../src/asr/recogniser.js';
import { GatedStt } from '../src/providers/gated-stt.js';
import { loadSilero } from '../src/vad/index.js';
import { AUSTEN, AUSTEN_TEXT, noise, pushAll, silence } from './speech.js';

const { FINAL_TRANSCRIPT, INTERIM_TRANSCRIPT, START_OF_SPEECH, END_OF_SPEECH } = stt.SpeechEventType;
const MODELS = new ModelStore();
const MODEL = 'moonshine-tiny';
const isThere = await MODELS.isThere(MODEL);

initializeLogger({ pretty: false, level: 'silent' });
let vad: VAD;
beforeAll(async () => { vad = await loadSilero(); });
afterAll(() => vad.close());

interface Asked {
  readonly ms: number;
  readonly signal: AbortSignal | undefined;
}

/** Says how much it was given. */
function counting(): Transcriber & { asked: Asked[] } {
  const asked: Asked[] = [];
  return { asked, transcribe: (samples, signal) => { asked.push({ ms: samples.length / 16, signal }); return Promise.resolve({ text: `${asked.length}`, confidence: 1 }); } };
}

/** `ends`: so many utterances are waited for. */
async function hear({ ends, ...parts }: { final: Transcriber; partial?: Transcriber; ends: number }, ...sound: Int16Array[]): Promise<{ events: stt.SpeechEvent[]; errors: Error[] }> {
  const recogniser = new GatedStt({ ...parts, vad, language: 'en', model: 'test', provider: 'test' });
  const errors: Error[] = [];
  recogniser.on('error', ({ error }) => errors.push(error));
  const stream = recogniser.stream();
  const events: stt.SpeechEvent[] = [];
  const reading = (async () => { for await (const event of stream) events.push(event); })();
  await pushAll(stream, ...sound);
  if (ends === 0) await new Promise((resolve) => setTimeout(resolve, 600));
  else await vi.waitUntil(() => kinds(events).filter((type) => type === END_OF_SPEECH).length === ends, { timeout: 20_000 });
  stream.close();
  await reading;
  return { events: events.filter(({ type }) => type !== stt.SpeechEventType.RECOGNITION_USAGE), errors };
}

const kinds = (events: readonly stt.SpeechEvent[]): stt.SpeechEventType[] => events.map(({ type }) => type);

describe('speech recognition behind a VAD', () => {
  it('hears nothing in silence and in noise', async () => {
    const final = counting();
    const { events } = await hear({ final, partial: final, ends: 0 }, silence(500), noise(2_000, 0.02), noise(1_000, 0.2), silence(500));
    expect(events).toEqual([]);
    expect(final.asked).toEqual([]);
  });

  it('gives partial texts while speech goes on, then one that counts, then the end', async () => {
    const [final, partial] = [counting(), counting()];
    const { events } = await hear({ final, partial, ends: 1 }, silence(300), AUSTEN, silence(600));
    expect(kinds(events)[0]).toBe(START_OF_SPEECH);
    expect(kinds(events).slice(-2)).toEqual([FINAL_TRANSCRIPT, END_OF_SPEECH]);
    const partials = events.filter(({ type }) => type === INTERIM_TRANSCRIPT);
    expect(partials.length).toBeGreaterThan(10);
    // Silence before, what the VAD took to be sure, and 300 ms of voice.
    expect(partial.asked[0]!.ms).toBeGreaterThan(650);
    expect(partial.asked.every(({ ms }, i) => i === 0 || ms - partial.asked[i - 1]!.ms >= (i === 1 ? 150 : 300))).toBe(true);
    // What counts holds the first sound: the start that the VAD took to be sure is in it.
    expect(final.asked.at(-1)!.ms).toBeGreaterThan(6_300);
  });

  it('decodes in advance when a silence begins, and gives that up when speech goes on', async () => {
    const final = counting();
    const pause = [AUSTEN.slice(0, 30_000), silence(160), AUSTEN.slice(30_000, 60_000), silence(600)];
    const { events } = await hear({ final, ends: 1 }, silence(300), ...pause);
    expect(kinds(events).filter((type) => type === FINAL_TRANSCRIPT)).toHaveLength(1);
    expect(final.asked.length).toBeGreaterThan(1);
    expect(final.asked.slice(0, -1).every(({ signal }) => signal?.aborted)).toBe(true);
    expect(final.asked.at(-1)!.signal?.aborted).toBe(false);
  });

  it('gives long speech in parts of at most 25 s', async () => {
    const final = counting();
    await hear({ final, ends: 1 }, ...Array.from({ length: 5 }, () => AUSTEN.slice(2_000, 100_000)), silence(500));
    expect(Math.max(...final.asked.map(({ ms }) => ms))).toBeLessThan(25_100);
    expect(final.asked.filter(({ signal }) => !signal?.aborted).length).toBeGreaterThan(1);
  });

  it('tells of a decode that fails, and hears the next utterance', async () => {
    let calls = 0;
    const final: Transcriber = { transcribe: () => (calls++ === 0 ? Promise.reject(new Error('lost')) : Promise.resolve({ text: 'heard', confidence: 1 })) };
    const { events, errors } = await hear({ final, ends: 2 }, AUSTEN.slice(0, 25_000), silence(800), AUSTEN.slice(0, 25_000), silence(800));
    expect(errors).toEqual([new Error('lost')]);
    expect(events.filter(({ type }) => type === FINAL_TRANSCRIPT).map((event) => event.alternatives![0].text)).toEqual(['heard']);
  });

  it.skipIf(!isThere)(`understands recorded speech (skipped where the model ${MODEL} is not there: "visavis models pull ${MODEL}")`, async () => {
    const tiny = createMoonshine(MODELS.folderOf(MODEL));
    const { events } = await hear({ final: tiny, ends: 1 }, silence(300), AUSTEN, silence(500));
    await tiny.dispose();
    const heard = events.filter(({ type }) => type === FINAL_TRANSCRIPT).map((event) => event.alternatives![0].text).join(' ');
    const bag = (text: string): string[] => text.toLowerCase().match(/[a-z]+/g) ?? [];
    const missing = bag(AUSTEN_TEXT).filter((word) => !bag(heard).includes(word));
    expect(missing.length).toBeLessThanOrEqual(3);
  });

  it.skipIf(!isThere)('is sure of words, and not of a hum', async () => {
    const tiny = createMoonshine(MODELS.folderOf(MODEL));
    const words = await tiny.transcribe(Float32Array.from(AUSTEN.subarray(0, 24_000), (sample) => sample / 32_768));
    const hum = await tiny.transcribe(Float32Array.from({ length: 12_000 }, (_, n) => 0.1 * Math.sin((2 * Math.PI * 140 * n) / 16_000) * Math.sin((Math.PI * n) / 12_000)));
    await tiny.dispose();
    expect(words.confidence).toBeGreaterThan(0.6);
    expect(words.confidence).toBeLessThanOrEqual(1);
    expect(hum.confidence).toBeLessThan(0.37);
  });

  it.skipIf(!isThere)('gives up a decode that nobody wants any more', async () => {
    const tiny = createMoonshine(MODELS.folderOf(MODEL));
    await tiny.transcribe(new Float32Array(16_000));
    const samples = Float32Array.from({ length: 20 * 16_000 }, (_, i) => AUSTEN[i % AUSTEN.length]! / 32_768);
    const abort = new AbortController();
    const [whole, short] = [tiny.transcribe(samples, abort.signal), tiny.transcribe(new Float32Array(1_000))];
    abort.abort(new Error('cut'));
    await expect(whole).rejects.toThrow('cut');
    expect(await short).toEqual({ text: '', confidence: 1 });
    await tiny.dispose();
  });
});
