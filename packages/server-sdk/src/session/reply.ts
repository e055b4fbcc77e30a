import { encodeEnvelope, type EncodedAudio, type ServerResponseAnimation } from '@visavis/protocol/ingress';
import type { EnvelopeMessage } from '../speech.js';

const SAMPLES_PER_MS = 48;

/** Where a message of a reply goes: audio alone to `onAudio`, everything else to `onMotion`. */
export function isAudioOnly(response: ServerResponseAnimation): boolean {
  return response.audio !== undefined && response.motion === undefined && !response.end;
}

export function speechMessage(response: ServerResponseAnimation, bytes: Uint8Array): EnvelopeMessage {
  const { reqId, connectionId } = response;
  const lastTimeMs = lastTimeOf(response);
  return {
    kind: 'envelope',
    reqId,
    connectionId,
    end: isAudioOnly(response) ? response.audio?.last === true : response.end,
    bytes,
    hasAudio: response.audio !== undefined,
    ...(lastTimeMs === undefined ? {} : { lastTimeMs }),
    interrupted: false,
  };
}

/**
 * The end of an interrupted request. Where the server's last message was under way when the request was cut, and
 * so holds motion or audio, a bare `end` stands in for it.
 */
export function interruptedEnd(response: ServerResponseAnimation, bytes: Uint8Array): EnvelopeMessage {
  const { reqId, connectionId } = response;
  const bare = response.motion === undefined && response.audio === undefined;
  return { ...bareEnd(reqId, connectionId), ...(bare ? { bytes } : {}) };
}

/** The end of an interrupted request whose server can no longer say it. */
export function bareEnd(reqId: string, connectionId: string): EnvelopeMessage {
  const bytes = encodeEnvelope('serverResponseAnimation', { reqId, connectionId, end: true });
  return { kind: 'envelope', reqId, connectionId, end: true, bytes, hasAudio: false, interrupted: true };
}

function lastTimeOf({ motion, audio }: ServerResponseAnimation): number | undefined {
  if (motion && motion.fps > 0 && motion.frameCount > 0) return ((motion.firstFrame + motion.frameCount - 1) * 1000) / motion.fps;
  return audio && endOf(audio);
}

function endOf(audio: EncodedAudio): number {
  return audio.firstSample / SAMPLES_PER_MS + audio.packets.length * audio.packetMs;
}
