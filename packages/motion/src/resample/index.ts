/**
 * Sample-rate conversion for streams: time-aligned, alias-free, the same bits for any chunking.
 * Knows nothing of motion and imports no package; the server, the engine and the browser client share it.
 */
export { StreamingResampler } from './resampler.js';
