/**
 * An avatar of a LiveKit room in the page: a transport for `@visavis/client` whose sound the room plays. Its counterpart in
 * the backend: ../node.
 */
export { LiveKitTransport, type LiveKitTransportOptions, type RoomAccess } from './livekit-transport.js';
export type { RoomOutput } from './room-output.js';
