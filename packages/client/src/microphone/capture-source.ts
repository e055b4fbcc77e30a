/** Milliseconds of sound that are handed over at once. */
export const CAPTURE_MS = 20;

/** The capturing worklet as text, so that it loads from a Blob URL with no help of a bundler. Plays silence itself. */
export const CAPTURE_SOURCE = `
const SIZE = Math.round(sampleRate * ${CAPTURE_MS / 1000});

class VisavisMicrophone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(SIZE);
    this.used = 0;
    this.port.onmessage = () => { this.disposed = true; };
  }

  process([[channel]]) {
    for (let i = 0; channel && i < channel.length; i++) {
      this.samples[this.used++] = channel[i];
      if (this.used === SIZE) this.post();
    }
    return !this.disposed;
  }

  post() {
    this.port.postMessage(this.samples, [this.samples.buffer]);
    this.samples = new Float32Array(SIZE);
    this.used = 0;
  }
}

registerProcessor('visavis-microphone', VisavisMicrophone);
`;
