/**
 * Backend <-> client: one set of messages, whichever transport carries it, parsed totally.
 * Knows no sockets; the relay is in server-sdk, the transports in client and livekit.
 */
export {
  decodeClientMessage, decodeServerMessage, encodeClientMessage, encodeServerMessage,
  type ClientBodies, type ClientKind, type ClientMessage, type Numbers, type ServerBodies, type ServerKind, type ServerMessage,
} from './messages.js';
export {
  ControlAction, MicCodec, PlaybackState, PresenceState,
  type Audio, type AudioForm, type Control, type Error as DownlinkError, type Hello, type Interrupt, type Mic, type Motion,
  type Ping, type PlaybackFinished, type PlaybackPosition, type Pong, type Presence, type Text, type Transcript, type Welcome, type Word,
} from '../gen/downlink.js';
