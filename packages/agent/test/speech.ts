import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AudioFrame } from '@livekit/rtc-node';
import { type stt, type tts, USERDATA_TIMED_TRANSCRIPT } from '@livekit/agents';
import { parseWav } from '@visavis/motion';

/** A person reading seven seconds of Jane Austen, 16 kHz. */
export const AUSTEN = parseWav(readFileSync(fileURLToPath(new URL('../../../apps/demo/assets/samples/austen.wav', import.meta.url)))).samples;
export const AUSTEN_TEXT = (JSON.parse(readFileSync(fileURLToPath(new URL('../../../apps/demo/assets/samples/austen.json', import.meta.url)), 'utf8')) as { text: string }).text;

export function silence(ms: number): Int16Array {
  return new Int16Array(ms * 16);
}

/** White noise, seeded, at `level` of full scale. */
export function noise(ms: number, level: number): Int16Array {
  let state = 1;
  return Int16Array.from({ length: ms * 16 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((state / 2 ** 31 - 1) * level * 32_767);
  });
}

/** In frames of 20 ms, letting others go between, so that decodes happen while sound still comes. */
export async function pushAll(stream: stt.SpeechStream, ...parts: readonly Int16Array[]): Promise<void> {
  for (const samples of parts) {
    for (let at = 0; at < samples.length; at += 320) {
      const part = samples.slice(at, at + 320);
      stream.pushFrame(new AudioFrame(part, 16_000, 1, part.length));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

/** Everything a voice gives for a text. */
export async function collect(stream: tts.SynthesizeStream): Promise<{ frames: AudioFrame[]; ended: boolean }> {
  const frames: AudioFrame[] = [];
  let ended = false;
  for await (const audio of stream) {
    if (typeof audio === 'symbol') ended = true;
    else {
      // As the framework does on its way to the conversation.
      if (audio.timedTranscripts) audio.frame.userdata[USERDATA_TIMED_TRANSCRIPT] = audio.timedTranscripts;
      frames.push(audio.frame);
    }
  }
  return { frames, ended };
}
