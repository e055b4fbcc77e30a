import type { AudioDecoder } from './audio-decoder.js';
import type { Clock } from './clock.js';
import type { Intake } from './intake.js';
import type { Metrics } from './metrics.js';
import type { Reply } from './reply.js';

export interface ServeOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly decoder: AudioDecoder;
  /** Bytes decoded in one go. */
  readonly pieceBytes: number;
  /** Samples worked on in one go: nothing else waits longer than that takes. */
  readonly pieceSamples: number;
  /** Lets everything else run, and waits for a reader that is behind. */
  breathe(): Promise<void>;
}

/** Answers one request as its audio comes, until its end is answered or it is cancelled. Closes what it was given either way. */
export async function serveRequest(request: Intake, reply: Reply, options: ServeOptions): Promise<void> {
  const { clock, metrics, decoder, pieceBytes } = options;
  try {
    while (!request.cancelled) {
      const piece = request.take(pieceBytes);
      if (piece) {
        for (const times of request.takeTimes()) reply.tell(times);
        metrics.queueDelay.observe((clock.nowMs() - request.arrivedMs) / 1000);
        await work(request, reply, decoder.push(piece), options);
      } else if (request.ended) {
        return await reply.finish();
      } else {
        await waitForAudio(request, reply, clock);
        reply.sendDue();
      }
    }
  } finally {
    reply.close();
    decoder.close();
  }
}

/** A few bytes of compressed audio can be minutes of it: samples are bounded as bytes are. */
async function work(request: Intake, reply: Reply, samples: Float32Array, { pieceSamples, breathe }: ServeOptions): Promise<void> {
  let at = 0;
  do {
    await reply.push(samples.subarray(at, at + pieceSamples), request.arrivedMs);
    await breathe();
    at += pieceSamples;
  } while (at < samples.length && !request.cancelled);
}

/** Until audio, the end or a cancellation comes, or something held back must go. */
function waitForAudio(request: Intake, reply: Reply, clock: Clock): Promise<void> {
  const { dueMs } = reply;
  if (dueMs === undefined) return request.changed.wait();
  const stop = clock.after(Math.max(0, dueMs - clock.nowMs()), () => request.changed.raise());
  return request.changed.wait().finally(stop);
}
