import { CHANNEL_COUNT, createPose } from '@visavis/face';
import { MotionInputError, type MotionErrorCode, type MotionFrame, type SpeechTimes } from '@visavis/motion';
import type { EngineOptions } from './host.js';

/** What is asked of an engine: `open` takes options, `tell` times, `push` samples; `push` and `finish` are calls, which are answered. */
export enum Op { Open, Tell, Push, Finish, Close }

/** All that goes to one worker at a time. Numbers in one array: a hundred objects cost more to send than their samples. */
export interface Batch {
  /** OP_FIELDS for each: the Op, its engine, how many of `samples` are its own. */
  readonly ops: Int32Array;
  /** Of those that open, in order. */
  readonly options: readonly EngineOptions[];
  /** Of those that are told more, in order. */
  readonly times: readonly SpeechTimes[];
  /** Of the pushes, one after the other. */
  readonly samples: Float32Array;
}

export const OP_FIELDS = 3;

/** Instead of a batch: the worker gives up what it has begun, and ends itself. */
export const END = 'end';

/** What a worker answers a batch with. */
export interface Answer {
  /** RESULT_FIELDS for each push and finish: its engine, the index of its first frame, how many frames, 1 where it failed. */
  readonly results: Int32Array;
  /** Of those that failed, in order. */
  readonly errors: readonly CallError[];
  /** Of the frames, one after the other. */
  readonly values: Float32Array;
}

export const RESULT_FIELDS = 4;

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

/** `count` frames from `first` on over their part of `values`, which begins at pose number `from`. */
export function unpackFrames(first: number, count: number, values: Float32Array, from: number, fps: number): MotionFrame[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (from + i) * CHANNEL_COUNT;
    const index = first + i;
    return { index, timeMs: (index * 1000) / fps, pose: createPose(values.subarray(at, at + CHANNEL_COUNT)) };
  });
}
