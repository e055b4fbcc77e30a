/**
 * Transports: what carries a backend's messages to the client and its reports back.
 * Knows neither poses nor how sound is played; everything goes to a sink, which ../controller is.
 */
export { compareEpochs } from './epoch.js';
export { DownlinkReader } from './downlink-reader.js';
export { RateMeter } from './rate-meter.js';
export { BROWSER_SOCKET, type OpenSocket, type SocketLike } from './socket.js';
export type {
  ConnectionState, DownlinkAudio, MicrophonePiece, ReportedEnd, ReportedPosition, Transport, TransportSink,
} from './transport.js';
export { WebSocketTransport, type Ticket, type WebSocketTransportOptions } from './websocket-transport.js';
