import { VisavisError } from '../errors/index.js';
import {
  ClientMessageSchema, ServerMessageSchema, type ClientMessage as ClientEnvelope, type ServerMessage as ServerEnvelope,
} from '../gen/downlink.js';
import { decode, encode, type Init, type Schema } from '../wire/index.js';

type ClientBody = Exclude<ClientEnvelope['message'], { case: undefined }>;
type ServerBody = Exclude<ServerEnvelope['message'], { case: undefined }>;

export type ClientKind = ClientBody['case'];
export type ServerKind = ServerBody['case'];
/** What the encoders take for each kind: what is left out is at its default. */
export type ClientBodies = { [B in ClientBody as B['case']]: Init<B['value']> };
export type ServerBodies = { [B in ServerBody as B['case']]: Init<B['value']> };

/** What a message says of delivery, beside its body: see the proto. 0 where it says nothing. */
export interface Numbers {
  readonly sequence: number;
  readonly received: number;
}

/** A decoded message; `undefined` stands for one this version does not know, to be ignored. */
export type ClientMessage = ClientBody & Numbers;
export type ServerMessage = ServerBody & Numbers;

export function encodeClientMessage<K extends ClientKind>(kind: K, body: ClientBodies[K], numbers: Partial<Numbers> = {}): Uint8Array {
  return encode(ClientMessageSchema, { message: { case: kind, value: body } as Init<ClientBody>, ...numbers });
}

export function encodeServerMessage<K extends ServerKind>(kind: K, body: ServerBodies[K], numbers: Partial<Numbers> = {}): Uint8Array {
  return encode(ServerMessageSchema, { message: { case: kind, value: body } as Init<ServerBody>, ...numbers });
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

function parse<T>(schema: Schema<T>, bytes: Uint8Array): T {
  try {
    return decode(schema, bytes);
  } catch (cause) {
    throw new VisavisError('protocolError', 'these bytes are not a downlink message', { cause });
  }
}
