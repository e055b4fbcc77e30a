/** Many streams at the pace of speech, and how long their frames took. */
import { MotionEngine, Pcm16Decoder } from '@visavis/motion';
import { loadMotionModel } from '@visavis/motion/onnx';
import { encodeEnvelope } from '@visavis/protocol/ingress';

const FPS = 30;
/**
 * The server may hold a frame back while its player has so much in hand (BUNDLE_POLICY.reserveMs): one that begins with the
 * first frame and waits where it has none.
 */
const RESERVE_MS = 150;

/** `ms` of 16-bit audio from the looped `pcm`, cut into chunks; the last one is the end of the request. */
export function cut(pcm, sampleRate, ms, chunkMs, reqId) {
  const size = (sampleRate * chunkMs * 2) / 1000;
  const count = Math.round(ms / chunkMs);
  const looped = Buffer.alloc(size * count);
  for (let at = 0; at < looped.length; at += pcm.length) looped.set(pcm.subarray(0, Math.min(pcm.length, looped.length - at)), at);
  const chunks = Array.from({ length: count }, (_, i) => looped.subarray(i * size, (i + 1) * size));
  const messages = chunks.map((audio, i) => encodeEnvelope('clientAudioInput', { reqId, audio, end: i === count - 1 }));
  return { chunks, messages, chunkMs };
}

/** For each frame the chunk that completes it, as an engine beside the server has it: with the model that the server loads. */
export async function completingChunks({ chunks }, sampleRate) {
  const { model } = await loadMotionModel();
  const engine = new MotionEngine({ model, sampleRate, fps: FPS });
  const pcm = new Pcm16Decoder();
  const completing = [];
  for (const [i, chunk] of chunks.entries()) {
    engine.push(pcm.push(chunk));
    if (i === chunks.length - 1) engine.flush();
    for (const { index } of await engine.pull()) completing[index] = i;
  }
  engine.close();
  await model.dispose();
  return completing;
}

/** What one stream sent and got; delays go to `delays` as they are known. */
export class StreamProbe {
  #completing;
  #delays;
  #playMs = -Infinity;
  #next = 0;
  sentMs = [];

  constructor(completing, delays) {
    this.#completing = completing;
    this.#delays = delays;
    this.done = new Promise((resolve) => { this.finish = resolve; });
  }

  /** Frames of the stream that came, in order and none twice. */
  get frames() {
    return this.#next;
  }

  take({ motion, end }, _bytes, nowMs) {
    if (motion) this.#takeMotion(motion, nowMs);
    if (end) this.finish();
  }

  #takeMotion({ firstFrame, frameCount }, nowMs) {
    if (firstFrame !== this.#next) throw new Error(`frame ${firstFrame} came where ${this.#next} was due`);
    const firstMs = (firstFrame * 1000) / FPS;
    const heldUntilMs = this.#playMs + firstMs - RESERVE_MS;
    this.#playMs = Math.max(this.#playMs, nowMs - firstMs);
    for (let i = firstFrame; i < firstFrame + frameCount; i++) this.#delays.raw.push(nowMs - this.sentMs[this.#completing[i]]);
    // A message that is late moves the player's reserve with it: past about RESERVE_MS nothing is added, so the tail is not told.
    // The frames behind the first of a message wait for nothing: the first tells what the server added.
    this.#delays.added.push(Math.max(0, nowMs - Math.max(this.sentMs[this.#completing[firstFrame]], heldUntilMs)));
    this.#next += frameCount;
  }
}

/**
 * Sends each stream's chunks at the pace of speech, streams spread evenly over one chunk's time, a chunk when its last
 * sample would have been spoken. Resolves when all is sent; how late the sends were goes to `lateness`.
 */
export function sendAtPace(sockets, probes, { messages, chunkMs }, lateness) {
  const beganMs = performance.now() + 100;
  const total = sockets.length * messages.length;
  let next = 0;
  // Round by round, and in a round stream by stream: in order of time.
  const dueMs = (at) => beganMs + (Math.floor(at / sockets.length) + 1 + (at % sockets.length) / sockets.length) * chunkMs;
  return new Promise((resolve) => {
    const pump = () => {
      for (; next < total && dueMs(next) <= performance.now(); next++) {
        const stream = next % sockets.length;
        const chunk = Math.floor(next / sockets.length);
        const nowMs = performance.now();
        lateness.push(nowMs - dueMs(next));
        probes[stream].sentMs[chunk] = nowMs;
        sockets[stream].send(messages[chunk]);
      }
      if (next === total) resolve();
      else setTimeout(pump, 1);
    };
    pump();
  });
}
