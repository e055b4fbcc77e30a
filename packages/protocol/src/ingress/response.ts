import { MessageType, ServerResponseAnimationSchema, type ServerResponseAnimation } from '../gen/message.js';
import { decode, message, type Schema } from '../wire/index.js';

interface ResponseMessage {
  readonly type: MessageType;
  readonly body: ServerResponseAnimation | undefined;
}

/** Of `Message` what a client reads; it needs no tables for the rest. */
const ResponseSchema: Schema<ResponseMessage> = /* @__PURE__ */ message([
  ['type', 1, 'int32'],
  ['body', 6, 'message', { of: ServerResponseAnimationSchema }],
]);

/** The animation in one binary message, undefined where it is anything else. Views into it share the received bytes. */
export function decodeResponse(bytes: Uint8Array): ServerResponseAnimation | undefined {
  try {
    const { type, body } = decode(ResponseSchema, bytes);
    return type === MessageType.SERVER_RESPONSE_ANIMATION ? body : undefined;
  } catch {
    return undefined;
  }
}
