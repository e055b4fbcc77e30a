import { seededRandom } from '@visavis/face';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FPS, unbroken, type Curve } from '../track.js';
import { auc } from './auc.js';
import { blocksOf, drawBlocks, estimate, pairedGain, ratioStatistic } from './blocks.js';
import { closureStatistics, countClosures, shownAtRate, type Phone } from './closures.js';
import { bestLag, correlation, shift } from './correlation.js';
import { speedRatio, travel } from './motion.js';

/** Standard normal numbers. */
function gauss(seed: number, count: number): Curve {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/** A slow curve at any time in frames: some sines. */
const slow = (at: number): number => Math.sin(at / 4) + 0.7 * Math.sin(at / 7.3 + 1) + 0.4 * Math.sin(at / 2.9 + 2);
const curve = (count: number, offset = 0): Curve => Float64Array.from({ length: count }, (_, k) => slow(k + offset));
const all = (count: number): boolean[] => new Array<boolean>(count).fill(true);
const ones = (count: number): Float64Array => new Float64Array(count).fill(1);

describe('lag', () => {
  it.each([-5, -1, 0, 2, 4.5])('of a curve that is %d frames early is found', (early) => {
    const { frames, ms } = bestLag(curve(900, early), curve(900));
    expect(Math.abs(frames - early)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(ms - (early * 1000) / FPS)).toBeLessThan(2);
  });

  it('aligns by moving the early curve later', () => {
    const [ours, truth] = [curve(300, 3), curve(300)];
    const moved = shift(ours, bestLag(ours, truth).frames, 300);
    for (let k = 10; k < 290; k++) expect(moved[k]).toBeCloseTo(truth[k]!, 9);
  });
});

describe('correlation', () => {
  it('is blind to scale and offset, and to frames outside the mask', () => {
    const truth = curve(600);
    const mask = truth.map((_, k) => k % 3).reduce<boolean[]>((kept, rest) => [...kept, rest !== 0], []);
    const ours = truth.map((value, k) => (mask[k] ? 5 - 2 * value : 99));
    expect(correlation(ours, truth, mask, blocksOf([600]))(ones(4))).toBeCloseTo(-1, 9);
  });

  it('has an interval that holds the true value about 95 times in 100', () => {
    const count = 3000;
    const blocks = blocksOf([count]);
    const draws = drawBlocks([blocks.length]);
    const held = Array.from({ length: 100 }, (_, i) => {
      const [truth, error] = [gauss(2 * i, count), gauss(2 * i + 1, count)];
      const { low, high } = estimate(correlation(truth.map((value, k) => 0.6 * value + 0.8 * error[k]!), truth, all(count), blocks), draws);
      return low <= 0.6 && 0.6 <= high;
    }).filter(Boolean).length;
    expect(held).toBeGreaterThanOrEqual(84);
    expect(held).toBeLessThan(100);
  });
});

describe('AUC', () => {
  it('of two normals one deviation apart is .760, with all blocks drawn once', () => {
    const label = Array.from({ length: 6000 }, (_, k) => k % 3 === 0);
    const score = gauss(5, 6000).map((value, k) => value + (label[k] ? 1 : 0));
    expect(auc(score, label, all(6000), blocksOf([6000]))(ones(40))).toBeCloseTo(0.76, 1);
  });

  it('is that of the frames drawn, counted pair by pair, ties half', () => {
    const frames = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), label: fc.boolean() }), { minLength: 450, maxLength: 450 });
    fc.assert(fc.property(frames, fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), (drawn, weights) => {
      const blocks = blocksOf([450]);
      const statistic = auc(Float64Array.from(drawn, ({ score }) => score), drawn.map(({ label }) => label), all(450), blocks);
      const repeated = blocks.flatMap(({ from, to }, i) => Array.from({ length: weights[i]! }, () => drawn.slice(from, to)).flat());
      let [won, pairs] = [0, 0];
      for (const a of repeated) for (const b of repeated) {
        if (!a.label || b.label) continue;
        pairs++;
        won += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
      }
      const ours = statistic(Float64Array.from(weights));
      expect(pairs === 0 ? Number.isNaN(ours) : Math.abs(ours - won / pairs) < 1e-9).toBe(true);
    }), { numRuns: 12 });
  });
});

