/** A sentence frame by frame, in lines like a score: waveform, phones, mouths, curves, all on one axis of time. */
import type { StripData, StripPhone } from '../sheet-data.js';
import type { CameraMan } from './camera-man.js';
import { element } from './element.js';
import { MOUTH_SMALL } from './shots.js';

const FRAMES_A_LINE = 16;
const TILE = MOUTH_SMALL.width;
const WIDTH = FRAMES_A_LINE * TILE;
const WAVE = 44;
const BAND = 20;
const CURVES = 84;

export function drawStrip(data: StripData, man: CameraMan): HTMLElement[] {
  const mouths = man.take(data.poses, MOUTH_SMALL);
  const lines: HTMLElement[] = [];
  for (let first = 0; first < mouths.length; first += FRAMES_A_LINE) lines.push(line(data, mouths, first));
  const keys = data.curves.map(({ name, colour }) => {
    const key = element('span', 'key', [name]);
    key.style.color = colour;
    return key;
  });
  return [element('h1', '', [data.title]), element('p', 'keys', [...keys, element('span', 'key', ['/m b p/ shaded; pictures underlined where the lips meet (under 1 mm)'])]), ...lines];
}

/** One line, from frame `first` on. A frame's picture is centred on its time. */
function line(data: StripData, mouths: readonly HTMLElement[], first: number): HTMLElement {
  const x = (timeMs: number): number => ((timeMs * data.fps) / 1000 - first + 0.5) * TILE;
  const shown = data.phones.filter(({ startMs, endMs }) => x(endMs) > 0 && x(startMs) < WIDTH);
  const count = Math.min(FRAMES_A_LINE, mouths.length - first);
  const tiles = mouths.slice(first, first + count).map((mouth, i) => element('figure', data.closed[first + i] ? 'closed' : '', [mouth, element('figcaption', '', [`${Math.round(((first + i) * 1000) / data.fps)} ms`])]));
  return element('section', 'line', [
    svg(WAVE, `${marks(shown, x, WAVE)}<path class="wave" d="${wave(data, x)}"/>`),
    svg(BAND, shown.map((phone) => label(phone, x)).join('')),
    element('div', 'tiles', tiles),
    svg(CURVES, `${marks(shown, x, CURVES)}${curves(data, first, count)}`),
  ]);
}

function svg(height: number, content: string): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  made.setAttribute('width', String(WIDTH));
  made.setAttribute('height', String(height));
  made.innerHTML = content;
  return made;
}

/** Where lips must meet. */
function marks(phones: readonly StripPhone[], x: (timeMs: number) => number, height: number): string {
  return phones.filter(({ isBilabial }) => isBilabial)
    .map(({ startMs, endMs }) => `<rect class="bilabial" x="${x(startMs)}" width="${x(endMs) - x(startMs)}" height="${height}"/>`).join('');
}

function label({ name, startMs, endMs, isBilabial }: StripPhone, x: (timeMs: number) => number): string {
  const [from, to] = [Math.max(0, x(startMs)), Math.min(WIDTH, x(endMs))];
  const text = name === 'pau' ? '' : `<text x="${(from + to) / 2}" y="${BAND - 6}">${name}</text>`;
  return `<rect class="phone ${isBilabial ? 'bilabial' : ''}" x="${x(startMs)}" width="${x(endMs) - x(startMs)}" height="${BAND}"/>${text}`;
}

/** The waveform's extremes, a column of pixels at a time. */
function wave({ samples, sampleRate }: StripData, x: (timeMs: number) => number): string {
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-9);
  const columns = new Map<number, { low: number; high: number }>();
  samples.forEach((sample, i) => {
    const column = Math.floor(x((i * 1000) / sampleRate));
    if (column < 0 || column >= WIDTH) return;
    const { low, high } = columns.get(column) ?? { low: sample, high: sample };
    columns.set(column, { low: Math.min(low, sample), high: Math.max(high, sample) });
  });
  const y = (sample: number): number => (WAVE / 2) * (1 - (0.95 * sample) / loudest);
  return [...columns].map(([column, { low, high }]) => `M${column} ${y(high).toFixed(1)}V${(y(low) + 0.5).toFixed(1)}`).join('');
}

function curves({ curves: all }: StripData, first: number, count: number): string {
  const from = Math.max(0, first - 1);
  return all.map(({ values, full, colour }) => {
    const points = values.slice(from, first + count + 1).map((value, i) => {
      const y = CURVES - 3 - (CURVES - 6) * Math.min(1, Math.max(0, value / full));
      return `${((from + i - first + 0.5) * TILE).toFixed(1)},${y.toFixed(1)}`;
    });
    return `<polyline stroke="${colour}" points="${points.join(' ')}"/>`;
  }).join('');
}
