import { describe, expect, it } from 'vitest';
import type { TurnReport } from '../../src/api.js';
import { duration, waterfallOf } from './waterfall.js';

const report: TurnReport = {
  turnId: 't1', source: 'voice', said: 'What is Visavis?', interrupted: false, heard: 'Visavis gives a voice agent a face.',
  stages: { endOfTurn: 420, finalTranscript: 610, firstToken: 640, firstAudio: 1_010, firstMotion: 1_050, firstHeard: 1_120 },
};

describe('the waterfall of a turn', () => {
  it('has a bar for each stage, each from the end of the one before', () => {
    const { bars, heardMs, totalMs } = waterfallOf(report, { heardAtMs: 5_000, seenAtMs: 5_016 });
    expect(bars.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([[0, 420], [420, 610], [610, 640], [640, 1_010], [1_010, 1_050], [1_050, 1_120], [1_120, 1_136]]);
    expect([heardMs, totalMs]).toEqual([1_120, 1_136]);
  });

  it('leaves out what did not happen: a typed text has no transcript, a cut answer was not heard', () => {
    const typed = waterfallOf({ ...report, source: 'text', stages: { firstToken: 12, firstAudio: 80 }, interrupted: true }, undefined);
    expect(typed.bars.map(({ name }) => name)).toEqual(['First word of the answer', 'First sound from the voice']);
    expect([typed.heardMs, typed.totalMs, typed.interrupted]).toEqual([undefined, 80, true]);
  });

  it('lets no bar run backwards where a stage came before the one above it', () => {
    const { bars, totalMs } = waterfallOf({ ...report, stages: { finalTranscript: 500, endOfTurn: 700, firstToken: 650, firstHeard: 900 } }, { heardAtMs: 100, seenAtMs: 60 });
    expect(bars.every(({ fromMs, toMs }) => fromMs <= toMs)).toBe(true);
    expect(totalMs).toBe(900);
  });

  it('is named by what the user said, shortened', () => {
    expect(waterfallOf({ ...report, said: 'long '.repeat(40) }, undefined).title).toHaveLength(80);
    expect(waterfallOf({ ...report, said: '', source: 'say' }, undefined).title).toBe(report.heard);
    expect(waterfallOf({ ...report, said: '' }, undefined).title).toBe('Without a question');
  });
});

it.each([[0, '0 ms'], [999.4, '999 ms'], [1_000, '1.00 s'], [12_345, '12.35 s']])('%d ms reads %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
