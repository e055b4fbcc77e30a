import { createWasmDecoder, type CreateOpusDecoder } from '../audio/index.js';
import { AvatarController } from '../controller/index.js';
import { ManualOutput, ManualTimer } from '../test/index.js';
import { MeasuredStream } from './measured-stream.js';

const OUTPUT_RATE = 48_000;

/**
 * The client without a page: the controller as it is, a clock turned by hand, and a loudspeaker without latency that
 * plays just as that clock goes. Nothing depends on how fast the machine is: time stands still until Opus decoders are
 * ready. Speech is always decoded in WebAssembly, the same bits everywhere.
 */
export class HeadlessClient {
  readonly timer: ManualTimer;
  readonly output = new ManualOutput(OUTPUT_RATE, (rate) => new MeasuredStream(rate));
  readonly controller: AvatarController;
  readonly #pending = new Set<Promise<unknown>>();

  /** `startMs`: what the clock shows at first. The same `seed` gives the same idle life. */
  constructor({ startMs = 0, seed = 1 }: { readonly startMs?: number; readonly seed?: number } = {}) {
    this.timer = new ManualTimer(startMs);
    let conversations = 0;
    this.controller = new AvatarController({
      output: this.output, timer: this.timer, seed, createId: () => `c${++conversations}`,
      // A replay shows what the stream brought, and nothing in its place.
      loadStandIn: () => Promise.resolve(undefined),
      createDecoder: (sink) => this.#tracked(this.#create(sink)),
    });
  }

  /** Turns clock and sound on to `ms`; nothing where that is past. */
  async advanceTo(ms: number): Promise<void> {
    const byMs = ms - this.timer.now();
    if (!(byMs > 0)) return;
    this.timer.advanceTo(ms);
    this.output.streams.at(-1)?.play(byMs);
    await this.settle();
  }

  /** Resolves when all that was handed in has been decoded as far as it is wanted. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  dispose(): void {
    this.controller.dispose();
  }

  readonly #create: CreateOpusDecoder = async (sink) => {
    const decoder = await createWasmDecoder(sink);
    return { ...decoder, flush: () => this.#tracked(decoder.flush()) };
  };

  /** Whoever waits for `promise` itself goes on before `settle` does: it began to wait earlier. */
  #tracked<T>(promise: Promise<T>): Promise<T> {
    this.#pending.add(promise);
    const done = (): void => void this.#pending.delete(promise);
    promise.then(done, done);
    return promise;
  }
}
