import type { OutputStream } from './output.js';
import type { OutputTime } from './output-time.js';
import type { ToWorklet, WorkletReport } from './worklet-messages.js';

/** Changes of movement kept for the clock. Sound is heard well within this many pauses and stalls of being rendered. */
const MAX_ANCHORS = 64;

/** A stream on the page's side: what was written, and from the worklet's reports, what is heard. */
export class WorkletStream implements OutputStream {
  onProgress: (() => void) | undefined;
  readonly #id: number;
  readonly #rate: number;
  readonly #time: OutputTime;
  readonly #post: (message: ToWorklet, transfer?: Transferable[]) => void;
  /** From where to where it moved or stood, oldest first. Bounded: the oldest goes. */
  readonly #anchors: WorkletReport[] = [];
  #refillMs = 0;
  #written = 0;
  #rendered = 0;
  #ended = false;
  #lastMs = 0;

  constructor(id: number, sampleRate: number, time: OutputTime, post: (message: ToWorklet, transfer?: Transferable[]) => void) {
    this.#id = id;
    this.#rate = sampleRate;
    this.#time = time;
    this.#post = post;
  }

  get sampleRate(): number {
    return this.#rate;
  }

  get refillMs(): number {
    return this.#refillMs;
  }

  set refillMs(ms: number) {
    this.#refillMs = ms;
    this.#post({ type: 'refill', stream: this.#id, count: Math.round((ms * this.#rate) / 1000) });
  }

  get measuredMs(): number {
    return (this.#positionAt((this.#time.rawMs() * this.#rate) / 1000) * 1000) / this.#rate;
  }

  get writtenMs(): number {
    return (this.#written * 1000) / this.#rate;
  }

  get aheadMs(): number {
    return ((this.#written - this.#rendered) * 1000) / this.#rate;
  }

  get latencyMs(): number {
    return this.#time.latencyMs;
  }

  get isHeard(): boolean {
    if (!this.#time.isRunning) return false;
    const frame = this.#heardFrame();
    const anchor = this.#anchorAt(frame);
    return anchor?.moving === true && anchor.position + frame - anchor.frame < this.#written;
  }

  get isStarved(): boolean {
    return this.#anchors.at(-1)?.starved === true;
  }

  get isFinished(): boolean {
    return this.#ended && this.#rendered >= this.#written && this.#positionAt(this.#heardFrame()) >= this.#written;
  }

  now(): number {
    this.#lastMs = Math.max(this.#lastMs, (this.#positionAt(this.#heardFrame()) * 1000) / this.#rate);
    return this.#lastMs;
  }

  write(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.#written += samples.length;
    this.#post({ type: 'write', stream: this.#id, samples }, [samples.buffer as ArrayBuffer]);
  }

  end(): void {
    this.#ended = true;
    this.#post({ type: 'end', stream: this.#id });
  }

  run(on: boolean): void {
    this.#post({ type: 'run', stream: this.#id, on });
  }

  cut(): void {
    this.onProgress = undefined;
    this.#post({ type: 'cut', stream: this.#id });
  }

  /** Takes the worklet's word of where the stream is. */
  handleReport(report: WorkletReport): void {
    this.#rendered = report.position;
    const last = this.#anchors.at(-1);
    if (!last || last.moving !== report.moving || jumps(last, report)) {
      this.#anchors.push(report);
      if (this.#anchors.length > MAX_ANCHORS) this.#anchors.shift();
    }
    this.onProgress?.();
  }

  #heardFrame(): number {
    return (this.#time.heardMs() * this.#rate) / 1000;
  }

  #anchorAt(frame: number): WorkletReport | undefined {
    let index = this.#anchors.length - 1;
    while (index >= 0 && this.#anchors[index]!.frame > frame) index--;
    return this.#anchors[index];
  }

  #positionAt(frame: number): number {
    const anchor = this.#anchorAt(frame);
    if (!anchor) return 0;
    const moved = anchor.moving ? frame - anchor.frame : 0;
    return Math.min(anchor.position + moved, this.#written);
  }
}

/** Silence was left out: the position is not where it would be by the frames gone by. */
function jumps(last: WorkletReport, report: WorkletReport): boolean {
  return report.moving && report.position - last.position !== report.frame - last.frame;
}
