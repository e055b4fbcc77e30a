import type { VisavisError } from '@visavis/protocol/errors';
import type { Egress, EgressEvents, EgressRequest } from '../src/index.js';

/** A room that only keeps what it is given: what is played, and when, the test says. */
export class HeldRoom implements Egress {
  readonly request: EgressRequest;
  readonly audio: { reqId: string; bytes: number }[] = [];
  readonly motion: { reqId: string; end: boolean }[] = [];
  readonly interrupted: string[] = [];
  readonly #events: EgressEvents;
  readonly #playing = new Map<string, () => void>();
  closed = false;
  #changed: (() => void)[] = [];

  constructor(request: EgressRequest, events: EgressEvents) {
    this.request = request;
    this.#events = events;
  }

  sendAudio(reqId: string, pcm: Uint8Array): void {
    this.audio.push({ reqId, bytes: pcm.length });
    this.#wake();
  }

  sendMotion(reqId: string, _envelope: Uint8Array, end: boolean): void {
    this.motion.push({ reqId, end });
    this.#wake();
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  played(reqId: string): Promise<void> {
    return new Promise((resolve) => {
      this.#playing.set(reqId, resolve);
      this.#wake();
    });
  }

  interrupt(reqId: string): void {
    this.interrupted.push(reqId);
    this.finish(reqId);
    this.#wake();
  }

  /** The request has been heard. */
  finish(reqId: string): void {
    this.#playing.get(reqId)?.();
    this.#playing.delete(reqId);
  }

  lose(error: VisavisError): void {
    this.#events.onEnd(error);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const reqId of [...this.#playing.keys()]) this.finish(reqId);
    this.#wake();
  }

  /** Looks again after each call. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  bytesOf(reqId: string): number {
    return this.audio.reduce((sum, one) => sum + (one.reqId === reqId ? one.bytes : 0), 0);
  }

  isPlaying(reqId: string): boolean {
    return this.#playing.has(reqId);
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}
