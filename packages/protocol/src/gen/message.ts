// Generated from message.proto by `npm run generate`: change that, not this.
import { message, type Schema } from '../wire/index.js';

export enum MessageType {
  UNSPECIFIED = 0,
  CLIENT_CONFIGURE_SESSION = 1,
  SERVER_CONFIRM_SESSION = 2,
  CLIENT_AUDIO_INPUT = 3,
  SERVER_ERROR = 4,
  SERVER_RESPONSE_ANIMATION = 5,
  CLIENT_INTERRUPT = 7,
}

export enum AudioFormat {
  PCM_S16LE = 0,
  OGG_OPUS = 1,
}

export enum TransportCompression {
  NONE = 0,
}

export enum EgressType {
  UNSPECIFIED = 0,
  LIVEKIT = 1,
  AGORA = 2,
}

/** Every WebSocket message is one binary Message; `type` and the member of `data` agree. */
export interface Message {
  readonly type: MessageType;
  readonly data:
    | { readonly case: 'clientConfigureSession'; readonly value: ClientConfigureSession }
    | { readonly case: 'serverConfirmSession'; readonly value: ServerConfirmSession }
    | { readonly case: 'clientAudioInput'; readonly value: ClientAudioInput }
    | { readonly case: 'serverError'; readonly value: ServerError }
    | { readonly case: 'serverResponseAnimation'; readonly value: ServerResponseAnimation }
    | { readonly case: 'clientInterrupt'; readonly value: ClientInterrupt }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface ClientConfigureSession {
  readonly sampleRate: number;
  readonly bitrate: number;
  readonly audioFormat: AudioFormat;
  readonly transportCompression: TransportCompression;
  readonly egressType: EgressType;
  readonly livekitEgress: LiveKitEgressConfig | undefined;
  readonly agoraEgress: AgoraEgressConfig | undefined;
  readonly extraParams: Readonly<Record<string, string>>;
}

export interface LiveKitEgressConfig {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly roomName: string;
  readonly publisherId: string;
  readonly extraAttributes: Readonly<Record<string, string>>;
  readonly idleTimeout: number;
  readonly apiToken: string;
}

export interface AgoraEgressConfig {
  readonly channelName: string;
  readonly token: string;
  readonly uid: number;
  readonly publisherId: string;
}

export interface ServerConfirmSession {
  readonly connectionId: string;
  /** What was granted of `extra_params["visavis.capabilities"]`, and the values in force. */
  readonly granted: Readonly<Record<string, string>>;
}

export interface ClientAudioInput {
  readonly reqId: string;
  readonly end: boolean;
  readonly audio: Uint8Array;
  readonly traceContext: TraceContext | undefined;
  /** All but words and phonemes counts on the first message of a request only. */
  readonly requestOptions: RequestOptions | undefined;
}

/** W3C Trace Context. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate: string;
}

export interface RequestOptions {
  /** One of: neutral, happy, sad, angry, surprised, calm. */
  readonly emotion: string;
  /** 0..1. */
  readonly emotionIntensity: number;
  /** Resume: no frame before this time is sent. Milliseconds of the utterance. */
  readonly startMs: number;
  /** Resume: the audio begins this much before start_ms, to warm the model up. */
  readonly warmupMs: number;
  /** What is heard when, on any message of a request: each adds to those before. */
  readonly words: readonly TimedText[];
  /** Exact from the first to the last of those in one message. */
  readonly phonemes: readonly TimedText[];
}

export interface TimedText {
  readonly text: string;
  /** Milliseconds from the utterance's first sample, whichever message says it. */
  readonly startMs: number;
  readonly endMs: number;
}

export interface ServerError {
  readonly connectionId: string;
  readonly reqId: string;
  readonly code: number;
  readonly message: string;
  readonly detail: ErrorDetail | undefined;
}

export interface ErrorDetail {
  readonly code: string;
  readonly retryable: boolean;
  readonly hint: string;
}

export interface ServerResponseAnimation {
  readonly connectionId: string;
  readonly reqId: string;
  readonly end: boolean;
  readonly motion: MotionChunk | undefined;
  readonly audio: EncodedAudio | undefined;
}

export interface ClientInterrupt {
  readonly reqId: string;
}

/** Consecutive frames of one request, decodable on their own. Layout of `data`: docs/motion-codec.md. */
export interface MotionChunk {
  /** Version of the layout; 1. */
  readonly schema: number;
  /** Frames per second, 25..60. */
  readonly fps: number;
  /** Index of the first frame: its time is first_frame * 1000 / fps milliseconds of the utterance. */
  readonly firstFrame: number;
  readonly frameCount: number;
  /** Driven channels: bit i (least significant first) is channel i; trailing zero bytes are left out. */
  readonly channelMask: Uint8Array;
  readonly data: Uint8Array;
}

/** Consecutive Opus packets of one request. */
export interface EncodedAudio {
  /** Sample rate of the encoder's input, Hz. */
  readonly sampleRate: number;
  /** Duration of one packet, milliseconds. */
  readonly packetMs: number;
  /** Time of the first sample these packets contribute, in samples at 48 kHz from the utterance's start, after pre-skip. */
  readonly firstSample: number;
  /** Samples at 48 kHz that the decoder drops from the start of the request's first packet. The same in every message. */
  readonly preSkip: number;
  readonly packets: readonly Uint8Array[];
  /** These are the request's last packets; `total_samples` is then the utterance's true length at 48 kHz. */
  readonly last: boolean;
  readonly totalSamples: number;
}

