// Generated from room.proto by `npm run generate`: change that, not this.
import { message, type Schema } from '../wire/index.js';

export interface RoomPacket {
  /** Names the publisher's track: drawn anew with each. The track is called by it, in decimal. */
  readonly run: number;
  /** The backend's clock when this was sent, milliseconds. */
  readonly sentMs: number;
  /** As in the downlink. */
  readonly epoch: number;
  /** What is being said; absent in silence. */
  readonly cue: Cue | undefined;
  /** Lossy packets: motion server messages with motion only, the newest last; those before it were sent already. */
  readonly motion: readonly Uint8Array[];
  /** The last of `motion` is the request's last. */
  readonly motionEnd: boolean;
  /**
   * Reliable packets: server messages of the downlink, in order. An audio message has no payload: it says that its
   * request begins, or with `end` that nothing more of it will come.
   */
  readonly messages: readonly Uint8Array[];
  /** Names what speaks through the tracks, one after another: another number is another backend, which knows nothing of the last; 0 is the same. */
  readonly stream: number;
}

/** Where in the track an utterance is. */
export interface Cue {
  /** Most packets with motion have no name, no place, and no `stream`: others have told them, and `utterance` stands for them. */
  readonly reqId: string;
  /** The sound of `time_ms` of the utterance leaves the backend when its clock says `at_ms`, and goes on from there. */
  readonly atMs: number;
  readonly timeMs: number;
  /** How much of the utterance has been made ready to leave, milliseconds of the utterance. */
  readonly untilMs: number;
  /** Counts the utterances of a stream, from 1. */
  readonly utterance: number;
}

export const CueSchema: Schema<Cue> = /* @__PURE__ */ message([
  ['reqId', 1, 'string'],
  ['atMs', 2, 'double'],
  ['timeMs', 3, 'uint32'],
  ['untilMs', 4, 'uint32'],
  ['utterance', 5, 'uint32'],
]);

export const RoomPacketSchema: Schema<RoomPacket> = /* @__PURE__ */ message([
  ['run', 1, 'uint32'],
  ['sentMs', 2, 'double'],
  ['epoch', 3, 'uint32'],
  ['cue', 4, 'message', { of: CueSchema }],
  ['motion', 5, 'bytes', { repeated: true }],
  ['motionEnd', 6, 'bool'],
  ['messages', 7, 'bytes', { repeated: true }],
  ['stream', 8, 'uint32'],
]);
