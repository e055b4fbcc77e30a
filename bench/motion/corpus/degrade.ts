/** What happens to speech on its way: noise, a telephone, a codec, a wrong level. Deterministic; lengths and times are kept. */
import { seededRandom } from '@visavis/face';
import { StreamingResampler } from '@visavis/motion/resample';
import { loadOpus, PACKET_MS, PRE_SKIP } from '../../../packages/motion-server/src/opus.js';
import { levelDb, SAMPLE_RATE } from '../track.js';

export interface Condition {
  readonly name: string;
  apply(samples: Float32Array): Float32Array;
}

export const CONDITIONS: readonly Condition[] = [
  ...[20, 10, 0].map((snrDb) => ({ name: `noise, SNR ${snrDb} dB`, apply: (samples: Float32Array) => withNoise(samples, snrDb) })),
  { name: '8 kHz', apply: narrow },
  { name: '8 kHz, mu-law', apply: (samples) => narrow(samples).map(throughMuLaw) },
  { name: 'Opus, 24 kbit/s', apply: throughOpus },
  ...[-30, -20, -10, 10, 20].map((db) => ({ name: db > 0 ? `gain +${db} dB, clipped` : `gain ${db} dB`, apply: (samples: Float32Array) => gain(samples, 10 ** (db / 20)) })),
];

/** White noise against the mean power of what is louder than -42 dBFS. */
export function withNoise(samples: Float32Array, snrDb: number): Float32Array {
  let [power, count] = [0, 0];
  for (let at = 0; at < samples.length; at += SAMPLE_RATE / 50) {
    const db = levelDb(samples, at / SAMPLE_RATE, 0.02);
    if (db <= -42) continue;
    power += 10 ** (db / 10);
    count++;
  }
  const random = seededRandom(4);
  const amplitude = Math.sqrt((3 * (power / Math.max(1, count))) / 10 ** (snrDb / 10));
  return samples.map((sample) => sample + amplitude * (2 * random() - 1));
}

function narrow(samples: Float32Array): Float32Array {
  return resampled(resampled(samples, SAMPLE_RATE, SAMPLE_RATE / 2), SAMPLE_RATE / 2, SAMPLE_RATE).subarray(0, samples.length);
}

/** Audio of the bench at the rate something else takes. */
export function atRate({ sampleRate }: { readonly sampleRate: number }, samples: Float32Array): Float32Array {
  return sampleRate === SAMPLE_RATE ? samples : resampled(samples, SAMPLE_RATE, sampleRate);
}

export function resampled(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new StreamingResampler(from, to);
  const body = resampler.push(samples).slice();
  const tail = resampler.flush();
  const whole = new Float32Array(body.length + tail.length);
  whole.set(body);
  whole.set(tail, body.length);
  return whole;
}

/** ITU-T G.711's curve, rounded to its 256 steps. */
function throughMuLaw(sample: number): number {
  const mu = 255;
  const pressed = Math.sign(sample) * Math.log1p(mu * Math.min(1, Math.abs(sample))) / Math.log1p(mu);
  const stepped = Math.round(pressed * 127.5) / 127.5;
  return Math.sign(stepped) * Math.expm1(Math.abs(stepped) * Math.log1p(mu)) / mu;
}

/** What the Motion Server's own codec makes of it, set as it is there, and moved back to its time. */
function throughOpus(samples: Float32Array): Float32Array {
  const packet = (SAMPLE_RATE * PACKET_MS) / 1000;
  const late = Math.round((PRE_SKIP * SAMPLE_RATE) / 48_000);
  const opus = loadOpus();
  const [encoder, decoder] = [opus.createEncoder(SAMPLE_RATE), opus.createDecoder(SAMPLE_RATE)];
  const heard = new Float32Array(packet * Math.ceil((samples.length + late) / packet));
  const input = new Float32Array(heard.length);
  input.set(samples);
  for (let at = 0; at < input.length; at += packet) heard.set(decoder.decode(encoder.encode(input.subarray(at, at + packet))), at);
  encoder.dispose();
  decoder.dispose();
  return heard.subarray(late, late + samples.length);
}

function gain(samples: Float32Array, factor: number): Float32Array {
  return samples.map((sample) => Math.max(-1, Math.min(1, sample * factor)));
}
