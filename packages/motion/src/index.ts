/**
 * Speech audio to facial motion: the streaming engine and the seam models plug into.
 * Knows no sockets, no files and no clock. The signal model is in ./signal, the resampler in ./resample.
 */
export {
  MAX_FPS, MAX_PENDING_MS, MIN_FPS, MotionEngine, SUPPORTED_SAMPLE_RATES, type MotionEngineOptions,
} from './engine.js';
export { EMOTIONS, type Emotion } from '@visavis/face';
export { checkExpression, checkTimes, type Expression, type SpeechTimes, type TimedText } from './expression/index.js';
export { MotionInputError, type MotionErrorCode } from './error.js';
export { RELEASE_MS, type MotionFrame } from './frames.js';
export type { MotionModel, MotionStream, StreamOptions } from './model.js';
export { Pcm16Decoder, toFloatSamples } from './pcm.js';
export { StreamingResampler } from './resample/index.js';
export { createSignalModel } from './signal/index.js';
export { formatWav, parseWav, type Pcm } from './wav.js';
