/**
 * Sessions on record: `SessionRecorder` writes down what goes over a transport's sockets, in a page or anywhere else;
 * `replaySession` hands it to the client again, without a page, and says how it went. The file: docs/recording.md.
 * Loads in Node: nothing here draws.
 */
export { HeadlessClient } from './headless-client.js';
export type { MeasuredStream } from './measured-stream.js';
export { MAX_RECORDING_MS, parseRecording, type Recording, type SessionRecord } from './recording.js';
export { SessionRecorder, type SessionRecorderOptions } from './session-recorder.js';
export { replaySession, type ReplayOptions } from './replay.js';
export type { AvOffset } from './av-offset.js';
export type { ByteReport, Gap, InterruptReport, ReplayReport, SessionError, ToldReport, UtteranceReport } from './report.js';
export { WebSocketTransport, type OpenSocket, type SocketLike, type Ticket, type WebSocketTransportOptions } from '../transport/index.js';
export { VisavisError } from '@visavis/protocol/errors';
