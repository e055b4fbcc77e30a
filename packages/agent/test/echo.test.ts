import { readFileSync } from 'node:fs';
import { VADEventType, type VAD } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { parseWav, StreamingResampler, toFloatSamples } from '@visavis/motion';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureLogger } from '../src/conversation/livekit.js';
import { EchoGate } from '../src/hearing/echo-gate.js';
import { Loudness, SILENT_DB } from '../src/stage/loudness.js';
import { runFlite } from '../src/tts/flite/flite.js';
import { loadSilero } from '../src/vad/index.js';

const RATE = 16_000;
const STEP = 320;
const SPEECH = new URL('../../../apps/demo/assets/samples/austen.wav', import.meta.url);

let vad: VAD;
let avatar: Int16Array;
let user: Int16Array;
beforeAll(async () => {
  ensureLogger();
  vad = await loadSilero();
  const text = 'The first thing to know is that it runs on your own machine, and that the face is drawn by the browser itself. '
    + 'The second thing is that you may cut in whenever you like. What would you like to know about it? Just ask me anything you wish.';
  avatar = parseWav((await runFlite(text, ['-voice', 'slt'], true)).wav).samples;
  const clip = parseWav(readFileSync(SPEECH));
  const resampler = new StreamingResampler(clip.sampleRate, RATE);
  user = Int16Array.from([...resampler.push(toFloatSamples(clip.samples)), ...resampler.flush()], (sample) => Math.round(sample * 32_767)).subarray(0, 2 * RATE);
});

interface Room {
  /** The avatar's voice in the microphone, dB beside what was played. */
  readonly echoDb: number;
  readonly delayMs: number;
  /** How wrong the backend is about what is played just now, milliseconds. */
  readonly positionErrorMs?: number;
  /** When the user speaks, and how loud beside the recording, dB. */
  readonly userAtMs?: number;
  readonly userDb?: number;
}

