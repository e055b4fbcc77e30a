import { toJson, type JsonValue } from '@bufbuild/protobuf';
import { encodeClientMessage, encodeServerMessage } from '@visavis/protocol/downlink';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { decodeMotion, encodeMotion, ROTATION_STEP, TRANSLATION_STEP, WEIGHT_STEP, type MotionFrames } from '@visavis/protocol/motion';
import { fromBinary, type DescMessage } from '@bufbuild/protobuf';
import { encodeRoomPacket } from '@visavis/protocol/room';
import { ClientMessageSchema, ServerMessageSchema } from './gen/downlink_pb.js';
import { MotionChunkSchema } from '../src/gen/message.js';
import { encode } from '../src/wire/index.js';
import { MessageSchema } from './gen/message_pb.js';
import { RoomPacketSchema } from './gen/room_pb.js';
import { CLIENT_CASES, ENVELOPE_CASES, MOTION_CASES, ROOM_CASES, SERVER_CASES } from './cases.js';

/** One pinned message: its bytes in hexadecimal and the same in protobuf's JSON form. */
export interface MessageVector {
  readonly name: string;
  readonly hex: string;
  readonly json: JsonValue;
}

/** One pinned chunk: its bytes and the levels they stand for, a row per frame and a column per driven channel. */
export interface MotionVector {
  readonly name: string;
  readonly hex: string;
  readonly fps: number;
  readonly firstFrame: number;
  readonly channels: readonly number[];
  readonly levels: readonly (readonly number[])[];
}

export interface Golden {
  readonly envelope: readonly MessageVector[];
  readonly downlinkClient: readonly MessageVector[];
  readonly downlinkServer: readonly MessageVector[];
  readonly room: readonly MessageVector[];
  readonly motion: readonly MotionVector[];
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** The vectors as this code makes them; the pinned ones are in ../vectors/golden.json. */
export function makeGolden(): Golden {
  return {
    envelope: Object.entries(ENVELOPE_CASES).map(([name, { kind, body }]) => vector(name, encodeEnvelope(kind, body as never), MessageSchema)),
    downlinkClient: Object.entries(CLIENT_CASES).map(([name, { kind, body, numbers }]) =>
      vector(name, encodeClientMessage(kind, body as never, numbers), ClientMessageSchema)),
    downlinkServer: Object.entries(SERVER_CASES).map(([name, { kind, body, numbers }]) =>
      vector(name, encodeServerMessage(kind, body as never, numbers), ServerMessageSchema)),
    room: Object.entries(ROOM_CASES).map(([name, packet]) => vector(name, encodeRoomPacket(packet), RoomPacketSchema)),
    motion: Object.entries(MOTION_CASES).map(([name, frames]) => motionVector(name, frames)),
  };
}

function vector(name: string, bytes: Uint8Array, schema: DescMessage): MessageVector {
  return { name, hex: toHex(bytes), json: toJson(schema, fromBinary(schema, bytes)) };
}

export function stepOf(channel: number): number {
  return channel < 52 ? WEIGHT_STEP : channel < 55 ? ROTATION_STEP : TRANSLATION_STEP;
}

function motionVector(name: string, motion: MotionFrames): MotionVector {
  const chunk = encodeMotion(motion);
  const channels = [...motion.mask.keys()].filter((channel) => motion.mask[channel]);
  const levels = decodeMotion(chunk).poses.map((pose) => channels.map((i) => Math.round(pose.values[i]! / stepOf(i)) + 0));
  return { name, hex: toHex(encode(MotionChunkSchema, chunk)), fps: motion.fps, firstFrame: motion.firstFrame, channels, levels };
}
