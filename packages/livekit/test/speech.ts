import { CHANNEL, createPose, maskOf } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import type { SpeechEnvelope, SpeechPcm } from '../src/node/index.js';

const FPS = 30;
const RATE = 24_000;
const CHUNK_FRAMES = 6;
const ROUND_MS = 500;

/** A tone of `ms`, s16le at 24 kHz. */
export function tone(reqId: string, ms: number): SpeechPcm {
  const samples = Int16Array.from({ length: (ms * RATE) / 1000 }, (_, i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / RATE));
  return { kind: 'pcm', reqId, end: true, pcm: new Uint8Array(samples.buffer), sampleRate: RATE };
}

/** A mouth that opens and closes twice a second, as the Motion Server sends it. */
export function motion(reqId: string, ms: number): SpeechEnvelope[] {
  const frames = Math.round((ms * FPS) / 1000);
  const mask = maskOf(['jawOpen']);
  const messages: SpeechEnvelope[] = [];
  for (let firstFrame = 0; firstFrame < frames; firstFrame += CHUNK_FRAMES) {
    const count = Math.min(CHUNK_FRAMES, frames - firstFrame);
    const poses = Array.from({ length: count }, (_, i) => {
      const pose = createPose();
      pose.values[CHANNEL.jawOpen] = 0.5 - 0.5 * Math.cos((2 * Math.PI * (firstFrame + i) * 1000) / FPS / ROUND_MS);
      return pose;
    });
    const end = firstFrame + count >= frames;
    const bytes = encodeEnvelope('serverResponseAnimation', { connectionId: 'test', reqId, motion: encodeMotion({ fps: FPS, firstFrame, mask, poses }), end });
    messages.push({ kind: 'envelope', reqId, end, bytes });
  }
  return messages;
}

/** Hands a whole utterance over at once. */
export function say(stage: { sendAudio(message: SpeechPcm): void; sendMotion(message: SpeechEnvelope): void }, reqId: string, ms: number): void {
  stage.sendAudio(tone(reqId, ms));
  for (const message of motion(reqId, ms)) stage.sendMotion(message);
}
