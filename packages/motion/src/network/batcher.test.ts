import { describe, expect, it } from 'vitest';
import { StepBatcher, type StepRunner, type StepStream, type Tensors } from './batcher.js';
import type { StepLayout, Tensor } from './layout.js';
import { PlainState } from './state.js';

const tensor = (name: string, size: number): Tensor => ({ name, shape: [size], size });
/** A graph that counts: each step adds its feature to the state, and shows the sum in every curve. */
const LAYOUT: StepLayout = {
  features: tensor('x', 1), states: [{ input: tensor('sum', 1), output: tensor('sum_next', 1), create: () => new PlainState(1) }],
  visemes: tensor('visemes', 1), articulation: tensor('articulation', 1), voice: tensor('voice', 1), arousal: tensor('arousal', 1), motion: tensor('motion', 1),
};

class CountingRunner implements StepRunner {
  readonly batches: number[] = [];
  disposed = false;
  /** Called before each run. */
  before: () => void | Promise<void> = () => undefined;

  async run({ x, sum }: Tensors, count: number): Promise<Tensors> {
    this.batches.push(count);
    await this.before();
    const next = Float32Array.from({ length: count }, (_, row) => x![row]! + sum![row]!);
    return { sum_next: next, visemes: next, articulation: next, voice: next, arousal: next, motion: next };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

class Adder implements StepStream {
  readonly states = [new PlainState(1)];
  readonly shown: number[] = [];
  readonly #steps: number[];

  constructor(...steps: number[]) {
    this.#steps = steps;
  }

  get sum(): number {
    const now = new Float32Array(1);
    this.states[0]!.gather(now, 0);
    return now[0]!;
  }

  nextStep(): Float32Array {
    return Float32Array.of(this.#steps[this.shown.length]!);
  }

  takeStep({ voice }: Tensors, row: number): void {
    this.shown.push(voice![row]!);
  }
}

function setUp(maxBatch = 64): { runner: CountingRunner; batcher: StepBatcher } {
  const runner = new CountingRunner();
  return { runner, batcher: new StepBatcher({ runner, layout: LAYOUT, maxBatch, defer: setImmediate }) };
}

describe('StepBatcher', () => {
  it('runs the streams of one turn together, and the steps of one stream one after the other', async () => {
    const { runner, batcher } = setUp();
    const streams = [new Adder(1), new Adder(10, 20, 30), new Adder(100, 200)];
    await Promise.all(streams.map((stream, i) => batcher.run(stream, [1, 3, 2][i]!).done));
    expect(streams.map(({ shown }) => shown)).toEqual([[1], [10, 30, 60], [100, 300]]);
    expect(runner.batches).toEqual([3, 2, 1]);
  });

  it('takes no more than its largest batch, those that waited first', async () => {
    const { runner, batcher } = setUp(4);
    const streams = Array.from({ length: 10 }, (_, i) => new Adder(i, 1));
    await Promise.all(streams.map((stream) => batcher.run(stream, 2).done));
    expect(streams.map(({ shown }) => shown)).toEqual(streams.map((_, i) => [i, i + 1]));
    expect(runner.batches).toEqual([4, 4, 4, 4, 4]);
  });

  it('takes what comes while a run is on into the next', async () => {
    const { runner, batcher } = setUp();
    const late = new Adder(5);
    let joined: Promise<void> | undefined;
    runner.before = () => { joined ??= batcher.run(late, 1).done; };
    await batcher.run(new Adder(1, 2), 2).done;
    await joined;
    expect(runner.batches).toEqual([1, 2]);
    expect(late.shown).toEqual([5]);
  });

  it('ends a stream whose values are no numbers, and no other', async () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const { batcher } = setUp();
      const [sick, well] = [new Adder(1, bad, 3), new Adder(1, 2, 3)];
      const results = await Promise.allSettled([batcher.run(sick, 3).done, batcher.run(well, 3).done]);
      expect(results[0]).toMatchObject({ status: 'rejected', reason: { code: 'networkFailed' } });
      expect([sick.shown, sick.sum]).toEqual([[1], 1]);
      expect(well.shown).toEqual([1, 3, 6]);
    }
  });

  it('tells the streams of a run that failed, and works on', async () => {
    const { runner, batcher } = setUp();
    runner.before = () => { throw new Error('out of memory'); };
    await expect(batcher.run(new Adder(1), 1).done).rejects.toMatchObject({ code: 'networkFailed', message: expect.stringContaining('out of memory') });
    runner.before = () => undefined;
    const next = new Adder(2);
    await batcher.run(next, 1).done;
    expect(next.shown).toEqual([2]);
  });

  it('leaves a stream alone whose steps were cancelled, waiting or running', async () => {
    const { runner, batcher } = setUp(1);
    const [running, waiting, other] = [new Adder(1, 2), new Adder(1), new Adder(7)];
    const first = batcher.run(running, 2);
    const second = batcher.run(waiting, 1);
    const third = batcher.run(other, 1);
    runner.before = () => { [first, second].forEach((pending) => pending.cancel()); };
    await Promise.all([first.done, second.done, third.done]);
    expect([running.shown, waiting.shown, other.shown]).toEqual([[], [], [7]]);
    expect(running.sum).toBe(0);
    expect(runner.batches).toEqual([1, 1]);
  });

  it('frees its runner after the run that is on, and fails what waits and comes', async () => {
    const { runner, batcher } = setUp(1);
    const [on, waiting] = [new Adder(1), new Adder(2)];
    let disposal: Promise<void> | undefined;
    runner.before = async () => {
      disposal ??= batcher.dispose();
      await Promise.resolve();
      expect(runner.disposed).toBe(false);
    };
    const results = await Promise.allSettled([batcher.run(on, 1).done, batcher.run(waiting, 1).done]);
    await disposal;
    expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'closed' } }]);
    expect([on.shown, runner.disposed]).toEqual([[1], true]);
    await expect(batcher.run(new Adder(1), 1).done).rejects.toMatchObject({ code: 'closed' });
    await batcher.dispose();
  });
});