describe('blocks', () => {
  it('cover each recording once and cross no end', () => {
    const blocks = blocksOf([400, 20, 1000]);
    expect(blocks.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(1420);
    for (const border of [400, 420]) expect(blocks.some(({ from, to }) => from < border && to > border)).toBe(false);
  });

  it('are drawn the same each time, each group as often as it has blocks', () => {
    expect(drawBlocks([3, 5])).toEqual(drawBlocks([3, 5]));
    for (const weights of drawBlocks([3, 5])) {
      expect(weights.subarray(0, 3).reduce((a, b) => a + b)).toBe(3);
      expect(weights.subarray(3).reduce((a, b) => a + b)).toBe(5);
    }
  });

  it('pair: no gain over itself, and a sure gain where single intervals overlap', () => {
    const blocks = blocksOf([3000]);
    const draws = drawBlocks([blocks.length]);
    const truth = gauss(1, 3000).map((value, k) => value * (1 + Math.floor(k / 150) % 5));
    const noise = gauss(2, 3000);
    const of = (share: number) => correlation(truth.map((value, k) => value + share * noise[k]!), truth, all(3000), blocks);
    expect(pairedGain(of(3), of(3), draws)).toEqual({ value: 0, low: 0, high: 0 });
    expect(pairedGain(of(3), of(3.2), draws).low).toBeGreaterThan(0);
    expect(estimate(of(3), draws).low).toBeLessThan(estimate(of(3.2), draws).high);
  });
});

describe('travel', () => {
  it('sums changes within the mask, and its ratio is that of the speeds', () => {
    const saw = Float64Array.from({ length: 301 }, (_, k) => k % 2);
    const mask = all(301).map((_, k) => k < 151);
    const { sum, steps } = travel([saw, saw], mask, [{ from: 0, to: 301 }]);
    expect([sum[0], steps[0]]).toEqual([300, 150]);
    const half = travel([saw.map((value) => value / 2)], mask, [{ from: 0, to: 301 }]);
    expect(ratioStatistic(half.sum, travel([saw], mask, [{ from: 0, to: 301 }]).sum)(ones(1))).toBe(0.5);
  });

  it('compares speeds of recordings that differ in length', () => {
    const moved = (size: number, count: number) => travel([Float64Array.from({ length: count }, (_, k) => size * (k % 2))], all(count), blocksOf([count]));
    const { value, low, high } = speedRatio(moved(0.3, 301), moved(0.6, 1501));
    expect([value, low, high]).toEqual([expect.closeTo(0.5, 9), expect.closeTo(0.5, 9), expect.closeTo(0.5, 9)]);
  });
});

describe('unbroken speech', () => {
  const frames = (text: string): boolean[] => [...text].map((letter) => letter === 'x');
  const shown = (mask: readonly boolean[]): string => mask.map((inside) => (inside ? 'x' : '.')).join('');

  it('is 400 ms or more with pauses of at most 200 ms, less its ends', () => {
    const long = 'x'.repeat(20) + '.'.repeat(6) + 'x'.repeat(10);
    expect(shown(unbroken(frames(`..${long}..`)))).toBe(`..${'.'.repeat(3)}${'x'.repeat(30)}${'.'.repeat(3)}..`);
  });

  it('is none where pauses are longer or speech is short', () => {
    expect(unbroken(frames(`${'x'.repeat(8)}${'.'.repeat(7)}${'x'.repeat(8)}`)).some(Boolean)).toBe(false);
    expect(unbroken(frames('x'.repeat(11))).some(Boolean)).toBe(false);
    expect(unbroken(frames('x'.repeat(12))).filter(Boolean)).toHaveLength(6);
    expect(unbroken([])).toEqual([]);
  });
});

describe('closures', () => {
  const phones: Phone[] = [
    { name: 'pau', startMs: 0, endMs: 200 }, { name: 'm', startMs: 200, endMs: 300 }, { name: 'aa', startMs: 300, endMs: 700 },
    { name: 'b', startMs: 700, endMs: 800 }, { name: 'iy', startMs: 800, endMs: 1200 }, { name: 'pau', startMs: 1200, endMs: 1400 },
  ];
  /** A gap of 5 mm that is 0 within the given times. */
  const closedIn = (...spans: [number, number][]): Curve =>
    Float64Array.from({ length: 42 }, (_, k) => (spans.some(([from, to]) => (k * 1000) / FPS >= from && (k * 1000) / FPS <= to) ? 0 : 5));

  it('are shown by lips that close at the phones, and none of them is false', () => {
    expect(countClosures(closedIn([200, 300], [720, 800]), phones, 1)).toEqual({ shown: 2, wanted: 2, falseOnes: 0, speechSeconds: 1 });
  });

  it('are not shown by lips that close 100 ms late, which is false once', () => {
    expect(countClosures(closedIn([380, 470], [720, 800]), phones, 1)).toMatchObject({ shown: 1, falseOnes: 1 });
  });

  it('cost a mouth that never opens a false one between any two', () => {
    expect(countClosures(closedIn([0, 1400]), phones, 1)).toMatchObject({ shown: 2, falseOnes: 2 });
    expect(countClosures(closedIn(), phones, 1)).toMatchObject({ shown: 0, falseOnes: 0 });
  });

  it('give the share shown at the rate of false ones allowed', () => {
    const gap = closedIn([200, 300], [720, 800]).map((value, k) => (k >= 13 && k <= 15 ? 2 : value === 0 && k > 15 ? 3 : value));
    const ladder = [1, 2.5, 3.5].map((threshold) => [countClosures(gap, phones, threshold)]);
    expect(shownAtRate(ladder, 0)(ones(1))).toBe(0.5);
    expect(shownAtRate(ladder, 1)(ones(1))).toBe(1);
    expect(closureStatistics(ladder[2]!).falseRate(ones(1))).toBe(1);
  });
});
