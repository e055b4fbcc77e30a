/**
 * The audio engine: what was received to what is heard, and the clock of it.
 * Knows no motion and no network; when an utterance starts and stops is decided in ../controller.
 */
export { readAudio, readResponse, type AudioForm, type AudioInput, type ReceivedAudio } from './audio-input.js';
export { AudioFeeder, MAX_WAITING_BYTES } from './feeder.js';
export type { CreateOpusDecoder, DecoderSink, OpusDecoder } from './decoder.js';
export { createOpusDecoder, createWasmDecoder } from './opus-decoder.js';
export type { AudioOutput, AudioState, OutputStream } from './output.js';
export { unlockOnGesture, type Unlockable } from './unlock.js';
export { BROWSER_AUDIO, WorkletOutput, type AudioDevice } from './worklet-output.js';
