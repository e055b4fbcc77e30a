// Generated from downlink.proto by `npm run generate`: change that, not this.
import { message, type Schema } from '../wire/index.js';

export enum MicCodec {
  PCM_S16LE_16K = 0,
  OPUS = 1,
}

export enum PlaybackState {
  UNSPECIFIED = 0,
  PLAYING = 1,
  PAUSED = 2,
  STALLED = 3,
}

export enum ControlAction {
  UNSPECIFIED = 0,
  HOLD = 1,
  RESUME = 2,
  FLUSH = 3,
}

export enum PresenceState {
  UNSPECIFIED = 0,
  IDLE = 1,
  LISTENING = 2,
  THINKING = 3,
  SPEAKING = 4,
}

export interface ClientMessage {
  /** Text, interrupt and playback_finished: counts up from 1 in each direction; 0 is a message that is not kept. */
  readonly sequence: number;
  /** The sequence of the last message taken from the other side; any message may say it. */
  readonly received: number;
  readonly message:
    | { readonly case: 'hello'; readonly value: Hello }
    | { readonly case: 'mic'; readonly value: Mic }
    | { readonly case: 'text'; readonly value: Text }
    | { readonly case: 'interrupt'; readonly value: Interrupt }
    | { readonly case: 'playbackPosition'; readonly value: PlaybackPosition }
    | { readonly case: 'playbackFinished'; readonly value: PlaybackFinished }
    | { readonly case: 'ping'; readonly value: Ping }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface ServerMessage {
  /** All but welcome, pong and an error that closes the connection. Leaves gaps where motion gave way or was flushed. */
  readonly sequence: number;
  /** In welcome and pong. */
  readonly received: number;
  readonly message:
    | { readonly case: 'welcome'; readonly value: Welcome }
    | { readonly case: 'audio'; readonly value: Audio }
    | { readonly case: 'motion'; readonly value: Motion }
    | { readonly case: 'control'; readonly value: Control }
    | { readonly case: 'transcript'; readonly value: Transcript }
    | { readonly case: 'presence'; readonly value: Presence }
    | { readonly case: 'error'; readonly value: Error }
    | { readonly case: 'pong'; readonly value: Pong }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface Hello {
  readonly ticket: string;
  readonly avatarId: string;
  /** Audio codecs the client can play, best first: "opus", "pcm". */
  readonly audioCodecs: readonly string[];
  /** Frames per second the client asks for, 25..60; 0 leaves it to the backend. */
  readonly fps: number;
  /** What was last heard before a cut, to resume from. */
  readonly lastSeen: PlaybackPosition | undefined;
  /** The client counts what it receives and can go on with a stream after a cut. */
  readonly resumable: boolean;
  /** The stream to go on with, as its welcome named it; empty opens a new one. Say `received` in the same message. */
  readonly resumeToken: string;
}

export interface Mic {
  readonly sequence: number;
  readonly codec: MicCodec;
  readonly data: Uint8Array;
}

export interface Text {
  readonly text: string;
}

export interface Interrupt {
  readonly reason: string;
}

export interface PlaybackPosition {
  readonly reqId: string;
  /** Milliseconds of the utterance that were heard. */
  readonly playedMs: number;
  readonly state: PlaybackState;
}

/** Exactly once per request. */
export interface PlaybackFinished {
  readonly reqId: string;
  readonly playedMs: number;
  readonly interrupted: boolean;
}

export interface Ping {
  /** Sender's clock, milliseconds; comes back in Pong. */
  readonly timeMs: number;
}

export interface Pong {
  readonly timeMs: number;
}

export interface Welcome {
  readonly epoch: number;
  readonly avatarId: string;
  readonly manifestUrl: string;
  readonly audio: AudioForm | undefined;
  readonly serverVersion: string;
  /** Names this stream to the relay after a cut. A secret of this client; empty where the stream cannot be resumed. */
  readonly resumeToken: string;
  /** The stream that was asked for goes on. False where one was asked for: it is gone, and nothing more comes of it. */
  readonly resumed: boolean;
}

export interface AudioForm {
  /** "opus" (packets inside envelopes) or "pcm" (mono s16le at sample_rate). */
  readonly codec: string;
  readonly sampleRate: number;
}

export interface Audio {
  readonly epoch: number;
  readonly reqId: string;
  /** The request's last audio. */
  readonly end: boolean;
  /** Of pcm, Hz; 0 stands for what welcome said. */
  readonly sampleRate: number;
  readonly payload:
    | { readonly case: 'envelope'; readonly value: Uint8Array }
    | { readonly case: 'pcm'; readonly value: Uint8Array }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface Motion {
  readonly epoch: number;
  readonly reqId: string;
  /** A motion server message as it came. */
  readonly envelope: Uint8Array;
  /** The request's last motion. */
  readonly end: boolean;
}

/** Hold fades out and keeps the buffers; resume goes on where it stopped; flush empties them and raises the epoch. */
export interface Control {
  readonly action: ControlAction;
  readonly epoch: number;
}

export interface Transcript {
  /** "user" or "avatar". */
  readonly role: string;
  readonly reqId: string;
  readonly text: string;
  readonly words: readonly Word[];
  readonly final: boolean;
}

export interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Presence {
  readonly state: PresenceState;
}

export interface Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly hint: string;
  readonly reqId: string;
  readonly fatal: boolean;
}

export const PlaybackPositionSchema: Schema<PlaybackPosition> = /* @__PURE__ */ message([
  ['reqId', 1, 'string'],
  ['playedMs', 2, 'uint32'],
  ['state', 3, 'int32'],
]);

export const HelloSchema: Schema<Hello> = /* @__PURE__ */ message([
  ['ticket', 1, 'string'],
  ['avatarId', 2, 'string'],
  ['audioCodecs', 3, 'string', { repeated: true }],
  ['fps', 4, 'uint32'],
  ['lastSeen', 5, 'message', { of: PlaybackPositionSchema }],
  ['resumable', 6, 'bool'],
  ['resumeToken', 7, 'string'],
]);

export const MicSchema: Schema<Mic> = /* @__PURE__ */ message([
  ['sequence', 1, 'uint32'],
  ['codec', 2, 'int32'],
  ['data', 3, 'bytes'],
]);

export const TextSchema: Schema<Text> = /* @__PURE__ */ message([
  ['text', 1, 'string'],
]);

export const InterruptSchema: Schema<Interrupt> = /* @__PURE__ */ message([
  ['reason', 1, 'string'],
]);

export const PlaybackFinishedSchema: Schema<PlaybackFinished> = /* @__PURE__ */ message([
  ['reqId', 1, 'string'],
  ['playedMs', 2, 'uint32'],
  ['interrupted', 3, 'bool'],
]);

export const PingSchema: Schema<Ping> = /* @__PURE__ */ message([
  ['timeMs', 1, 'double'],
]);

export const ClientMessageSchema: Schema<ClientMessage> = /* @__PURE__ */ message([
  ['hello', 1, 'message', { oneof: 'message', of: HelloSchema }],
  ['mic', 2, 'message', { oneof: 'message', of: MicSchema }],
  ['text', 3, 'message', { oneof: 'message', of: TextSchema }],
  ['interrupt', 4, 'message', { oneof: 'message', of: InterruptSchema }],
  ['playbackPosition', 5, 'message', { oneof: 'message', of: PlaybackPositionSchema }],
  ['playbackFinished', 6, 'message', { oneof: 'message', of: PlaybackFinishedSchema }],
  ['ping', 7, 'message', { oneof: 'message', of: PingSchema }],
  ['sequence', 14, 'uint32'],
  ['received', 15, 'uint32'],
]);

export const AudioFormSchema: Schema<AudioForm> = /* @__PURE__ */ message([
  ['codec', 1, 'string'],
  ['sampleRate', 2, 'uint32'],
]);

export const WelcomeSchema: Schema<Welcome> = /* @__PURE__ */ message([
  ['epoch', 1, 'uint32'],
  ['avatarId', 2, 'string'],
  ['manifestUrl', 3, 'string'],
  ['audio', 4, 'message', { of: AudioFormSchema }],
  ['serverVersion', 5, 'string'],
  ['resumeToken', 6, 'string'],
  ['resumed', 7, 'bool'],
]);

export const AudioSchema: Schema<Audio> = /* @__PURE__ */ message([
  ['epoch', 1, 'uint32'],
  ['reqId', 2, 'string'],
  ['envelope', 3, 'bytes', { oneof: 'payload' }],
  ['pcm', 4, 'bytes', { oneof: 'payload' }],
  ['end', 5, 'bool'],
  ['sampleRate', 6, 'uint32'],
]);

export const MotionSchema: Schema<Motion> = /* @__PURE__ */ message([
  ['epoch', 1, 'uint32'],
  ['reqId', 2, 'string'],
  ['envelope', 3, 'bytes'],
  ['end', 4, 'bool'],
]);

export const ControlSchema: Schema<Control> = /* @__PURE__ */ message([
  ['action', 1, 'int32'],
  ['epoch', 2, 'uint32'],
]);

export const WordSchema: Schema<Word> = /* @__PURE__ */ message([
  ['text', 1, 'string'],
  ['startMs', 2, 'uint32'],
  ['endMs', 3, 'uint32'],
]);

export const TranscriptSchema: Schema<Transcript> = /* @__PURE__ */ message([
  ['role', 1, 'string'],
  ['reqId', 2, 'string'],
  ['text', 3, 'string'],
  ['words', 4, 'message', { repeated: true, of: WordSchema }],
  ['final', 5, 'bool'],
]);

export const PresenceSchema: Schema<Presence> = /* @__PURE__ */ message([
  ['state', 1, 'int32'],
]);

export const ErrorSchema: Schema<Error> = /* @__PURE__ */ message([
  ['code', 1, 'string'],
  ['retryable', 2, 'bool'],
  ['hint', 3, 'string'],
  ['reqId', 4, 'string'],
  ['fatal', 5, 'bool'],
]);

export const PongSchema: Schema<Pong> = /* @__PURE__ */ message([
  ['timeMs', 1, 'double'],
]);

export const ServerMessageSchema: Schema<ServerMessage> = /* @__PURE__ */ message([
  ['welcome', 1, 'message', { oneof: 'message', of: WelcomeSchema }],
  ['audio', 2, 'message', { oneof: 'message', of: AudioSchema }],
  ['motion', 3, 'message', { oneof: 'message', of: MotionSchema }],
  ['control', 4, 'message', { oneof: 'message', of: ControlSchema }],
  ['transcript', 5, 'message', { oneof: 'message', of: TranscriptSchema }],
  ['presence', 6, 'message', { oneof: 'message', of: PresenceSchema }],
  ['error', 7, 'message', { oneof: 'message', of: ErrorSchema }],
  ['pong', 8, 'message', { oneof: 'message', of: PongSchema }],
  ['sequence', 14, 'uint32'],
  ['received', 15, 'uint32'],
]);
