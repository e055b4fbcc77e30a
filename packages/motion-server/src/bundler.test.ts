import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkBundler } from './bundler.js';

const FRAME_MS = 1000 / 30;
const units = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

function takeAll(bundler: ChunkBundler<number>, nowMs: number): number[] {
  const sizes: number[] = [];
  for (let bundle = bundler.take(nowMs); bundle; bundle = bundler.take(nowMs)) sizes.push(bundle.length);
  return sizes;
}

describe('ChunkBundler', () => {
  it('sends what it has at once, at most 80 ms of it', () => {
    const one = new ChunkBundler<number>(FRAME_MS);
    one.add(units(1));
    expect(takeAll(one, 0)).toEqual([1]);
    const many = new ChunkBundler<number>(FRAME_MS);
    many.add(units(3));
    expect(many.take(0)).toEqual([0, 1]);
  });

  it('bundles 200 ms once the player has a reserve, 400 ms once it has plenty', () => {
    const bundler = new ChunkBundler<number>(FRAME_MS);
    bundler.add(units(90));
    const sizes = takeAll(bundler, 0);
    expect(sizes[0]).toBe(2);
    expect(sizes.slice(1).every((size) => size === 12)).toBe(true);
    const slow = new ChunkBundler<number>(FRAME_MS);
    const seen: number[] = [];
    for (let at = 0; at < 24; at += 3) {
      slow.add(units(3, at));
      seen.push(...takeAll(slow, 0));
    }
    expect(seen).toEqual([2, 1, 3, 6, 6]);
  });

  it('holds nothing back while audio comes at the pace of speech', () => {
    const bundler = new ChunkBundler<number>(20);
    for (let now = 0; now < 2000; now += 20) {
      bundler.add([now]);
      expect(bundler.take(now)).toEqual([now]);
    }
  });

  it('says when what it holds must go, before the player runs dry', () => {
    const bundler = new ChunkBundler<number>(20);
    bundler.add(units(20));
    expect(takeAll(bundler, 0)).toEqual([4, 16]);
    bundler.add(units(3));
    expect(bundler.take(0)).toBeUndefined();
    expect(bundler.dueMs).toBe(400 - 150);
    expect(bundler.take(249)).toBeUndefined();
    expect(bundler.take(250)).toHaveLength(3);
    expect(bundler.dueMs).toBeUndefined();
  });

  it('gathers again after the player stalled', () => {
    const bundler = new ChunkBundler<number>(20);
    bundler.add(units(1));
    bundler.take(0);
    const sizes: number[] = [];
    for (let at = 0; at < 60; at += 4) {
      bundler.add(units(4, at));
      sizes.push(...takeAll(bundler, 10_000));
    }
    expect(sizes.slice(0, 2)).toEqual([4, 4]);
    expect(Math.min(...sizes.slice(2))).toBeGreaterThanOrEqual(10);
  });

  it('loses, repeats and reorders nothing, and never exceeds 400 ms', () => {
    const step = fc.record({ add: fc.nat(40), wait: fc.nat(500) });
    fc.assert(fc.property(fc.array(step), fc.integer({ min: 25, max: 60 }), (steps, fps) => {
      const bundler = new ChunkBundler<number>(1000 / fps);
      const out: number[] = [];
      const keep = (bundle: number[] | undefined): number[] | undefined => {
        out.push(...(bundle ?? []));
        expect((bundle ?? []).length * (1000 / fps)).toBeLessThan(400.01);
        return bundle;
      };
      let added = 0;
      let now = 0;
      for (const { add, wait } of steps) {
        bundler.add(units(add, added));
        added += add;
        while (keep(bundler.take(now))) continue;
        now += wait;
      }
      while (keep(bundler.force(now))) continue;
      expect(out).toEqual(units(added));
    }));
  });
});
