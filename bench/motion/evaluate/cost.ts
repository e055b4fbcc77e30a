/** CPU time of a system per second of audio, on this one thread. */
import type { System, Told } from '../systems/system.js';

const WARMUP_RUNS = 1;
const RUNS = 3;
/** Where streams share work: so many at once. */
const TOGETHER = 8;

export interface CpuTime {
  /** The best of some runs: milliseconds of CPU a second of audio, helper threads of the runtime included. */
  readonly cpuMs: number;
  /** The same over what the reference load takes for a second of its audio. */
  readonly toReference: number;
}

export interface Cost extends CpuTime {
  /** The same for each of some streams at once, where they share work. */
  readonly together?: CpuTime & { readonly streams: number };
}

/** `referenceMsPerSecond`: what bench/lib's reference load takes for a second of audio. */
export async function costOf(system: System, samples: Float32Array, referenceMsPerSecond: number, told: Told): Promise<Cost> {
  const timeOf = async (streams: number): Promise<CpuTime> => {
    const times: number[] = [];
    for (let run = 0; run < WARMUP_RUNS + RUNS; run++) {
      const before = process.cpuUsage();
      await Promise.all(Array.from({ length: streams }, () => system.run(samples, told)));
      const { user, system: kernel } = process.cpuUsage(before);
      if (run >= WARMUP_RUNS) times.push((user + kernel) / 1000);
    }
    const cpuMs = Math.min(...times) / (streams * (samples.length / system.sampleRate));
    return { cpuMs, toReference: cpuMs / referenceMsPerSecond };
  };
  const alone = await timeOf(1);
  return system.sharesWork ? { ...alone, together: { streams: TOGETHER, ...(await timeOf(TOGETHER)) } } : alone;
}
