import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { VAD } from '@livekit/agents';
import { ManualClock } from '@visavis/server-sdk/test';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Transcriber } from '../src/asr/recogniser.js';
import { Listener } from '../src/conversation/listener.js';
import { ensureLogger } from '../src/conversation/livekit.js';
import type { ConversationOptions } from '../src/conversation/options.js';
import { GatedStt } from '../src/providers/gated-stt.js';
import { loadSilero } from '../src/vad/index.js';
import { AUSTEN, noise, silence } from './speech.js';

/** Real voice detection on real sound; only time and the recogniser's words are made up. */
const STEP = 320;
setFlagsFromString('--expose-gc');
/** Frees what nobody holds. */
const collect = runInNewContext('gc') as () => void;
const PATIENCE = { timeout: 20_000 };
const SPEECH = AUSTEN.slice(0, 32_000);

let vad: VAD;
let open: Listener | undefined;
beforeAll(async () => {
  ensureLogger();
  vad = await loadSilero();
});
afterEach(() => open?.close());

interface Stand {
  readonly listener: Listener;
  readonly clock: ManualClock;
  readonly log: string[];
  /** What the recogniser was given for the texts that count. */
  readonly given: Float32Array[];
  readonly streams: number;
  hear(...sound: Int16Array[]): Promise<void>;
}

/** `levelDb`: how loud the avatar is. */
function stand(levelDb = -120, fails = false): Stand {
  const clock = new ManualClock(0);
  const log: string[] = [];
  const given: Float32Array[] = [];
  const note = (what: string) => (): void => void log.push(what);
  const final: Transcriber = { transcribe: (samples) => { given.push(samples); return fails ? Promise.reject(Object.assign(new Error('no'), { statusCode: 401 })) : Promise.resolve({ text: 'He was not an ill-disposed young man.', confidence: 1 }); } };
  let streams = 0;
  const counted = new Proxy(vad, { get: (target, key) => {
    if (key === 'stream') streams++;
    const value = Reflect.get(target, key) as unknown;
    return typeof value === 'function' ? value.bind(target) as unknown : value;
  } });
  const stt = new GatedStt({ final, vad: counted, language: 'en', model: 'test', provider: 'test' });
  const listener = open = new Listener({ stt, vad: counted } as unknown as ConversationOptions, clock, () => levelDb, {
    voiceStarted: note('voice'), heard: (text) => log.push(`heard ${text}`), failed: ({ code }) => log.push(`failed ${code}`),
    hold: note('hold'), resume: note('resume'), yield: note('yield'), nothingSaid: note('nothing'), turnEnded: ({ text }) => log.push(`turn ${text}`),
  });
  return {
    listener, clock, log, given, get streams() { return streams; },
    hear: async (...sound) => {
      for (const samples of sound) {
        for (let at = 0; at < samples.length; at += STEP) {
          listener.hear({ pcm: new Uint8Array(samples.slice(at, at + STEP).buffer), isFilled: false });
          clock.advance(20);
          // The network runs on another thread.
          if (at % (STEP * 10) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        }
      }
    },
  };
}

describe('a listener', () => {
  it('detects voices once for itself and for the recogniser', async () => {
    const { hear, log, given, clock, ...rest } = stand();
    await hear(silence(300), SPEECH, silence(600));
    await vi.waitUntil(() => { clock.advance(200); return log.some((line) => line.startsWith('turn')); }, PATIENCE);
    expect(given.length).toBeGreaterThan(0);
    expect(log[0]).toBe('voice');
    expect(rest.streams).toBe(1);
  });

  it('gives the recogniser the soft beginning of a word that the avatar was louder than', async () => {
    // The avatar at -30 dB: echoes up to -47 dB are expected, and a user louder than -39 dB.
    const { hear, given } = stand(-30);
    const soft = Int16Array.from({ length: 3_200 }, (_, n) => (n % 2 === 0 ? 77 : -77));
    await hear(silence(600), soft, SPEECH, silence(600));
    await vi.waitUntil(() => given.length > 0, PATIENCE);
    const softSamples = given[0]!.filter((sample) => Math.abs(Math.abs(sample) - 77 / 32_768) < 1e-5).length;
    expect(softSamples).toBeGreaterThan(1_000);
  });

  it('whose microphone goes away in the middle of a sentence answers what was said', async () => {
    const { hear, log, clock } = stand();
    await hear(silence(300), SPEECH);
    await vi.waitUntil(() => log.includes('voice'), PATIENCE);
    expect(log.some((line) => line.startsWith('turn'))).toBe(false);
    clock.advance(500);
    await vi.waitUntil(() => { clock.advance(200); return log.some((line) => line.startsWith('turn')); }, PATIENCE);
  });

  it('tells of a recogniser that refuses its key, once for each time that the user speaks', async () => {
    const { hear, log, given } = stand(-120, true);
    for (const n of [1, 2]) {
      await hear(silence(300), SPEECH, silence(600));
      await vi.waitUntil(() => log.filter((line) => line.startsWith('failed')).length === n, PATIENCE);
    }
    expect(given.length).toBeGreaterThanOrEqual(2);
    expect(log.filter((line) => line.startsWith('failed'))).toEqual(['failed providerKeyRefused', 'failed providerKeyRefused']);
  });

  it('takes two people who talk at once for one turn', async () => {
    const { hear, log, clock } = stand();
    const other = AUSTEN.slice(48_000, 80_000);
    await hear(silence(300), SPEECH.map((sample, n) => Math.round((sample + other[n]!) / 2)), other, silence(600));
    await vi.waitUntil(() => { clock.advance(200); return log.some((line) => line.startsWith('turn')); }, PATIENCE);
    clock.advance(3_000);
    expect(log.filter((line) => line !== 'voice' && line !== 'nothing')).toHaveLength(1);
  });

  it('begins no turn in two minutes of noise, and keeps none of it', async () => {
    const { hear, log, given } = stand();
    const heap = (): number => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    await hear(noise(5_000, 0.1));
    const before = heap();
    for (let n = 0; n < 23; n++) await hear(noise(5_000, 0.02 + 0.02 * (n % 8)));
    expect(log).toEqual([]);
    expect(given).toEqual([]);
    // All of it would be 3.7 MB. What is free is given back behind one's back, by and by.
    await expect.poll(() => heap() - before, PATIENCE).toBeLessThan(1e6);
  }, 60_000);
});
