import { DownlinkReader, type TransportSink } from '@visavis/client';
import { ControlAction, decodeServerMessage, type ServerMessage } from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { decodeRoomPacket, type Cue, type RoomPacket } from '@visavis/protocol/room';
import type { RoomOutput } from './room-output.js';

const NO_NUMBERS = { sequence: 0, received: 0 } as const;
const END = encodeEnvelope('serverResponseAnimation', { end: true });

export interface RoomReaderEvents {
  /** Another backend speaks, or the same through another track. */
  onStream(): void;
  onPong(timeMs: number): void;
}

/** What an avatar's data packets mean: where its sound is, and what the downlink's reader says of the rest. */
export class RoomReader {
  readonly downlink: DownlinkReader;
  readonly #sink: TransportSink;
  readonly #output: RoomOutput;
  readonly #events: RoomReaderEvents;
  #stream: number | undefined;
  #run: number | undefined;
  #reqId = '';
  #named: { readonly reqId: string; readonly utterance: number } | undefined;
  #epoch = 0;
  #complained = false;

  constructor(sink: TransportSink, output: RoomOutput, events: RoomReaderEvents) {
    this.#sink = sink;
    this.#output = output;
    this.#events = events;
    this.downlink = new DownlinkReader(sink);
  }

  /** Takes a packet. False where it is none: told once. */
  take(bytes: Uint8Array): boolean {
    let packet: RoomPacket;
    try {
      packet = decodeRoomPacket(bytes);
    } catch (error) {
      if (!this.#complained) this.#sink.handleError(VisavisError.from(error, 'protocolError'));
      this.#complained = true;
      return false;
    }
    this.#read(packet);
    return true;
  }

  #read(packet: RoomPacket): void {
    this.#meet(packet);
    if (packet.messages.length === 0) this.#output.packet(packet.run, packet.sentMs);
    this.#followEpoch(packet);
    if (packet.cue && packet.epoch === this.#epoch) this.#followCue(packet);
    for (const bytes of packet.messages) this.#message(bytes);
  }

  #meet({ stream, run, epoch }: RoomPacket): void {
    const isNew = stream !== 0 && stream !== this.#stream;
    if (!isNew && run === this.#run) return;
    if (stream !== 0) this.#stream = stream;
    this.#run = run;
    if (isNew) {
      this.#epoch = epoch;
      this.#reqId = '';
      this.#named = undefined;
      this.#handle({ case: 'welcome', value: { epoch, avatarId: '', manifestUrl: '', audio: undefined, serverVersion: '', resumeToken: '', resumed: false } });
    }
    this.#events.onStream();
  }

  /** A flush that was missed shows in the next packet. */
  #followEpoch({ epoch, sentMs }: RoomPacket): void {
    const ahead = (epoch - this.#epoch) | 0;
    if (ahead <= 0) return;
    this.#epoch = epoch;
    this.#reqId = '';
    this.#handle({ case: 'control', value: { action: ControlAction.FLUSH, epoch } });
    this.#output.silentFrom(sentMs);
  }

  #followCue({ run, epoch, cue, motion, motionEnd }: RoomPacket): void {
    const reqId = this.#nameOf(cue!);
    if (reqId === undefined) return;
    if (reqId !== this.#reqId) this.#begin(reqId, epoch);
    if (cue!.reqId === '') this.#output.reach(run, reqId, cue!.untilMs);
    else this.#output.cue(run, cue!);
    for (const envelope of motion) this.#handle({ case: 'motion', value: { epoch, reqId, envelope, end: false } });
    if (motionEnd) this.#handle({ case: 'motion', value: { epoch, reqId, envelope: END, end: true } });
  }

  /** Undefined where the packet that told the name was lost: the next tells it again. */
  #nameOf({ reqId, utterance }: Cue): string | undefined {
    if (reqId !== '') this.#named = { reqId, utterance };
    return this.#named?.utterance === utterance ? this.#named.reqId : undefined;
  }

  #begin(reqId: string, epoch: number): void {
    this.#reqId = reqId;
    this.#output.opening(reqId, () => this.#audio(reqId, epoch, false));
  }

  #audio(reqId: string, epoch: number, end: boolean): void {
    this.#handle({ case: 'audio', value: { epoch, reqId, payload: { case: undefined }, end, sampleRate: 0 } });
  }

  #message(bytes: Uint8Array): void {
    let message: ServerMessage | undefined;
    try {
      message = decodeServerMessage(bytes);
    } catch {
      return; // of a packet that was whole: a newer backend's
    }
    switch (message?.case) {
      case undefined: return;
      case 'welcome': return; // packets say it already
      case 'audio': {
        const { reqId, epoch, end } = message.value;
        if (end && reqId === this.#reqId) this.#audio(reqId, epoch, true);
        return;
      }
      case 'pong': return this.#events.onPong(message.value.timeMs);
      default: return this.downlink.handle(message!);
    }
  }

  #handle(message: { [C in ServerMessage['case']]: Pick<Extract<ServerMessage, { case: C }>, 'case' | 'value'> }[ServerMessage['case']]): void {
    this.downlink.handle({ ...message, ...NO_NUMBERS } as ServerMessage);
  }
}
