import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { VisavisError } from '../errors/index.js';
import {
  AudioSchema, ClientMessageSchema, ControlSchema, ErrorSchema, HelloSchema, InterruptSchema, MicSchema, MotionSchema, PingSchema,
  PlaybackFinishedSchema, PlaybackPositionSchema, PongSchema, PresenceSchema, ServerMessageSchema, TextSchema, TranscriptSchema,
  WelcomeSchema, type ClientMessage as ClientEnvelope, type ServerMessage as ServerEnvelope,
} from '../gen/downlink_pb.js';

const CLIENT = {
  hello: HelloSchema,
  mic: MicSchema,
  text: TextSchema,
  interrupt: InterruptSchema,
  playbackPosition: PlaybackPositionSchema,
  playbackFinished: PlaybackFinishedSchema,
  ping: PingSchema,
} as const;

const SERVER = {
  welcome: WelcomeSchema,
  audio: AudioSchema,
  motion: MotionSchema,
  control: ControlSchema,
  transcript: TranscriptSchema,
  presence: PresenceSchema,
  error: ErrorSchema,
  pong: PongSchema,
} as const;

export type ClientKind = keyof typeof CLIENT;
export type ServerKind = keyof typeof SERVER;
export type ClientBodies = { [K in ClientKind]: MessageInitShape<(typeof CLIENT)[K]> };
export type ServerBodies = { [K in ServerKind]: MessageInitShape<(typeof SERVER)[K]> };

/** What a message says of delivery, beside its body: see the proto. 0 where it says nothing. */
export interface Numbers {
  readonly sequence: number;
  readonly received: number;
}

type ClientBody = Exclude<ClientEnvelope['message'], { case: undefined }>;
type ServerBody = Exclude<ServerEnvelope['message'], { case: undefined }>;

/** A decoded message; `undefined` stands for one this version does not know, to be ignored. */
export type ClientMessage = ClientBody & Numbers;
export type ServerMessage = ServerBody & Numbers;

export function encodeClientMessage<K extends ClientKind>(kind: K, body: ClientBodies[K], numbers: Partial<Numbers> = {}): Uint8Array {
  const value = create(CLIENT[kind] as DescMessage, body as MessageInitShape<DescMessage>);
  return toBinary(ClientMessageSchema, create(ClientMessageSchema, { message: { case: kind, value } as ClientBody, ...numbers }));
}

export function encodeServerMessage<K extends ServerKind>(kind: K, body: ServerBodies[K], numbers: Partial<Numbers> = {}): Uint8Array {
  const value = create(SERVER[kind] as DescMessage, body as MessageInitShape<DescMessage>);
  return toBinary(ServerMessageSchema, create(ServerMessageSchema, { message: { case: kind, value } as ServerBody, ...numbers }));
}

/** Decodes what a client sent, or throws `protocolError`. */
export function decodeClientMessage(bytes: Uint8Array): ClientMessage | undefined {
  const { message, sequence, received } = parse(ClientMessageSchema, bytes);
  return message.case === undefined ? undefined : { ...message, sequence, received };
}

/** Decodes what a backend sent, or throws `protocolError`. */
export function decodeServerMessage(bytes: Uint8Array): ServerMessage | undefined {
  const { message, sequence, received } = parse(ServerMessageSchema, bytes);
  return message.case === undefined ? undefined : { ...message, sequence, received };
}

function parse<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw new VisavisError('protocolError', 'these bytes are not a downlink message', { cause });
  }
}
