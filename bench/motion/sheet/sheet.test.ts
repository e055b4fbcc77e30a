import { CHANNEL, CHANNEL_COUNT } from '@visavis/face';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FPS, SAMPLE_RATE, type Track } from '../track.js';
import { openSheets, type Sheets } from './index.js';
import { typicalPoses } from './typical-poses.js';

let sheets: Sheets;
beforeAll(async () => {
  sheets = await openSheets({ system: 'signal', text: 'Buy me a map', voice: 'slt', avatar: new URL('../../../avatars/ava/', import.meta.url), onFallback: expect.unreachable });
});
afterAll(() => sheets.dispose());

it('has a cell for each viseme of the table, with the gap between the lips', () => {
  const { cells } = sheets.visemes();
  expect(cells.map(({ name }) => name).join(' ')).toBe('sil PP FF TH DD kk CH SS nn RR aa E ih oh ou');
  expect(cells[1]!.sounds).toBe('p b m');
  expect(cells[1]!.gapMm).toBeLessThan(0);
  expect(cells[10]!.pose[CHANNEL.jawOpen]).toBe(0.5);
});

it('has a sentence\'s sound, phones, poses and curves on one axis', async () => {
  const { samples, sampleRate, phones, poses, fps, closed, curves } = await sheets.strip();
  expect([sampleRate, fps]).toEqual([SAMPLE_RATE, FPS]);
  expect(Math.abs(poses.length / fps - samples.length / sampleRate)).toBeLessThan(1 / fps);
  expect(phones.filter(({ isBilabial }) => isBilabial).map(({ name }) => name)).toEqual(['b', 'm', 'm', 'p']);
  const { startMs, endMs } = phones.find(({ name }) => name === 'm')!;
  expect(closed[Math.round(((startMs + endMs) / 2000) * fps)]).toBe(true);
  expect(closed[curves[0]!.values.indexOf(Math.max(...curves[0]!.values))]).toBe(false);
  expect(curves).toHaveLength(4);
  for (const { values, full } of curves) {
    expect(values).toHaveLength(poses.length);
    expect(Math.max(...values)).toBeLessThan(full * 1.2);
  }
  expect(Math.max(...curves[0]!.values)).toBeGreaterThan(0.1);
});

it('takes for typical of a viseme the pose nearest to the mean in the middle of its phones', () => {
  const track: Track = Array.from({ length: 40 }, () => new Float32Array(CHANNEL_COUNT));
  const phones = [10, 16, 22].map((frame) => ({ name: 'm', startMs: ((frame - 2) * 1000) / FPS, endMs: ((frame + 2) * 1000) / FPS }));
  [0.1, 0.25, 0.9].forEach((value, i) => { track[10 + 6 * i]![CHANNEL.mouthClose] = value; });
  const typical = typicalPoses([{ voice: 'slt', samples: new Float32Array(0), phones, track }]);
  expect([...typical.keys()]).toEqual(['PP']);
  expect(typical.get('PP')).toBe(track[16]);
});
