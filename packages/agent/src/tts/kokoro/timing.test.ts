import { describe, expect, it } from 'vitest';
import { threadsOf } from './model.js';
import { timeLetters } from './timing.js';

/** A tone from `fromMs` on. */
function audioOf(ms: number, fromMs: number): Float32Array {
  return Float32Array.from({ length: ms * 24 }, (_, i) => (i < fromMs * 24 ? 0 : 0.3 * Math.sin(i / 4)));
}

describe('times of what Kokoro speaks', () => {
  const words = [{ text: 'My', sounds: 'mˈI' }, { text: 'map.', sounds: 'mˈæp.' }];
  // Zero token, m ˈ I, space, m ˈ æ p ., zero token: frames of 25 ms.
  const frames = Float32Array.from([16, 4, 1, 5, 1, 4, 2, 6, 4, 6, 4]);
  const audio = audioOf(53 * 25, 400);
  const { samples, ...timed } = timeLetters(words, { audio, frames });

  it('cuts the silence in front, all but 40 ms', () => {
    expect(samples.length).toBe((53 * 25 - 360) * 24);
    expect(samples.slice(0, 39 * 24).every((sample) => sample === 0)).toBe(true);
  });

  it('gives each sound its frames, less the audio\'s lead, and a stress mark\'s to the vowel after it', () => {
    // The first m begins at frame 16, 400 ms; less 360 of silence and 60 of lead: before the beginning.
    expect(timed.phonemes).toEqual([
      { text: 'm', startMs: 0, endMs: 80 }, { text: 'aɪ', startMs: 80, endMs: 230 },
      { text: 'm', startMs: 255, endMs: 355 }, { text: 'æ', startMs: 355, endMs: 555 }, { text: 'p', startMs: 555, endMs: 655 },
    ]);
    expect(timed.words).toEqual([{ text: 'My', startMs: 0, endMs: 230 }, { text: 'map.', startMs: 255, endMs: 655 }]);
  });

  it('stays within the sound where the frames say more', () => {
    const late = timeLetters(words, { audio: audioOf(500, 400), frames });
    for (const { startMs, endMs } of late.phonemes) expect(endMs <= 140 && startMs < endMs).toBe(true);
  });
});

it('Kokoro works on half of the cores, four at most', () => {
  expect([1, 2, 3, 4, 8, 64].map(threadsOf)).toEqual([1, 1, 1, 2, 4, 4]);
});
