/**
 * The web client: load an avatar, show it, connect it, hear and see it speak.
 * This is the only public entry besides `@visavis/client/test`, which has fakes for tests of applications.
 */
export { AvatarSDK, AvatarView, createController } from './sdk/index.js';
export type { AvatarViewOptions, Configuration, ConfigurationInput, DeviceScore, DrivingServiceMode, LogLevel } from './sdk/index.js';
export { Avatar, AvatarManager } from './avatar/index.js';
export type { AvatarManagerOptions, AvatarPlatform, Integrity, LoadListener, LoadProgress, LocalFile } from './avatar/index.js';
export type { AvatarManifest, Framing } from '@visavis/protocol/avatar';
export { AvatarController } from './controller/index.js';
export type {
  AnimationState, AvatarControllerOptions, ControllerLog, ControllerStats, ConversationState, FrameRateInfo, MicrophoneState, MotionSource, PlaybackPosition, PlaybackResult,
} from './controller/index.js';
export { unlockOnGesture, WorkletOutput } from './audio/index.js';
export type {
  AudioDevice, AudioForm, AudioOutput, AudioState, CreateOpusDecoder, DecoderSink, OpusDecoder, OutputStream, Unlockable,
} from './audio/index.js';
export { renderCaptions } from './captions/index.js';
export type { CaptionSource } from './captions/index.js';
export type { ActiveCaption, Caption, CaptionWord, FrameStarvationMode, PlaybackClock, Presence, Timer } from './timeline/index.js';
export type { Capture, MicrophoneDevice } from './microphone/index.js';
export type { LoadSpeechModel } from './stand-in/index.js';
export { DownlinkReader, WebSocketTransport } from './transport/index.js';
export type {
  ConnectionState, DownlinkAudio, MicrophonePiece, OpenSocket, ReportedEnd, ReportedPosition, SocketLike, Ticket, Transport, TransportSink,
  WebSocketTransportOptions,
} from './transport/index.js';
export { BACKGROUNDS, QUALITY_NAMES, type Background, type QualityName, type RenderQuality } from './look/index.js';
export { loadRig } from './rig/index.js';
export type { Rig, RigAsset, Speech, TargetMapping } from './rig/index.js';
export { FRAMING_NAMES, type FramingName } from './view/index.js';
export type { AvatarTransform, CameraConfig, FrameTimer, PoseSource, ViewRect } from './view/index.js';
export { isErrorCode, VisavisError, type ErrorCode } from '@visavis/protocol/errors';
