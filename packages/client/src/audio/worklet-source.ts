/** Longest fade, in seconds: a cut or pause is silent after this. */
export const FADE_S = 0.008;
/** Samples that must be there again before a starved stream goes on, in seconds. */
export const REFILL_S = 0.06;
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
  }

  write(samples) {
    this.chunks.push(samples);
    this.left += samples.length;
  }

  wanted() {
    if (!this.running || this.cut) return false;
    if (this.ended) return true;
    if (this.starved && this.left < REFILL) return false;
    return this.left > FADE;
  }

  /** The next sample, or undefined where the stream stands still. */
  next() {
    const wanted = this.wanted();
    if (this.left === 0 || (!wanted && !this.moving)) return this.stand();
    this.gain = wanted ? Math.min(1, this.gain + 1 / FADE) : Math.max(0, this.gain - 1 / FADE);
    if (this.gain === 0) return this.stand();
    if (wanted) this.starved = false;
    return this.take() * this.gain;
  }

  /** An utterance begins at full level: its first sample is its own. */
  stand() {
    this.gain = this.position === 0 ? 1 : 0;
    this.starved = this.running && !this.cut && !this.ended && this.position > 0;
    return undefined;
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

  handle({ type, stream: id, samples, on }) {
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
    else if (type === 'cut') stream.cut = true;
  }

  process(inputs, [[output]]) {
    const stream = this.streams[0];
    if (stream) this.render(stream, output);
    return !this.disposed;
  }

  render(stream, output) {
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
