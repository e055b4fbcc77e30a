import { readFileSync } from 'node:fs';
import { fromBinary, fromJson, toBinary, toJson, type DescMessage } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { decodeMotion } from '@visavis/protocol/motion';
import { ClientMessageSchema, ServerMessageSchema } from './gen/downlink_pb.js';
import { MessageSchema, MotionChunkSchema } from './gen/message_pb.js';
import { RoomPacketSchema } from './gen/room_pb.js';
import { fromHex, makeGolden, stepOf, toHex, type Golden } from './golden.js';

const golden = JSON.parse(readFileSync(new URL('../vectors/golden.json', import.meta.url), 'utf8')) as Golden;

const SETS = [
  ['envelope', MessageSchema, golden.envelope],
  ['downlink, client', ClientMessageSchema, golden.downlinkClient],
  ['downlink, server', ServerMessageSchema, golden.downlinkServer],
  ['room', RoomPacketSchema, golden.room],
] as const;

describe('golden bytes', () => {
  it('are what this code writes', () => {
    expect(makeGolden()).toEqual(golden);
  });

  for (const [set, schema, vectors] of SETS) {
    it.each([...vectors])(`${set}: $name reads as its JSON and back`, ({ hex, json }) => {
      const desc: DescMessage = schema;
      expect(toJson(desc, fromBinary(desc, fromHex(hex)))).toEqual(json);
      expect(toHex(toBinary(desc, fromJson(desc, json)))).toBe(hex);
    });
  }

  it.each([...golden.motion])('motion: $name decodes to its levels', ({ hex, fps, firstFrame, channels, levels }) => {
    const { frames, mask } = decodeMotion(fromBinary(MotionChunkSchema, fromHex(hex)));
    expect([...mask.keys()].filter((channel) => mask[channel])).toEqual(channels);
    expect(frames.map(({ timeMs }) => timeMs)).toEqual(levels.map((_, i) => ((firstFrame + i) * 1000) / fps));
    frames.forEach(({ pose }, i) => {
      channels.forEach((channel, column) => expect(pose.values[channel]! / stepOf(channel)).toBeCloseTo(levels[i]![column]!, 3));
    });
  });

  it('hold the public fields at the public numbers', () => {
    // type = 3, member 4 { 1: "r", 2: true }: written by hand from the field table, not by this code.
    const end = golden.envelope.find(({ name }) => name === 'end alone')!;
    expect(end.hex).toBe('0803' + '2205' + '0a0172' + '1001');
    // type = 7, member 8 { 1: "r" }
    expect(golden.envelope.find(({ name }) => name === 'interrupt')!.hex).toBe('0807' + '4203' + '0a0172');
  });
});
