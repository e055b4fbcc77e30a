import type { ErrorCode } from '@visavis/protocol/errors';

/** Sample rate of the track, Hz: what Opus works at, so that nothing converts it again. */
export const TRACK_RATE = 48_000;

/** What a publisher's process is told. */
export type ToPublisher =
  | { readonly kind: 'join'; readonly url: string; readonly token: string; readonly trackName: string; readonly listenTo: readonly string[] | 'all' | 'nobody'; readonly placeholderVideo: boolean; readonly proxy: string | undefined }
  /** s16le mono at the track's rate, whole tens of milliseconds. Answered by `captured`, in order. */
  | { readonly kind: 'audio'; readonly id: number; readonly pcm: Uint8Array }
  /** Drops what has been captured and has not left. */
  | { readonly kind: 'clear' }
  | { readonly kind: 'data'; readonly bytes: Uint8Array; readonly reliable: boolean; readonly to: readonly string[] }
  /** Calls a method of a participant; answered by `called`. */
  | { readonly kind: 'call'; readonly id: number; readonly to: string; readonly method: string; readonly payload: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'leave' };

/** What it tells. */
export type FromPublisher =
  /** In the room and heard: the identities that are there. */
  | { readonly kind: 'joined'; readonly present: readonly string[] }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly isFinal: boolean }
  /** When the piece's first sample leaves, on the clock of `hostClockMs`. */
  | { readonly kind: 'captured'; readonly id: number; readonly exitMs: number }
  | { readonly kind: 'data'; readonly from: string; readonly bytes: Uint8Array }
  /** s16le mono at 16 kHz. */
  | { readonly kind: 'microphone'; readonly from: string; readonly pcm: Uint8Array }
  /** The participant has answered, or why it has not. */
  | { readonly kind: 'called'; readonly id: number; readonly problem?: string }
  | { readonly kind: 'went'; readonly identity: string }
  | { readonly kind: 'pong' };

/** The first that a process says: it has loaded. */
export const READY = 'ready';

/** Milliseconds on a clock that all processes of this machine share and that does not go back. */
export function hostClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
