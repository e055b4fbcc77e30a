import { CHANNEL_COUNT, createPose } from '@visavis/face';
import { MotionInputError, type MotionErrorCode, type MotionFrame } from '@visavis/motion';
import type { EngineOptions } from './host.js';

/** One call of one engine. The samples of pushes lie one after the other in the batch. */
export type Op =
  | { readonly kind: 'open'; readonly engine: number; readonly options: EngineOptions }
  | { readonly kind: 'push'; readonly engine: number; readonly count: number }
  | { readonly kind: 'finish'; readonly engine: number }
  | { readonly kind: 'close'; readonly engine: number };

/** All calls of one tick for one worker. */
export interface Batch {
  readonly ops: readonly Op[];
  readonly samples: Float32Array;
}

/** Outcome of one push or finish: `count` frames from `first` on, their values one after the other in the answer. */
export interface Result {
  readonly engine: number;
  readonly first: number;
  readonly count: number;
  readonly error?: CallError;
}

/** What a worker answers a batch with. */
export interface Answer {
  readonly results: readonly Result[];
  readonly values: Float32Array;
}

/** What a worker says once, when it is able to work. */
export interface Ready {
  /** Id of the model it works with. */
  readonly model: string;
  /** Why that is not the network, as `ChosenModel` has it. */
  readonly fallback?: string;
}

/** An error without its class, which does not cross threads. */
export interface CallError {
  /** Of a MotionInputError. */
  readonly code?: MotionErrorCode;
  readonly message: string;
}

export function toCallError(error: unknown): CallError {
  if (error instanceof MotionInputError) return { code: error.code, message: error.message };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function fromCallError({ code, message }: CallError): Error {
  return code === undefined ? new Error(message) : new MotionInputError(code, message);
}

export function packSamples(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

export function packPoses(frames: readonly MotionFrame[]): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(frames.length * CHANNEL_COUNT);
  frames.forEach(({ pose }, i) => packed.set(pose.values, i * CHANNEL_COUNT));
  return packed;
}

/** Frames over their part of `values`, which begins at pose number `from`. */
export function unpackFrames({ first, count }: Result, values: Float32Array, from: number, fps: number): MotionFrame[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (from + i) * CHANNEL_COUNT;
    const index = first + i;
    return { index, timeMs: (index * 1000) / fps, pose: createPose(values.subarray(at, at + CHANNEL_COUNT)) };
  });
}
