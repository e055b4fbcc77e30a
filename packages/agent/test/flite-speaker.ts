import { tts, voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { parseWav } from '@visavis/motion';
import { runFlite } from '../src/tts/flite/flite.js';
import { estimateWords, splitClauses } from '../src/tts/index.js';

const RATE = 16_000;

/** flite as LiveKit Agents' speech, sentence by sentence, words with times on the first frame of each. */
export class FliteSpeaker extends tts.TTS {
  override label = 'flite';
  /** What it was given. */
  readonly spoken: string[] = [];
  /** It gives no sound. */
  isSilent = false;
  /** It answers with this status, as a provider's plugin tells it. */
  refuses: number | undefined;
  /** It takes so long before the second clause and each that follows. */
  pauseMs = 0;

  constructor() {
    super(RATE, 1, { streaming: true, alignedTranscript: true });
  }

  override synthesize(): never {
    throw new Error('it streams');
  }

  override stream(): tts.SynthesizeStream {
    return new FliteStream(this);
  }
}

class FliteStream extends tts.SynthesizeStream {
  override label = 'flite';
  readonly #speaker: FliteSpeaker;
  #atMs = 0;

  constructor(speaker: FliteSpeaker) {
    super(speaker);
    this.#speaker = speaker;
  }

  protected override async run(): Promise<void> {
    let text = '';
    for await (const piece of this.input) {
      if (typeof piece === 'string') text += piece;
      const end = /[.!?]\s/.exec(text);
      if (!end) continue;
      await this.#say(text.slice(0, end.index + 1));
      text = text.slice(end.index + 1);
    }
    await this.#say(text);
    this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }

  async #say(text: string): Promise<void> {
    const { refuses } = this.#speaker;
    if (refuses !== undefined) {
      const error = Object.assign(new Error('refused'), { statusCode: refuses });
      return void this.#speaker.emit('error', { type: 'tts_error', timestamp: Date.now(), label: this.label, error, recoverable: false });
    }
    for (const clause of splitClauses(text)) {
      if (this.abortSignal.aborted || this.#speaker.isSilent) return;
      if (this.#speaker.spoken.length > 0) await new Promise((resolve) => setTimeout(resolve, this.#speaker.pauseMs));
      this.#speaker.spoken.push(clause);
      // In this thread: workers are built files, and tests run on sources.
      const pcm = parseWav((await runFlite(clause, ['-voice', 'slt'], true)).wav);
      const timed = estimateWords(clause, pcm).map((word) => voice.createTimedString({ text: word.text, startTime: (this.#atMs + word.startMs) / 1000, endTime: (this.#atMs + word.endMs) / 1000 }));
      for (let at = 0; at < pcm.samples.length; at += pcm.sampleRate / 10) {
        const samples = pcm.samples.slice(at, at + pcm.sampleRate / 10);
        const frame = new AudioFrame(samples, pcm.sampleRate, 1, samples.length);
        this.queue.put({ requestId: '', segmentId: '', frame, final: false, ...(at === 0 ? { timedTranscripts: timed } : {}) });
      }
      this.#atMs += (pcm.samples.length * 1000) / pcm.sampleRate;
    }
  }
}
