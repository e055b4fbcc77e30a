import { stt, VAD, VADEventType, VADStream, type VADEvent } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';

const EVENT: Omit<VADEvent, 'type'> = {
  samplesIndex: 0, timestamp: 0, speechDuration: 0, silenceDuration: 0, frames: [], probability: 0, inferenceDuration: 0, speaking: false,
  rawAccumulatedSilence: 0, rawAccumulatedSpeech: 0,
};

class ScriptedVadStream extends VADStream {
  tell(type: VADEventType, silenceDuration = 0): void {
    this.sendVADEvent({ ...EVENT, type, silenceDuration });
  }
}

/** Voice activity as a test tells it. */
export class ScriptedVad extends VAD {
  override label = 'scripted';
  #stream: ScriptedVadStream | undefined;

  constructor() {
    super({ updateInterval: 32 });
  }

  override stream(): VADStream {
    return (this.#stream = new ScriptedVadStream(this));
  }

  starts(): void {
    this.#stream?.tell(VADEventType.START_OF_SPEECH);
  }

  ends(silenceMs = 200): void {
    this.#stream?.tell(VADEventType.END_OF_SPEECH, silenceMs);
  }
}

class ScriptedSpeech extends stt.SpeechStream {
  override label = 'scripted';

  protected override async run(): Promise<void> {
    for await (const frame of this.input) void (frame as AudioFrame);
  }

  tell(type: stt.SpeechEventType, text: string): void {
    this.queue.put({ type, alternatives: [{ language: 'en' as never, text, startTime: 0, endTime: 0, confidence: 1 }] });
  }
}

/** Transcripts as a test tells them. */
export class ScriptedRecogniser extends stt.STT {
  override label = 'scripted';
  #stream: ScriptedSpeech | undefined;

  constructor() {
    super({ streaming: true, interimResults: true });
  }

  protected override _recognize(): Promise<stt.SpeechEvent> {
    return Promise.reject(new Error('it streams'));
  }

  override stream(): stt.SpeechStream {
    return (this.#stream = new ScriptedSpeech(this));
  }

  partial(text: string): void {
    this.#stream?.tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, text);
  }

  final(text: string): void {
    this.#stream?.tell(stt.SpeechEventType.FINAL_TRANSCRIPT, text);
  }
}
