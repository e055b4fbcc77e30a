import { VisavisError } from '../errors/index.js';
import {
  ClientAudioInputSchema, ClientConfigureSessionSchema, ClientInterruptSchema, MessageSchema, MessageType, ServerConfirmSessionSchema,
  ServerErrorSchema, ServerResponseAnimationSchema, type Message,
} from '../gen/message.js';
import { decode, encode, type Init, type Schema } from '../wire/index.js';

/** The six messages of the envelope, by the name of their member. */
const BODIES = {
  clientConfigureSession: { type: MessageType.CLIENT_CONFIGURE_SESSION, schema: ClientConfigureSessionSchema },
  serverConfirmSession: { type: MessageType.SERVER_CONFIRM_SESSION, schema: ServerConfirmSessionSchema },
  clientAudioInput: { type: MessageType.CLIENT_AUDIO_INPUT, schema: ClientAudioInputSchema },
  serverError: { type: MessageType.SERVER_ERROR, schema: ServerErrorSchema },
  serverResponseAnimation: { type: MessageType.SERVER_RESPONSE_ANIMATION, schema: ServerResponseAnimationSchema },
  clientInterrupt: { type: MessageType.CLIENT_INTERRUPT, schema: ClientInterruptSchema },
} as const;

export type EnvelopeKind = keyof typeof BODIES;
type DecodedBy<S> = S extends Schema<infer T> ? T : never;

/** What `encodeEnvelope` takes for each kind. */
export type EnvelopeBodies = { [K in EnvelopeKind]: Init<DecodedBy<(typeof BODIES)[K]['schema']>> };

/** A decoded envelope: `case` names the message, `value` is it. Views into `value` share the received bytes. */
export type Envelope = Exclude<Message['data'], { case: undefined }>;

/** A message of a type this version does not know; ignore it. */
export interface UnknownEnvelope {
  readonly case: 'unknown';
  readonly type: number;
}

export function isUnknownEnvelope(envelope: Envelope | UnknownEnvelope): envelope is UnknownEnvelope {
  return envelope.case === 'unknown';
}

export function encodeEnvelope<K extends EnvelopeKind>(kind: K, body: EnvelopeBodies[K]): Uint8Array {
  return encode(MessageSchema, { type: BODIES[kind].type, data: { case: kind, value: body } as Init<Envelope> });
}

/**
 * Decodes one binary message. Unknown fields are passed over, unknown types come back as `unknown`.
 * Throws `protocolError` where the bytes are no message, or `type` and the member disagree.
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope | UnknownEnvelope {
  const message = parse(bytes);
  const { data, type } = message;
  if (data.case !== undefined && BODIES[data.case].type === type) return data;
  const known = Object.values(BODIES).find((body) => body.type === type);
  if (known || type === MessageType.UNSPECIFIED) {
    throw new VisavisError('protocolError', `message type ${type} does not match its body ${data.case ?? '(none)'}`);
  }
  return { case: 'unknown', type };
}

function parse(bytes: Uint8Array): Message {
  try {
    return decode(MessageSchema, bytes);
  } catch (cause) {
    throw new VisavisError('protocolError', 'these bytes are not a protocol message', { cause });
  }
}
