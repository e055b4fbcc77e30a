import { VisavisError } from '../errors/index.js';
import { MessageSchema, MessageType, type Message } from '../gen/message.js';
import { decode, encode, type Init } from '../wire/index.js';

/** A decoded envelope: `case` names the message, `value` is it. Views into `value` share the received bytes. */
export type Envelope = Exclude<Message['data'], { case: undefined }>;
export type EnvelopeKind = Envelope['case'];
/** What `encodeEnvelope` takes for each kind: what is left out is at its default. */
export type EnvelopeBodies = { [E in Envelope as E['case']]: Init<E['value']> };

/** The number that says which member an envelope holds. */
const TYPES: Readonly<Record<EnvelopeKind, MessageType>> = {
  clientConfigureSession: MessageType.CLIENT_CONFIGURE_SESSION,
  serverConfirmSession: MessageType.SERVER_CONFIRM_SESSION,
  clientAudioInput: MessageType.CLIENT_AUDIO_INPUT,
  serverError: MessageType.SERVER_ERROR,
  serverResponseAnimation: MessageType.SERVER_RESPONSE_ANIMATION,
  clientInterrupt: MessageType.CLIENT_INTERRUPT,
};

/** A message of a type this version does not know; ignore it. */
export interface UnknownEnvelope {
  readonly case: 'unknown';
  readonly type: number;
}

export function isUnknownEnvelope(envelope: Envelope | UnknownEnvelope): envelope is UnknownEnvelope {
  return envelope.case === 'unknown';
}

export function encodeEnvelope<K extends EnvelopeKind>(kind: K, body: EnvelopeBodies[K]): Uint8Array {
  return encode(MessageSchema, { type: TYPES[kind], data: { case: kind, value: body } as Init<Envelope> });
}

/**
 * Decodes one binary message. Unknown fields are passed over, unknown types come back as `unknown`.
 * Throws `protocolError` where the bytes are no message, or `type` and the member disagree.
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope | UnknownEnvelope {
  const message = parse(bytes);
  const { data, type } = message;
  if (data.case !== undefined && TYPES[data.case] === type) return data;
  const known = Object.values(TYPES).includes(type);
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