function heardIn({ echoDb, delayMs, userAtMs = Infinity, userDb = 0 }: Room): Int16Array {
  const [echo, gain] = [10 ** (echoDb / 20), 10 ** (userDb / 20)];
  let seed = 1;
  const noise = (): number => ((seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5) * 60;
  return Int16Array.from({ length: avatar.length + RATE }, (_, n) => Math.round(
    echo * (avatar[n - (delayMs * RATE) / 1000] ?? 0) + gain * (user[n - (userAtMs * RATE) / 1000] ?? 0) + noise(),
  ));
}

/** A gate, and the backend's clock beside it. */
interface Gated {
  readonly gate: EchoGate;
  readonly clock: { nowMs: number };
}

/** `placeAt`: where in its speech the avatar is at a time of the backend's; undefined where it is silent. */
function gateOf(placeAt: (ms: number) => number | undefined): Gated {
  const loudness = new Loudness(RATE);
  loudness.push(avatar);
  const clock = { nowMs: 0 };
  const gate = new EchoGate((ms) => {
    const place = placeAt(clock.nowMs - ms);
    return place === undefined ? SILENT_DB : loudness.at(place);
  });
  return { gate, clock };
}

const gateIn = ({ positionErrorMs = 0 }: Room): Gated => gateOf((ms) => ms + positionErrorMs);

/** Steps of a sound that the gate let through, milliseconds. */
function passed({ gate, clock }: Gated, heard: Int16Array): number[] {
  const passes: number[] = [];
  for (let at = 0; at + STEP <= heard.length; at += STEP) {
    clock.nowMs = (at * 1000) / RATE;
    if (gate.push(heard.slice(at, at + STEP))[0]!.samples.some((sample) => sample !== 0)) passes.push(clock.nowMs);
  }
  return passes;
}

/** When voice was detected, milliseconds from the avatar's first sample. */
async function onsets(room: Room, isGated = true): Promise<number[]> {
  const heard = heardIn(room);
  const { gate, clock } = gateIn(room);
  const stream = vad.stream();
  const found: number[] = [];
  let done = 0;
  const watched = (async () => {
    for await (const event of stream) {
      if (event.type === VADEventType.START_OF_SPEECH) found.push(event.timestamp);
      if (event.type === VADEventType.INFERENCE_DONE) done = event.timestamp;
      if (done >= (heard.length * 1000) / RATE - 64) return;
    }
  })();
  for (let at = 0; at + STEP <= heard.length; at += STEP) {
    const piece = heard.slice(at, at + STEP);
    clock.nowMs = (at * 1000) / RATE;
    stream.pushFrame(new AudioFrame(isGated ? gate.push(piece)[0]!.samples : piece, RATE, 1, STEP));
  }
  await watched;
  stream.close();
  return found;
}

describe('the avatar\'s own voice in the microphone', () => {
  it('would be taken for a user\'s', async () => {
    expect((await onsets({ echoDb: -20, delayMs: 120 }, false)).length).toBeGreaterThan(2);
  });

  it.each([[-20, 40], [-20, 120], [-20, 250], [-12, 120], [-30, 120], [-45, 120]])('is kept out at %d dB, %d ms late', async (echoDb, delayMs) => {
    expect(await onsets({ echoDb, delayMs })).toEqual([]);
  });

  it.each([-60, 60])('is kept out where the backend is %d ms wrong about what is played', async (positionErrorMs) => {
    expect(await onsets({ echoDb: -20, delayMs: 120, positionErrorMs })).toEqual([]);
  });

  it.each([[-20, 0], [-20, -6], [-45, -12]])('does not hide a user: echo at %d dB, the user at %d dB', async (echoDb, userDb) => {
    const found = await onsets({ echoDb, delayMs: 120, userAtMs: 3_000, userDb });
    expect(found[0]).toBeGreaterThan(3_000);
    expect(found[0]).toBeLessThan(3_500);
  });

  it.each([[-45, 120], [-60, 40]])('takes no user for an echo whenever they begin, where echoes are weak: %d dB', (echoDb, delayMs) => {
    const swallowed: number[] = [];
    for (let userAtMs = 2_500; userAtMs < 6_500; userAtMs += 200) {
      const room = { echoDb, delayMs, userAtMs };
      // From where the recording is loud, a little into the sentence.
      const passes = passed(gateIn(room), heardIn(room)).filter((ms) => ms > userAtMs + 300 && ms < userAtMs + 1_500);
      if (passes.length < 55) swallowed.push(userAtMs);
    }
    expect(swallowed).toEqual([]);
  });

  it.each([['cut by a user, and the next answer', 5_900], ['held for a sound of listening, and what follows it', 3_600]])('is kept out after it was %s', (_, againMs) => {
    const [echo, delayMs, stopMs, userAtMs] = [10 ** (-20 / 20), 120, 3_000, 2_500];
    const at = (ms: number): number => (ms * RATE) / 1000;
    // The avatar speaks to `stopMs` and from `againMs` on; the user from a little before it stops, as long as there is time.
    const placeAt = (ms: number): number | undefined => (ms < stopMs ? ms : ms < againMs ? undefined : ms - againMs + stopMs);
    const echoAt = (n: number): number => avatar[Math.round(at(placeAt((n * 1000) / RATE - delayMs) ?? -1))] ?? 0;
    const spoken = user.subarray(0, Math.min(user.length, at(againMs - 600 - userAtMs)));
    const heard = Int16Array.from({ length: at(againMs + 3_000) }, (__, n) => Math.round(echo * echoAt(n) + (spoken[n - at(userAtMs)] ?? 0)));
    const passes = passed(gateOf(placeAt), heard);
    expect(passes.filter((ms) => ms > userAtMs && ms < stopMs).length).toBeGreaterThan(10);
    expect(passes.filter((ms) => ms >= againMs + delayMs)).toEqual([]);
  });

  it('is kept out again after two seconds where it becomes much louder: a headset was taken off', () => {
    const [weak, loud] = [heardIn({ echoDb: -60, delayMs: 120 }), heardIn({ echoDb: -3, delayMs: 120 })];
    const changeMs = 4_000;
    const heard = Int16Array.from(weak, (sample, n) => (n < (changeMs * RATE) / 1000 ? sample : loud[n]!));
    const passes = passed(gateIn({ echoDb: -3, delayMs: 120 }), heard).filter((ms) => ms > changeMs && ms < (avatar.length * 1000) / RATE);
    expect(passes.length).toBeGreaterThan(0);
    expect(Math.max(...passes)).toBeLessThan(changeMs + 2_500);
  });
});
