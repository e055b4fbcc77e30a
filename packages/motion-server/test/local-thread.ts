import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { ChosenModel } from '@visavis/motion/onnx';
import type { WorkerThread } from '../src/engine/lane.js';
import { serveEngines } from '../src/engine/serve-engines.js';

/**
 * A worker that shares this thread: it can be taken away at any moment, again and again. A thread of its own that is at work
 * now and then takes the process along (docs/decisions/2026-11-27-threads-end-themselves.md).
 */
export class LocalThread extends EventEmitter implements WorkerThread {
  readonly #channel = new MessageChannel();
  #isGone = false;

  constructor(model: ChosenModel) {
    super();
    const { port1, port2 } = this.#channel;
    port1.on('message', (message) => void (this.#isGone || this.emit('message', message)));
    const port = {
      on: (event: 'message', listener: (message: never) => void) => port2.on(event, (message) => void (this.#isGone || listener(message as never))),
      postMessage: (message: unknown, transfer: ArrayBuffer[]) => port2.postMessage(message, transfer),
    };
    serveEngines(port, model, () => void this.terminate());
  }

  postMessage(message: unknown, transfer: ArrayBuffer[]): void {
    this.#channel.port1.postMessage(message, transfer);
  }

  async terminate(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#channel.port1.close();
    await Promise.resolve();
    this.emit('exit');
  }
}
