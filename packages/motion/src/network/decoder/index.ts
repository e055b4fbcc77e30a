export { PoseDecoder, type PoseDecoderOptions } from './decoder.js';
