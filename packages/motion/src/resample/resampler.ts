import { MotionInputError } from '../error.js';
import { filterBank, type FilterBank } from './kaiser.js';

/** Input samples taken in at once: bounds the working buffer whatever the size of a push. */
const BLOCK = 4096;
const LOWEST_HZ = 4_000;
const HIGHEST_HZ = 192_000;

/**
 * Converts a stream of mono samples from one rate to another (rational polyphase windowed sinc, Kaiser, float32 taps,
 * float64 sums). Aligned in time: output sample n is the input at n / toHz seconds, with silence before and after.
 * Flat within 0.1 dB to 0.86 of the lower Nyquist frequency, images and aliases more than 80 dB down.
 * Holds at most 4096 samples and one filter's length of input. Equal rates pass through unchanged.
 */
export class StreamingResampler {
  /** How much later than its own time an output appears: the input it must have seen ahead, in milliseconds. */
  readonly delayMs: number;
  readonly #bank: FilterBank | undefined;
  readonly #buffer: Float32Array;
  /** Samples in the buffer; of the next output, the phase and the index of the first input sample it weighs. */
  #filled = 0;
  #phase = 0;
  #first = 0;
  /** Counts of this stream so far, both exact integers. */
  #received = 0;
  #produced = 0;

  /**
   * Rates are whole numbers of Hz from 4,000 to 192,000 whose ratio is simple (every pair of the usual audio rates is).
   * Throws MotionInputError `unsupportedSampleRate` on others.
   */
  constructor(fromHz: number, toHz: number) {
    checkRate(fromHz);
    checkRate(toHz);
    this.#bank = fromHz === toHz ? undefined : filterBank(fromHz, toHz);
    if (fromHz !== toHz && !this.#bank) {
      throw new MotionInputError('unsupportedSampleRate', `${fromHz} to ${toHz} Hz has no simple ratio; use a standard audio rate`);
    }
    const half = this.#bank?.half ?? 0;
    this.delayMs = (half * 1000) / fromHz;
    this.#buffer = new Float32Array(this.#bank ? 2 * half + this.#bank.down + BLOCK : 0);
    this.reset();
  }

  /** Takes the next samples and returns the outputs they complete, in an array the caller owns. */
  push(samples: Float32Array): Float32Array {
    const bank = this.#bank;
    if (!bank) return samples.slice();
    this.#received += samples.length;
    // Output n needs input up to floor(n * down / up) + half.
    const ready = Math.ceil((Math.max(0, this.#received - bank.half) * bank.up) / bank.down);
    const output = new Float32Array(Math.max(0, ready - this.#produced));
    let written = 0;
    for (let start = 0; start < samples.length; start += BLOCK) {
      this.#take(samples.subarray(start, start + BLOCK));
      written = this.#convert(bank, output, written);
    }
    this.#produced += written;
    return output;
  }

  /**
   * Ends the stream: returns what is left, and starts over. In all a stream of N samples yields
   * ceil(N * toHz / fromHz), those whose time lies before the end of the input.
   */
  flush(): Float32Array {
    const bank = this.#bank;
    if (!bank) return new Float32Array(0);
    const due = Math.ceil((this.#received * bank.up) / bank.down) - this.#produced;
    const tail = this.push(new Float32Array(bank.half)).slice(0, due);
    this.reset();
    return tail;
  }

  /** Forgets the stream so far; the next push starts a new one. */
  reset(): void {
    const lead = this.#bank ? this.#bank.half - 1 : 0;
    this.#buffer.fill(0, 0, lead);
    this.#filled = lead;
    this.#phase = 0;
    this.#first = 0;
    this.#received = 0;
    this.#produced = 0;
  }

  /** Appends to the buffer, dropping what no coming output weighs. */
  #take(samples: Float32Array): void {
    // A step is shorter than a filter, so the next output's first sample is always in the buffer.
    this.#buffer.copyWithin(0, this.#first, this.#filled);
    this.#filled -= this.#first;
    this.#first = 0;
    this.#buffer.set(samples, this.#filled);
    this.#filled += samples.length;
  }

  /** Writes every output the buffer completes to `output` from `written` on; returns the new end. */
  #convert({ up, down, half, taps }: FilterBank, output: Float32Array, written: number): number {
    const width = 2 * half;
    const step = Math.floor(down / up);
    const rest = down % up;
    while (this.#first + width <= this.#filled) {
      output[written++] = dot(taps, this.#phase * width, this.#buffer, this.#first, width);
      this.#phase += rest;
      this.#first += step;
      if (this.#phase >= up) {
        this.#phase -= up;
        this.#first++;
      }
    }
    return written;
  }
}

function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[aStart + i]! * b[bStart + i]!;
  return sum;
}

function checkRate(hz: number): void {
  if (Number.isInteger(hz) && hz >= LOWEST_HZ && hz <= HIGHEST_HZ) return;
  throw new MotionInputError('unsupportedSampleRate', `${hz} is no sample rate from ${LOWEST_HZ} to ${HIGHEST_HZ} Hz`);
}
