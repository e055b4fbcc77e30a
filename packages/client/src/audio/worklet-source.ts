/** Longest fade, in seconds: a cut or pause is silent after this. */
export const FADE_S = 0.008;
/** Samples that must be there again before a starved stream goes on, in seconds, unless the page says how many. */
export const REFILL_S = 0.06;
/** A stall up to this long is made good by leaving out as much of the silence that follows; a longer one is let be. In seconds. */
export const CATCH_UP_S = 0.08;
/** Silence: samples below this (-50 dBFS) for so long, in seconds. As much as the fade of it stays on the far side of a cut. */
export const SILENCE_LEVEL = 0.00316;
export const SILENCE_S = 0.04;
/** Blocks of 128 samples between two reports of a moving stream: about 21 ms at 48 kHz. */
export const REPORT_BLOCKS = 8;

/**
 * The worklet as text, so that it loads from a Blob URL with no help of a bundler. Kept to plain ES2020.
 * Gain moves by one step a sample towards 0 or 1, and samples are consumed while it is above 0: pause, cut and
 * starvation are the same fade. `left <= fade` starts it early enough that a starved stream ends in silence, not a step.
 */
export const WORKLET_SOURCE = `
const FADE = Math.max(1, Math.round(sampleRate * ${FADE_S}));
const REFILL = Math.round(sampleRate * ${REFILL_S});
const CATCH_UP = Math.round(sampleRate * ${CATCH_UP_S});
const SILENCE = Math.round(sampleRate * ${SILENCE_S});

class Stream {
  constructor(id) {
    this.id = id;
    this.chunks = [];
    this.offset = 0;
    this.left = 0;
    this.position = 0;
    this.gain = 1;
    this.running = false;
    this.ended = false;
    this.cut = false;
    this.starved = false;
    this.moving = false;
    this.blocks = 0;
    this.refill = REFILL;
    this.stalled = 0;
    this.behind = 0;
  }

  write(samples) {
    this.chunks.push(samples);
    this.left += samples.length;
  }

  wanted() {
    if (!this.running || this.cut) return false;
    if (this.ended) return true;
    if (this.starved && this.left < this.refill) return false;
    return this.left > FADE;
  }

  /** The next sample, or undefined where the stream stands still. */
  next() {
    const wanted = this.wanted();
    if (this.left === 0 || (!wanted && !this.moving)) return this.stand();
    this.gain = wanted ? Math.min(1, this.gain + 1 / FADE) : Math.max(0, this.gain - 1 / FADE);
    if (this.gain === 0) return this.stand();
    if (wanted) this.starved = false;
    if (this.stalled > 0) this.resume();
    return this.take() * this.gain;
  }

  /** An utterance begins at full level: its first sample is its own. */
  stand() {
    this.gain = this.position === 0 ? 1 : 0;
    this.starved = this.running && !this.cut && !this.ended && this.position > 0;
    if (this.starved) this.stalled++;
    return undefined;
  }

  resume() {
    const behind = this.behind + this.stalled;
    this.behind = behind <= CATCH_UP ? behind : 0;
    this.stalled = 0;
  }

  /** Leaves out silence that comes next while it is behind and has enough in store; true where it did. */
  catchUp() {
    if (this.behind === 0 || !this.moving || this.gain < 1 || this.left < this.refill + SILENCE || !this.silent()) return false;
    const count = Math.min(this.behind, SILENCE - FADE);
    this.behind -= count;
    for (let i = 0; i < count; i++) this.take();
    return true;
  }

  silent() {
    let at = this.offset;
    for (let i = 0, chunk = 0; i < SILENCE; i++, at++) {
      while (at >= this.chunks[chunk].length) {
        at = 0;
        chunk++;
      }
      if (Math.abs(this.chunks[chunk][at]) > ${SILENCE_LEVEL}) return false;
    }
    return true;
  }

  take() {
    const chunk = this.chunks[0];
    const sample = chunk[this.offset++];
    if (this.offset === chunk.length) {
      this.chunks.shift();
      this.offset = 0;
    }
    this.left--;
    this.position++;
    return sample;
  }
}

class VisavisPlayer extends AudioWorkletProcessor {
  constructor() {
    super();
    this.streams = [];
    this.port.onmessage = ({ data }) => this.handle(data);
  }

  handle({ type, stream: id, samples, on, count }) {
    if (type === 'dispose') {
      this.disposed = true;
      return;
    }
    let stream = this.streams.find((each) => each.id === id);
    if (!stream) {
      if (type === 'cut') return;
      stream = new Stream(id);
      this.streams.push(stream);
    }
    if (type === 'write' && samples.length > 0) stream.write(samples);
    else if (type === 'end') stream.ended = true;
    else if (type === 'run') stream.running = on;
    else if (type === 'refill') stream.refill = count;
    else if (type === 'cut') stream.cut = true;
  }

  process(inputs, [[output]]) {
    const stream = this.streams[0];
    if (stream) this.render(stream, output);
    return !this.disposed;
  }

  render(stream, output) {
    if (stream.catchUp()) this.report(stream, currentFrame, stream.position);
    for (let i = 0; i < output.length; i++) {
      const position = stream.position;
      const sample = stream.next();
      const moving = sample !== undefined;
      if (moving !== stream.moving) {
        stream.moving = moving;
        this.report(stream, currentFrame + i, position);
      }
      output[i] = moving ? sample : 0;
    }
    if (stream.cut && !stream.moving) this.streams.shift();
    else this.reportSometimes(stream, currentFrame + output.length);
  }

  reportSometimes(stream, frame) {
    const done = stream.ended && stream.left === 0;
    if ((stream.moving || done) && ++stream.blocks % ${REPORT_BLOCKS} === 0) this.report(stream, frame, stream.position);
  }

  report({ id, moving, starved }, frame, position) {
    this.port.postMessage({ stream: id, frame, position, moving, starved });
  }
}

registerProcessor('visavis-player', VisavisPlayer);
`;
