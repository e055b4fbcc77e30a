/**
 * What the page and the audio worklet say to each other. Streams play one after another: a later one is heard once the
 * earlier is cut.
 */
export type ToWorklet =
  /** Samples of a stream, at the context's rate; the buffer changes hands. The first write makes the stream. */
  | { readonly type: 'write'; readonly stream: number; readonly samples: Float32Array }
  /** No more samples will come. */
  | { readonly type: 'end'; readonly stream: number }
  /** Play, or fade out and keep what is there. A stream begins held. */
  | { readonly type: 'run'; readonly stream: number; readonly on: boolean }
  /** So many samples must be there again before a starved stream goes on. */
  | { readonly type: 'refill'; readonly stream: number; readonly count: number }
  /** Fade out, drop everything, forget the stream. */
  | { readonly type: 'cut'; readonly stream: number }
  /** End the processor. */
  | { readonly type: 'dispose' };

/** Where a stream was at a sample frame of the context. Sent when it starts or stops moving, leaves silence out, and every few blocks. */
export interface WorkletReport {
  readonly stream: number;
  /** Sample frame of the context at which `position` was rendered. */
  readonly frame: number;
  /** Samples of the stream rendered before that frame. */
  readonly position: number;
  /** Samples are rendered from that frame on. */
  readonly moving: boolean;
  /** Moving stopped because no samples were left, though more are to come. */
  readonly starved: boolean;
}
