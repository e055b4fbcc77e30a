import fc from 'fast-check';
import { CHANNEL, CHANNEL_COUNT, EMOTIONS } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { MotionEngine, createSignalModel } from '../index.js';
import { checkExpression, checkTimes, LipTimeline, Mood, type Expression, type TimedText } from './index.js';
import { MAX_TIMED_TEXTS } from './expression.js';
import { lipDuties, spelledContacts } from './phonemes.js';
import { Spans } from './spans.js';

describe('an expression', () => {
  it('is refused with a code where it makes no sense', () => {
    const word = (part: Partial<TimedText>): Expression => ({ words: [{ text: 'a', startMs: 0, endMs: 1, ...part }] });
    const phoneme = (part: Partial<TimedText>): Expression => ({ phonemes: [{ text: 'a', startMs: 0, endMs: 1, ...part }] });
    const bad: Expression[] = [
      { emotion: 'bored' as 'calm' }, { intensity: -0.1 }, { intensity: 1.1 }, { intensity: Number.NaN },
      word({ startMs: 2 }), word({ startMs: -1 }), word({ startMs: Number.NaN }), phoneme({ endMs: Infinity }), phoneme({ text: 'a'.repeat(201) }),
      { phonemes: Array.from({ length: MAX_TIMED_TEXTS + 1 }, () => ({ text: 'a', startMs: 0, endMs: 1 })) },
    ];
    for (const expression of bad) {
      expect(() => checkExpression(expression)).toThrow(expect.objectContaining({ code: 'invalidExpression' }));
      expect(() => new MotionEngine({ model: createSignalModel(), sampleRate: 16_000, fps: 30, expression })).toThrow(expect.objectContaining({ code: 'invalidExpression' }));
    }
    for (const emotion of EMOTIONS) expect(() => checkExpression({ emotion, intensity: 0.5, ...word({}) })).not.toThrow();
    expect(() => checkExpression({})).not.toThrow();
  });

  it('may be told more of, but no more than could be told at once', () => {
    const phonemes = [{ text: 'a', startMs: 0, endMs: 1 }];
    expect(() => checkTimes({ phonemes }, { words: MAX_TIMED_TEXTS, phonemes: MAX_TIMED_TEXTS - 1 })).not.toThrow();
    expect(() => checkTimes({ phonemes }, { words: 0, phonemes: MAX_TIMED_TEXTS })).toThrow(expect.objectContaining({ code: 'invalidExpression' }));
    const engine = new MotionEngine({ model: createSignalModel(), sampleRate: 16_000, fps: 30, expression: { phonemes: Array.from({ length: MAX_TIMED_TEXTS }, () => phonemes[0]!) } });
    expect(() => engine.tell({ phonemes })).toThrow(expect.objectContaining({ code: 'invalidExpression' }));
    expect(() => engine.tell({ words: [{ text: 'a', startMs: Number.NaN, endMs: 1 }] })).toThrow(expect.objectContaining({ code: 'invalidExpression' }));
    engine.tell({ words: phonemes });
  });
});

describe('phonemes', () => {
  it.each([
    ['M', ['lips']], ['m', ['lips']], ['B', ['lips']], ['em', ['lips']], ['p', ['lips']], ['pʰ', ['lips']], ['bʲ', ['lips']], ['mː', ['lips']],
    ['F', ['teeth']], ['v', ['teeth']], ['p͡f', ['lips', 'teeth']], ['ɱ', ['teeth']],
    ['AH0', ['other']], ['ah1', ['other']], ['HH', ['other']], ['ˈæ', ['other']], ['tʃ', ['other', 'other']], ['ɔ̃', ['other']], ['β', ['other']],
    ['SIL', ['silence']], ['pau', ['silence']], ['_', ['silence']], [',', ['silence']],
    ['', []], ['ˈ', []], ['ː', []], ['☃', []], ['5', []], ['音', []],
  ])('%s', (text, duties) => expect(lipDuties(text)).toEqual(duties));

  it('of any text give a list and never fail', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
      expect(lipDuties(text).every((duty) => ['lips', 'teeth', 'silence', 'other'].includes(duty))).toBe(true);
      expect(spelledContacts(text).every(({ at }) => at > 0 && at < 1)).toBe(true);
    }));
  });

  it('are guessed from the letters of a word', () => {
    expect(spelledContacts('Bumblebee!').map(({ duty }) => duty)).toEqual(['lips', 'lips', 'lips', 'lips']);
    expect(spelledContacts('phone')).toEqual([{ duty: 'teeth', at: 0.1 }, { duty: 'teeth', at: 0.3 }]);
    expect(spelledContacts('мама').map(({ at }) => at)).toEqual([0.125, 0.625]);
  });
});

