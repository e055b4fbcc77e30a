import { describe, expect, it } from 'vitest';
import { RecentSound } from './recent-sound.js';

const samples = (...values: number[]): Int16Array => Int16Array.from(values);

describe('recent sound', () => {
  it('gives back what is kept, and silence for the rest', () => {
    const sound = new RecentSound(4);
    sound.push(samples(1, 2, 3));
    sound.push(samples(4, 5, 6));
    expect(sound.end).toBe(6);
    expect([...sound.between(0, 8)]).toEqual([0, 0, 3, 4, 5, 6, 0, 0]);
  });

  it('takes back what it was told last', () => {
    const sound = new RecentSound(8);
    sound.push(samples(0, 0, 3));
    sound.amend(samples(1, 2));
    expect([...sound.between(0, 3)]).toEqual([0, 1, 2]);
    sound.amend(samples(6, 7, 8, 9));
    expect([...sound.between(0, 3)]).toEqual([7, 8, 9]);
  });
});
