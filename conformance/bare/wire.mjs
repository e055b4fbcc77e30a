/**
 * Protobuf by field number, written out: what a peer without our code puts on the wire and finds there. Knows the public
 * envelope (`message.Message`) and the additions from field 100 up; everything else stays as it is.
 */
const TYPE = { configure: 1, confirm: 2, audio: 3, error: 4, answer: 5, interrupt: 7 };
const MEMBER = { configure: 2, confirm: 3, audio: 4, error: 5, answer: 6, interrupt: 8 };

function varint(value) {
  const bytes = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0));
    left >>= 7n;
  } while (left > 0n);
  return Buffer.from(bytes);
}

/** A field: a number or boolean as varint, text and bytes with their length; zero values are left out, as in proto3. */
export function field(number, value) {
  if (value === undefined || value === 0 || value === false || value === '') return Buffer.alloc(0);
  if (typeof value === 'number' || typeof value === 'boolean') return Buffer.concat([varint(number << 3), varint(Number(value))]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

export const fields = (...pairs) => Buffer.concat(pairs.map(([number, value]) => field(number, value)));
const map = (number, entries) => Object.entries(entries).map(([key, value]) => [number, fields([1, key], [2, value])]);

/** One envelope of a kind around a body. */
export const envelope = (kind, body) => fields([1, TYPE[kind]], [MEMBER[kind], body]);

export const configure = ({ sampleRate = 16_000, bitrate, audioFormat, egressType, livekit, agora, extraParams = {}, more = [] } = {}) => envelope(
  'configure', fields([1, sampleRate], [2, bitrate], [3, audioFormat], [5, egressType], [6, livekit], [7, agora], ...map(8, extraParams), ...more),
);
export const audio = (reqId, bytes, end = false, more = []) => envelope('audio', fields([1, reqId], [2, end], [3, bytes.length > 0 ? bytes : undefined], ...more));
export const interrupt = (reqId) => envelope('interrupt', fields([1, reqId]));

/** Every field of a message by number: numbers for varints, bytes for the rest. Throws where it is cut short. */
export function read(bytes) {
  const found = new Map();
  let at = 0;
  const number = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      if (at >= bytes.length) throw new Error('the message is cut short');
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = number();
    let value = number();
    if ((key & 7) === 2) {
      value = bytes.subarray(at, (at += value));
      if (at > bytes.length) throw new Error('the message is cut short');
    } else if ((key & 7) !== 0) throw new Error(`a field of wire type ${key & 7}`);
    found.set(key >>> 3, [...(found.get(key >>> 3) ?? []), value]);
  }
  return found;
}

const one = (message, number, none) => message.get(number)?.[0] ?? none;
const text = (message, number) => Buffer.from(one(message, number, '')).toString();
const nested = (message, number) => (message.has(number) ? read(one(message, number)) : undefined);

/** What a server sent, by its kind. */
export function readServer(bytes) {
  const message = read(bytes);
  const kind = Object.keys(TYPE).find((name) => TYPE[name] === one(message, 1));
  if (!['confirm', 'error', 'answer'].includes(kind) || !message.has(MEMBER[kind])) throw new Error(`not a message of a server: type ${one(message, 1)}`);
  return { kind, size: bytes.length, ...READ[kind](read(one(message, MEMBER[kind]))) };
}

const READ = {
  confirm: (body) => ({ connectionId: text(body, 1), granted: Object.fromEntries((body.get(100) ?? []).map((entry) => [text(read(entry), 1), text(read(entry), 2)])) }),
  error: (body) => {
    const detail = nested(body, 100);
    return {
      connectionId: text(body, 1), reqId: text(body, 2), number: one(body, 3, 0), message: text(body, 4),
      ...(detail && { detail: { code: text(detail, 1), retryable: one(detail, 2, 0) === 1, hint: text(detail, 3) } }),
    };
  },
  answer: (body) => {
    const motion = nested(body, 100);
    const sound = nested(body, 101);
    return {
      connectionId: text(body, 1), reqId: text(body, 2), end: one(body, 3, 0) === 1, hasAudio: sound !== undefined,
      firstFrame: motion && one(motion, 3, 0), frameCount: motion ? one(motion, 4, 0) : 0,
    };
  },
};
