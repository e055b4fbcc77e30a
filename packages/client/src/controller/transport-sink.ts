import { VisavisError } from '@visavis/protocol/errors';
import { readResponse } from '../audio/index.js';
import type { Captions, Presence } from '../timeline/index.js';
import type { ConnectionState, DownlinkAudio, TransportSink } from '../transport/index.js';
import type { Conversations } from './conversations.js';

export interface SinkOptions {
  readonly conversations: Conversations;
  readonly captions: Captions;
  onState(state: ConnectionState): void;
  onPresence(presence: Presence): void;
  onError(error: VisavisError): void;
}

/** Hands what a transport brings to the conversations. A bad message is told and left out; the stream goes on. */
export function createSink({ conversations, captions, onState, onPresence, onError }: SinkOptions): TransportSink {
  const guarded = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      onError(VisavisError.from(error, 'protocolError'));
    }
  };
  return {
    handleState: onState,
    openConversation: () => conversations.open(),
    handleAudio: (id, audio, end) => {
      guarded(() => conversations.audio(toReceived(audio), false, id));
      if (end) conversations.endAudio(id);
    },
    handleMotion: (id, envelope, end) => {
      guarded(() => conversations.motion(readResponse(envelope), id));
      if (end) conversations.endMotion(id);
    },
    handleControl: (action) => {
      if (action === 'flush') conversations.cut();
      else conversations.hold('remote', action === 'hold');
    },
    handleStreamLost: () => conversations.truncate(),
    handleCaption: (caption) => captions.add(caption),
    handlePresence: onPresence,
    handleError: onError,
  };
}

function toReceived(audio: DownlinkAudio): Parameters<Conversations['audio']>[0] {
  if (audio.kind === 'pcm') return audio;
  return { kind: 'envelope', response: readResponse(audio.bytes) };
}
