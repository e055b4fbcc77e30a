/** What every bench shares: figures of a sample, the machine's name, a reference load, a table, a JSON file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { StreamingResampler } from '@visavis/motion/resample';

/** p5, p50, p95, p99 and the largest of some numbers. */
export function percentiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { count: sorted.length, p5: at(0.05), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? NaN };
}

/** The machine, and how busy it was in the last minute: call it before anything is measured. */
export function machine() {
  const [first] = cpus();
  return { load: Number(loadavg()[0]?.toFixed(2)), cpu: first?.model.trim() ?? 'unknown', cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version, platform: `${process.platform} ${process.arch}` };
}

/**
 * A fixed load that depends on nothing measured: 60 s of noise from 48 to 16 kHz, in pieces of 20 ms, on one core. The
 * best of five runs, in milliseconds.
 */
export function referenceMs() {
  const piece = Float32Array.from({ length: 960 }, (_, i) => Math.sin(i * i));
  const runs = Array.from({ length: 5 }, () => {
    const resampler = new StreamingResampler(48_000, 16_000);
    const beganMs = performance.now();
    for (let i = 0; i < 3000; i++) resampler.push(piece);
    return performance.now() - beganMs;
  });
  return Math.min(...runs);
}

/** Rows of [what, figure, unit]. */
export function printTable(title, rows) {
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log(`\n${title}`);
  for (const [what, figure, unit] of rows) {
    const text = typeof figure === 'number' ? figure.toFixed(figure >= 100 ? 0 : figure >= 1 ? 2 : 4) : figure;
    console.log(`  ${what.padEnd(width)}  ${text.padStart(9)} ${unit}`);
  }
}

export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, (_, item) => (typeof item === 'number' && !Number.isInteger(item) ? Number(item.toPrecision(5)) : item), 2)}\n`);
  console.log(`\nwrote ${path}`);
}

/** A small generator of numbers in [0, 1) (mulberry32), so that a run can be repeated. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
