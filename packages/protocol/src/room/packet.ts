import { VisavisError } from '../errors/index.js';
import { RoomPacketSchema, type Cue, type RoomPacket } from '../gen/room.js';
import { decode, encode, type Init } from '../wire/index.js';

export type { Cue, RoomPacket };

/** Topic of the data messages of both directions. */
export const ROOM_TOPIC = 'visavis';

/** The call by which viewers say what must arrive: a client message in base64. */
export const ROOM_METHOD = 'visavis';

export function encodeRoomPacket(packet: Init<RoomPacket>): Uint8Array {
  return encode(RoomPacketSchema, packet);
}

/** Decodes what a publisher sent. Throws `protocolError` where the bytes are none, or their times are not finite. */
export function decodeRoomPacket(bytes: Uint8Array): RoomPacket {
  const packet = parse(bytes);
  const { sentMs, cue } = packet;
  const times = [sentMs, cue?.atMs ?? 0];
  if (!times.every(Number.isFinite)) throw new VisavisError('protocolError', 'a room packet has times that are no numbers');
  return packet;
}

function parse(bytes: Uint8Array): RoomPacket {
  try {
    return decode(RoomPacketSchema, bytes);
  } catch (cause) {
    throw new VisavisError('protocolError', 'these bytes are no room packet', { cause });
  }
}
