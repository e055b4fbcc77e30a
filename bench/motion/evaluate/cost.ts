/** CPU time of a system per second of audio, on this one thread. */
import type { System } from '../systems/system.js';

const WARMUP_RUNS = 1;
const RUNS = 3;

export interface Cost {
  /** The best of some runs: milliseconds of CPU a second of audio, helper threads of the runtime included. */
  readonly cpuMs: number;
  /** The same over what the reference load takes for a second of its audio. */
  readonly toReference: number;
}

/** `referenceMsPerSecond`: what bench/lib's reference load takes for a second of audio. */
export async function costOf(system: System, samples: Float32Array, referenceMsPerSecond: number, heldOut?: string): Promise<Cost> {
  const times: number[] = [];
  for (let run = 0; run < WARMUP_RUNS + RUNS; run++) {
    const before = process.cpuUsage();
    await system.run(samples, heldOut);
    const { user, system: kernel } = process.cpuUsage(before);
    if (run >= WARMUP_RUNS) times.push((user + kernel) / 1000);
  }
  const cpuMs = Math.min(...times) / (samples.length / system.sampleRate);
  return { cpuMs, toReference: cpuMs / referenceMsPerSecond };
}
