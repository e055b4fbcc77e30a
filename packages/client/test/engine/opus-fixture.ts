import { encodeEnvelope } from '@visavis/protocol/ingress';
import OpusScript from 'opusscript';

const RATE = 48_000;
const PACKET = 960;
/** libopus looks this far ahead at 48 kHz in "audio" mode. */
export const PRE_SKIP = 312;

/** A voice-like test signal: harmonics of 140 Hz in bursts. Samples in [-1, 1] at 48 kHz. */
export function speechLike(ms: number): Float32Array {
  return Float32Array.from({ length: (RATE * ms) / 1000 }, (_, i) => {
    const t = i / RATE;
    const burst = 0.5 - 0.5 * Math.cos(2 * Math.PI * 4 * t);
    let sum = 0;
    for (let harmonic = 1; harmonic <= 8; harmonic++) sum += Math.sin(2 * Math.PI * 140 * harmonic * t) / harmonic;
    return 0.2 * burst * sum;
  });
}

/** `samples` as Opus packets of 20 ms, padded so that the last true sample is out of the decoder's delay. */
export function encodeOpus(samples: Float32Array): Uint8Array[] {
  const encoder = new OpusScript(RATE, 1, OpusScript.Application.AUDIO);
  encoder.setBitrate(64_000);
  const count = Math.ceil((samples.length + PRE_SKIP) / PACKET);
  const padded = new Float32Array(count * PACKET);
  padded.set(samples);
  const packets = Array.from({ length: count }, (_, i) => {
    const part = padded.subarray(i * PACKET, (i + 1) * PACKET);
    const bytes = Buffer.alloc(PACKET * 2);
    part.forEach((sample, j) => bytes.writeInt16LE(Math.round(sample * 32767), j * 2));
    return Uint8Array.from(encoder.encode(bytes, PACKET));
  });
  encoder.delete();
  return packets;
}

/** Envelopes of up to `perMessage` packets each; the last says how long the utterance truly is. */
export function opusEnvelopes(packets: readonly Uint8Array[], totalSamples: number, perMessage = 10): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let i = 0; i < packets.length; i += perMessage) {
    const last = i + perMessage >= packets.length;
    messages.push(encodeEnvelope('serverResponseAnimation', {
      connectionId: 'c', reqId: 'r',
      audio: {
        sampleRate: RATE, packetMs: 20, firstSample: Math.max(0, i * PACKET - PRE_SKIP), preSkip: PRE_SKIP,
        packets: packets.slice(i, i + perMessage), last, totalSamples: last ? totalSamples : 0,
      },
    }));
  }
  return messages;
}

/** The lag at which `heard` is most like `ideal`, and how alike they are then. */
export function bestLag(ideal: Float32Array, heard: readonly number[]): { lag: number; correlation: number } {
  let best = { lag: 0, correlation: -1 };
  const onset = heard.findIndex((sample) => Math.abs(sample) > 0.005);
  for (let lag = Math.max(0, onset - 3_000); lag < onset + 100; lag++) {
    let dot = 0;
    let power = 0;
    let idealPower = 0;
    for (let i = 0; i < ideal.length; i += 3) {
      const sample = heard[lag + i] ?? 0;
      dot += sample * ideal[i]!;
      power += sample * sample;
      idealPower += ideal[i]! * ideal[i]!;
    }
    const correlation = dot / Math.sqrt(power * idealPower || 1);
    if (correlation > best.correlation) best = { lag, correlation };
  }
  return best;
}