export const LiveKitEgressConfigSchema: Schema<LiveKitEgressConfig> = /* @__PURE__ */ message([
  ['url', 1, 'string'],
  ['apiKey', 2, 'string'],
  ['apiSecret', 3, 'string'],
  ['roomName', 4, 'string'],
  ['publisherId', 5, 'string'],
  ['extraAttributes', 6, 'map'],
  ['idleTimeout', 7, 'int32'],
  ['apiToken', 8, 'string'],
]);

export const AgoraEgressConfigSchema: Schema<AgoraEgressConfig> = /* @__PURE__ */ message([
  ['channelName', 1, 'string'],
  ['token', 2, 'string'],
  ['uid', 3, 'uint32'],
  ['publisherId', 4, 'string'],
]);

export const ClientConfigureSessionSchema: Schema<ClientConfigureSession> = /* @__PURE__ */ message([
  ['sampleRate', 1, 'int32'],
  ['bitrate', 2, 'int32'],
  ['audioFormat', 3, 'int32'],
  ['transportCompression', 4, 'int32'],
  ['egressType', 5, 'int32'],
  ['livekitEgress', 6, 'message', { of: LiveKitEgressConfigSchema }],
  ['agoraEgress', 7, 'message', { of: AgoraEgressConfigSchema }],
  ['extraParams', 8, 'map'],
]);

export const ServerConfirmSessionSchema: Schema<ServerConfirmSession> = /* @__PURE__ */ message([
  ['connectionId', 1, 'string'],
  ['granted', 100, 'map'],
]);

export const TraceContextSchema: Schema<TraceContext> = /* @__PURE__ */ message([
  ['traceparent', 1, 'string'],
  ['tracestate', 2, 'string'],
]);

export const TimedTextSchema: Schema<TimedText> = /* @__PURE__ */ message([
  ['text', 1, 'string'],
  ['startMs', 2, 'uint32'],
  ['endMs', 3, 'uint32'],
]);

export const RequestOptionsSchema: Schema<RequestOptions> = /* @__PURE__ */ message([
  ['emotion', 1, 'string'],
  ['emotionIntensity', 2, 'float'],
  ['startMs', 3, 'uint32'],
  ['warmupMs', 4, 'uint32'],
  ['words', 5, 'message', { repeated: true, of: TimedTextSchema }],
  ['phonemes', 6, 'message', { repeated: true, of: TimedTextSchema }],
]);

export const ClientAudioInputSchema: Schema<ClientAudioInput> = /* @__PURE__ */ message([
  ['reqId', 1, 'string'],
  ['end', 2, 'bool'],
  ['audio', 3, 'bytes'],
  ['traceContext', 4, 'message', { of: TraceContextSchema }],
  ['requestOptions', 100, 'message', { of: RequestOptionsSchema }],
]);

export const ErrorDetailSchema: Schema<ErrorDetail> = /* @__PURE__ */ message([
  ['code', 1, 'string'],
  ['retryable', 2, 'bool'],
  ['hint', 3, 'string'],
]);

export const ServerErrorSchema: Schema<ServerError> = /* @__PURE__ */ message([
  ['connectionId', 1, 'string'],
  ['reqId', 2, 'string'],
  ['code', 3, 'int32'],
  ['message', 4, 'string'],
  ['detail', 100, 'message', { of: ErrorDetailSchema }],
]);

export const MotionChunkSchema: Schema<MotionChunk> = /* @__PURE__ */ message([
  ['schema', 1, 'uint32'],
  ['fps', 2, 'uint32'],
  ['firstFrame', 3, 'uint32'],
  ['frameCount', 4, 'uint32'],
  ['channelMask', 5, 'bytes'],
  ['data', 6, 'bytes'],
]);

export const EncodedAudioSchema: Schema<EncodedAudio> = /* @__PURE__ */ message([
  ['sampleRate', 1, 'uint32'],
  ['packetMs', 2, 'uint32'],
  ['firstSample', 3, 'uint32'],
  ['preSkip', 4, 'uint32'],
  ['packets', 5, 'bytes', { repeated: true }],
  ['last', 6, 'bool'],
  ['totalSamples', 7, 'uint32'],
]);

export const ServerResponseAnimationSchema: Schema<ServerResponseAnimation> = /* @__PURE__ */ message([
  ['connectionId', 1, 'string'],
  ['reqId', 2, 'string'],
  ['end', 3, 'bool'],
  ['motion', 100, 'message', { of: MotionChunkSchema }],
  ['audio', 101, 'message', { of: EncodedAudioSchema }],
]);

export const ClientInterruptSchema: Schema<ClientInterrupt> = /* @__PURE__ */ message([
  ['reqId', 1, 'string'],
]);

export const MessageSchema: Schema<Message> = /* @__PURE__ */ message([
  ['type', 1, 'int32'],
  ['clientConfigureSession', 2, 'message', { oneof: 'data', of: ClientConfigureSessionSchema }],
  ['serverConfirmSession', 3, 'message', { oneof: 'data', of: ServerConfirmSessionSchema }],
  ['clientAudioInput', 4, 'message', { oneof: 'data', of: ClientAudioInputSchema }],
  ['serverError', 5, 'message', { oneof: 'data', of: ServerErrorSchema }],
  ['serverResponseAnimation', 6, 'message', { oneof: 'data', of: ServerResponseAnimationSchema }],
  ['clientInterrupt', 8, 'message', { oneof: 'data', of: ClientInterruptSchema }],
]);