describe('the lips\' timeline', () => {
  const PHONEMES = [['h', 0, 60], ['e', 60, 160], ['m', 200, 300], ['f', 300, 400], ['a', 400, 520], ['p', 520, 540], ['☃', 540, 900]] as const;
  const phonemes = PHONEMES.map(([text, startMs, endMs]) => ({ text, startMs, endMs }));

  it('holds contacts from shortly before their sound, 60 ms at least, and knows nothing beyond the phonemes', () => {
    const timeline = new LipTimeline({ phonemes: [...phonemes].reverse() });
    const spans = (duty: 'lips' | 'teeth'): number[] => Array.from({ length: 56 }, (_, i) => 10 * i).filter((ms) => timeline.contactAt(duty, ms) === true);
    expect(spans('lips')).toEqual([190, 200, 210, 220, 230, 240, 250, 260, 270, 280, 290, 500, 510, 520, 530]);
    expect(spans('teeth')).toEqual([290, 300, 310, 320, 330, 340, 350, 360, 370, 380, 390]);
    expect([100, 180, 450].map((ms) => timeline.contactAt('lips', ms))).toEqual([false, false, false]);
    expect([-10, 540, 800].map((ms) => timeline.contactAt('lips', ms))).toEqual([undefined, undefined, undefined]);
    expect([100, 180, 250, 350, 600].map((ms) => timeline.spokenAt(ms))).toEqual([true, false, false, true, undefined]);
  });

  it('only sharpens by words, and not where phonemes are known', () => {
    const words = [{ text: 'maybe', startMs: 1000, endMs: 1500 }];
    const timeline = new LipTimeline({ words, phonemes });
    expect([1050, 1250, 1350, 1600].map((ms) => timeline.contactAt('lips', ms))).toEqual(['likely', 'unlikely', 'likely', undefined]);
    expect(timeline.contactAt('teeth', 1050)).toBe('unlikely');
    expect(new LipTimeline({ words: [{ text: 'mob', startMs: 0, endMs: 500 }], phonemes }).contactAt('lips', 100)).toBe(false);
  });
});

describe('what is told later', () => {
  const phoneme = (text: string, startMs: number, endMs: number): TimedText => ({ text, startMs, endMs });

  it('adds to what was known, in any order, and is exact by itself', () => {
    const timeline = new LipTimeline({ phonemes: [phoneme('ɑ', 0, 200)] });
    timeline.tell({ phonemes: [phoneme('ɑ', 1000, 1100), phoneme('m', 1100, 1200)] });
    timeline.tell({ phonemes: [phoneme('b', 600, 700), phoneme('ɑ', 500, 600)] });
    timeline.tell({ phonemes: [phoneme('p', 100, 180)] });
    expect([50, 150, 300, 550, 650, 800, 1050, 1150, 1250].map((ms) => timeline.contactAt('lips', ms)))
      .toEqual([false, true, undefined, false, true, undefined, false, true, undefined]);
    timeline.tell({ words: [{ text: 'mum', startMs: 1300, endMs: 1600 }] });
    expect(timeline.contactAt('lips', 1320)).toBe('likely');
  });

  it('is the same to the moment as if it had been told at once, however it comes', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 });
    fc.assert(fc.property(fc.array(fc.record({ from: fc.nat(60), length: fc.nat(9) }), { maxLength: 20 }), times, (pieces, moments) => {
      const spans = new Spans();
      for (const { from, length } of pieces) spans.add({ fromMs: from, toMs: from + length });
      for (const ms of moments) expect(spans.has(ms)).toBe(pieces.some(({ from, length }) => ms >= from && ms < from + length));
    }));
  });
});

describe('a mood', () => {
  it('comes in within 400 ms of the utterance without a jump, whenever it is looked at', () => {
    const smile = (timeMs: number): number => {
      const pose = new Float32Array(CHANNEL_COUNT);
      new Mood({ emotion: 'happy', intensity: 0.5 }).apply(pose, timeMs);
      return pose[CHANNEL.mouthSmileLeft]!;
    };
    const rise = Array.from({ length: 60 }, (_, i) => smile(10 * i));
    expect(rise[0]).toBe(0);
    expect(Math.max(...rise.slice(1).map((value, i) => value - rise[i]!))).toBeLessThan(0.04 * rise[59]!);
    expect(rise.slice(40).every((value) => value === rise[59])).toBe(true);
    expect(rise[59]).toBeCloseTo(0.275, 5);
  });

  it('of the signal model shows in its poses, and its closures stay what they were', () => {
    const samples = Float32Array.from({ length: 16_000 }, (_, n) => 0.3 * Math.sin(0.05 * n) * Math.sin(0.003 * n));
    const poses = (expression?: Expression): Float32Array[] => {
      const stream = createSignalModel().open(expression && { expression, originMs: 0 });
      stream.push(samples);
      stream.flush();
      return stream.pull() as Float32Array[];
    };
    const [plain, angry] = [poses(), poses({ emotion: 'angry' })];
    expect(poses({ emotion: 'neutral' })).toEqual(plain);
    expect(angry.at(-1)![CHANNEL.browDownLeft]).toBeCloseTo(0.85, 5);
    plain.forEach((pose, k) => expect(angry[k]![CHANNEL.mouthClose]).toBe(pose[CHANNEL.mouthClose]));
  });
});
