import { expect, it } from 'vitest';
import { CONTEXT_RATE, installWorklets, playInto } from './worklet.js';

interface Scope {
  AudioWorkletProcessor: new () => { port: { postMessage(data: unknown): void } };
  AudioWorkletNode: new (context: object, name: string, options: object) => { port: { onmessage: (event: { data: unknown }) => void } };
  registerProcessor(name: string, processor: unknown): void;
}

it.each([0, 100])('plays a sound into a worklet that is %d ms ahead of the ear', (audioDelayMs) => {
  installWorklets();
  const scope = globalThis as unknown as Scope;
  scope.registerProcessor('sum', class extends scope.AudioWorkletProcessor {
    static parameterDescriptors = [{ name: 'factor', defaultValue: 2 }];
    #sum = 0;
    process([[quantum]]: [[Float32Array]], _outputs: unknown, { factor }: { factor: Float32Array }): boolean {
      for (const sample of quantum) this.#sum += sample * factor[0]!;
      this.port.postMessage(this.#sum);
      return true;
    }
  });
  const node = new scope.AudioWorkletNode({}, 'sum', {});
  let heard = 0;
  node.port.onmessage = ({ data }) => { heard = data as number; };
  const sums: number[] = [];
  playInto(node, new Float32Array(CONTEXT_RATE).fill(1), { ticksPerSecond: 50, audioDelayMs }, () => sums.push(heard));
  expect(sums.length).toBe(50);
  sums.forEach((sum, tick) => {
    const due = Math.min(1, tick / 50 + audioDelayMs / 1000) * CONTEXT_RATE;
    expect(sum).toBeLessThanOrEqual(2 * due);
    expect(sum).toBeGreaterThan(2 * (due - 128));
  });
});
