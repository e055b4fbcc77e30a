import { VADStream, type stt, type VADEvent } from '@livekit/agents';

/** A recogniser that goes by voice activity, and can do so by what somebody else's VAD tells: its stream takes no frames then. */
export interface GoesByVoice {
  streamBy(voice: VADStream): stt.SpeechStream;
}

export function goesByVoice(recogniser: stt.STT): recogniser is stt.STT & GoesByVoice {
  return 'streamBy' in recogniser;
}

/** Voice activity as it is told. */
export class RelayedVoice extends VADStream {
  tell(event: VADEvent): void {
    this.sendVADEvent(event);
  }

  /** What is heard comes with the events. */
  override pushFrame(): void {}
}
