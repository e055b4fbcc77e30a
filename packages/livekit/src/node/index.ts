/**
 * The avatar in a LiveKit room: joins, publishes sound and motion, hears who is there. Publishes any source of both and
 * makes neither; each publisher is a process of its own. Its counterpart in the page: ../browser.
 */
export { joinRoom, publishToRoom, type RoomOptions } from './publish.js';
export { mintAvatarToken, mintViewerToken, type LiveKitKeys, type TokenRequest, type ViewerTokenRequest } from './tokens.js';
export type { SpeechEnvelope, SpeechListener, SpeechMessage, SpeechPcm, SpeechStream } from './speech.js';
export type { MicrophonePcm, PresenceName, RoomStage, StageClose, TranscriptLine } from './stage/room-stage.js';
export type { FinishedReport } from './stage/reports.js';
export { RepeatingCarrier, type MotionCarrier, type MotionPacket } from './stage/motion-carrier.js';
export type { Clock } from './clock.js';
export type { CreatePacketDecoder, PacketDecoder } from '@visavis/protocol/opus';
export type { PublisherEvents, PublisherProcess, StartPublisher } from './publisher/process.js';
export type { FromPublisher, ToPublisher } from './publisher/messages.js';
export type { Subscribe } from '@visavis/protocol/listeners';
export { createLiveKitEgress, type EgressEvents, type EgressRequest, type LiveKitEgressOptions, type RoomEgress } from './egress/room-egress.js';
