import {
  decodeClientMessage, decodeServerMessage, encodeClientMessage, encodeServerMessage, type ClientMessage, type ServerMessage,
} from '../../../packages/protocol/src/downlink/index.js';
import { toError } from '../../../packages/client/src/transport/downlink-reader.js';
import { check, expecting, sameBytes, text, type Target } from '../target.js';
import { GOLDEN } from './golden.js';

/** Messages between backend and client: every input is read as one of each direction. */
export const downlink: Target = {
  name: 'downlink',
  maxBytes: 4096,
  files: ['protocol/src/downlink/'],
  protobufAt: 0,
  dictionary: ['queueFull', 'opus', 'pcm', 'avatar', 'user', '\xff\xff\xff\xff\x0f', '\xc3\x28'].map(text),
  seeds: () => [...GOLDEN.downlinkClient, ...GOLDEN.downlinkServer],
  run(input) {
    const fromClient = expecting(['protocolError'], () => decodeClientMessage(input));
    if (fromClient) comesBack(encodeClient(fromClient), decodeClientMessage, encodeClient);
    const fromServer = expecting(['protocolError'], () => decodeServerMessage(input));
    if (fromServer) comesBack(encodeServer(fromServer), decodeServerMessage, encodeServer);
    if (fromServer?.case === 'error') check(toError(fromServer.value).message !== '', 'an error says something');
  },
};

const encodeClient = ({ case: kind, value }: ClientMessage): Uint8Array => encodeClientMessage(kind, value as never);
const encodeServer = ({ case: kind, value }: ServerMessage): Uint8Array => encodeServerMessage(kind, value as never);

function comesBack<M>(once: Uint8Array, decode: (bytes: Uint8Array) => M | undefined, encode: (message: M) => Uint8Array): void {
  const again = decode(once);
  check(again !== undefined && sameBytes(encode(again), once), 'a message comes back as it was written');
}
