import {
  CAPABILITIES_PARAM, decodeEnvelope, encodeEnvelope, FPS_PARAM, isUnknownEnvelope, parseCapabilities, parseFps, type Envelope,
} from '../../../packages/protocol/src/ingress/index.js';
import { serverFailure } from '../../../packages/server-sdk/src/session/failure.js';
import { interruptedEnd, speechMessage } from '../../../packages/server-sdk/src/session/reply.js';
import { check, expecting, sameBytes, text, type Target } from '../target.js';
import { GOLDEN } from './golden.js';

/** What servers without our additions say of errors. */
const ERRORS = [
  [3, 'bad'], [3, 'LiveKit url missing'], [14, 'x'], [16, 'x'], [4001, 'x'], [4002, 'x'], [0, 'token is expired'], [0, 'no audio input for 60 s'], [0, 'boom'],
] as const;

/** Messages between backend and Motion Server, in both directions, and what reads their contents first. */
export const envelope: Target = {
  name: 'envelope',
  maxBytes: 4096,
  files: ['protocol/src/ingress/envelope', 'protocol/src/ingress/capabilities', 'protocol/src/ingress/classify', 'server-sdk/src/session/reply.'],
  protobufAt: 0,
  dictionary: [CAPABILITIES_PARAM, FPS_PARAM, 'audio,interrupted-end', '60', 'LiveKit', 'unauthorized', 'token is expired', 'app id mismatch', 'queueFull', '\xc3\x28'].map(text),
  seeds: () => [
    ...GOLDEN.envelope,
    encodeEnvelope('clientConfigureSession', { sampleRate: 8000, extraParams: { [FPS_PARAM]: '60', other: '' } }),
    ...ERRORS.map(([code, message]) => encodeEnvelope('serverError', { code, message })),
  ],
  run(input) {
    const decoded = expecting(['protocolError'], () => decodeEnvelope(input));
    if (!decoded || isUnknownEnvelope(decoded)) return;
    const once = encode(decoded);
    const again = decodeEnvelope(once);
    check(!isUnknownEnvelope(again) && again.case === decoded.case, 'a message that is written again is of its kind');
    check(sameBytes(once, encode(again)), 'a message comes back as it was written');
    read(decoded, input);
  },
};

function encode({ case: kind, value }: Envelope): Uint8Array {
  return encodeEnvelope(kind, value as never);
}

function read(decoded: Envelope, bytes: Uint8Array): void {
  switch (decoded.case) {
    case 'clientConfigureSession': {
      const { extraParams } = decoded.value;
      parseCapabilities(extraParams[CAPABILITIES_PARAM]);
      const fps = parseFps(extraParams[FPS_PARAM]);
      check(fps >= 25 && fps <= 60, 'the fps is one that can be served');
      return;
    }
    case 'serverError':
      check(serverFailure(decoded.value, 'websocket_runtime').message !== '', 'an error says something');
      return;
    case 'serverResponseAnimation':
      check(speechMessage(decoded.value, bytes).bytes === bytes, 'a message is handed on untouched');
      check(interruptedEnd(decoded.value, bytes).end, 'an interrupted end is an end');
  }
}
