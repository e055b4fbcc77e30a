/** Reads what the device adds between the page's sound and the ear, where the browser tells; an audio context knows, a media element does not. */
export class OutputLatency {
  #context: AudioContext | undefined;

  /** Milliseconds; 0 where it is not known. */
  get ms(): number {
    return this.#context?.state === 'running' ? (this.#context.outputLatency || 0) * 1000 : 0;
  }

  /** Call it when sound may be played. */
  begin(): void {
    if (typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext({ latencyHint: 'interactive' });
    if (this.#context.state === 'suspended') void this.#context.resume().catch(() => undefined);
  }

  dispose(): void {
    void this.#context?.close().catch(() => undefined);
    this.#context = undefined;
  }
}
