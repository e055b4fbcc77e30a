/**
 * Backend <-> Motion Server: the public envelope and our additions to it, parsed totally.
 * Knows no sockets; sessions are in motion-server and server-sdk. Motion inside an envelope: ../motion.
 */
export {
  decodeEnvelope, encodeEnvelope, isUnknownEnvelope, type Envelope, type EnvelopeBodies, type EnvelopeKind, type UnknownEnvelope,
} from './envelope.js';
export {
  CAPABILITIES, CAPABILITIES_PARAM, FPS_PARAM, formatCapabilities, parseCapabilities, parseFps, type Capability,
} from './capabilities.js';
export { decodeResponse } from './response.js';
export { classifyFailure, SERVER_ERROR_CODE, type Failure } from './classify.js';
export { CLOSE_CODE, closeCodeOf } from './close.js';
export { EMOTIONS, type Emotion } from './emotions.js';
export { INGRESS_SAMPLE_RATES, OPUS_SAMPLE_RATES } from './rates.js';
export { createRequestId } from './request-id.js';
export {
  AudioFormat, EgressType, TransportCompression,
  type ClientAudioInput, type ClientConfigureSession, type ClientInterrupt, type EncodedAudio, type ErrorDetail, type LiveKitEgressConfig,
  type RequestOptions, type ServerConfirmSession, type ServerError, type ServerResponseAnimation, type TimedText, type TraceContext,
} from '../gen/message.js';
