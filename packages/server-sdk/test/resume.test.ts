import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { createMotionServer, devConfig, type MotionServer } from '@visavis/motion-server';
import { decodeMotion } from '@visavis/protocol/motion';
import { decodeEnvelope } from '@visavis/protocol/ingress';
import { newAvatarSession, TokenCache, type AvatarSession, type AvatarSessionConfig, type SpeechMessage } from '@visavis/server-sdk';
import { Inbox } from '@visavis/server-sdk/test';

/** Against the real Motion Server: an utterance whose connections are cut must come out as one that was left alone. */
const SECONDS = 4;
const PRE_SKIP = 312;
const PACKET_SAMPLES = 960;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serving(signingSecret = 'a secret that two servers share, for the test'): Promise<MotionServer> {
  // The network decides whether lips touch, so a hair's breadth beside the seam may be a contact: poses are compared on the model that is smooth.
  const server = await createMotionServer({ ...devConfig(), signingSecret, model: 'baseline' });
  cleanups.push(() => server.close());
  return server;
}

/** Syllables of a buzz, s16le. */
function speech(sampleRate: number): Uint8Array {
  const samples = Int16Array.from({ length: SECONDS * sampleRate + 7 }, (_, n) => {
    const t = n / sampleRate;
    return 5000 * Math.sin(2 * Math.PI * 3 * t) ** 2 * (Math.sin(2 * Math.PI * 140 * t) + Math.sin(2 * Math.PI * 700 * t) * 0.5);
  });
  return new Uint8Array(samples.buffer);
}

interface Heard {
  readonly frames: number[];
  /** What frames show, as numbers to compare. */
  readonly poses: Float32Array[];
  readonly packets: number;
  /** Samples at 48 kHz that a client's decoder gives for the utterance. */
  readonly samples: number;
  readonly ends: number;
  readonly audioEnds: number;
}

/** Everything delivered of one utterance. Throws where audio does not continue at the very next sample. */
function hearing(messages: readonly SpeechMessage[]): Heard {
  const frames: number[] = [];
  const poses: Float32Array[] = [];
  let [packets, samples] = [0, 0];
  for (const message of messages) {
    const { motion, audio } = contentsOf(message);
    if (motion) {
      const chunk = decodeMotion(motion);
      chunk.poses.forEach(({ values }, i) => {
        frames.push(chunk.firstFrame + i);
        poses.push(values);
      });
    }
    if (!audio) continue;
    expect(audio.firstSample).toBe(Math.max(0, packets * PACKET_SAMPLES - PRE_SKIP));
    packets += audio.packets.length;
    samples = audio.last ? Math.min(audio.totalSamples, packets * PACKET_SAMPLES - PRE_SKIP) : samples;
  }
  const ends = messages.filter((message) => message.end && !isAudio(message)).length;
  return { frames, poses, packets, samples, ends, audioEnds: messages.filter((message) => message.end && isAudio(message)).length };
}

function contentsOf(message: SpeechMessage) {
  const envelope = message.kind === 'envelope' ? decodeEnvelope(message.bytes) : undefined;
  if (envelope?.case !== 'serverResponseAnimation') throw new Error('no response');
  return envelope.value;
}

function isAudio(message: SpeechMessage): boolean {
  const { audio, motion, end } = contentsOf(message);
  return audio !== undefined && motion === undefined && !end;
}

interface Speaker {
  readonly session: AvatarSession;
  readonly messages: Inbox<SpeechMessage>;
  readonly errors: unknown[];
  /** Breaks the connection in use. */
  cut(): void;
}

function speakerOn(servers: readonly MotionServer[], config: AvatarSessionConfig, cuts: readonly number[] = []): Speaker {
  const messages = new Inbox<SpeechMessage>();
  const errors: unknown[] = [];
  const sockets: WebSocket[] = [];
  const cut = (): void => sockets.at(-1)?.terminate();
  class TrackedWebSocket extends WebSocket {
    constructor(url: string, options: ClientOptions) {
      super(url, options);
      sockets.push(this);
    }
  }
  const take = (message: SpeechMessage): void => {
    messages.push(message);
    if (cuts.includes(messages.items.length)) cut();
  };
  const session = newAvatarSession({
    apiKey: 'dev-key', appId: 'dev-app', avatarId: 'ava', tokens: new TokenCache(), WebSocket: TrackedWebSocket,
    consoleUrl: servers[0]!.consoleUrl, ingressUrl: servers.map(({ ingressUrl }) => ingressUrl),
    onAudio: take, onMotion: take, onError: (error) => errors.push(error), ...config,
  });
  cleanups.push(() => session.close());
  return { session, messages, errors, cut };
}

/** Says it all in pieces, with time in between for whatever happens. */
async function speak(session: AvatarSession, sound: Uint8Array, piece: number, meanwhile: (piece: number) => void = () => undefined): Promise<void> {
  for (let at = 0, n = 0; at < sound.length; at += piece, n += 1) {
    session.sendAudio(sound.subarray(at, at + piece), at + piece >= sound.length);
    meanwhile(n);
    await setImmediate();
  }
}

async function utterance(servers: readonly MotionServer[], config: AvatarSessionConfig, piece: number, cuts: { received?: number[]; sent?: number[] } = {}): Promise<Heard> {
  const { session, messages, errors, cut } = speakerOn(servers, config, cuts.received);
  await session.start();
  await speak(session, speech(config.sampleRate!), piece, (n) => void (cuts.sent?.includes(n) && cut()));
  await messages.first((message) => message.end && !isAudio(message));
  await session.close();
  expect(errors).toEqual([]);
  return hearing(messages.items);
}

function expectSame(cut: Heard, whole: Heard): void {
  const { poses, ...rest } = cut;
  const { poses: expected, ...uncut } = whole;
  expect(rest).toEqual(uncut);
  const distances = poses.map((pose, i) => Math.max(...pose.map((value, channel) => Math.abs(value - expected[i]![channel]!))));
  // Radians and weights: a model that was warmed up is where it was, but for what it adapts to slowly.
  expect(Math.max(...distances)).toBeLessThan(0.06);
}

it('cut anywhere, any number of times, gives the same frames and samples', async () => {
  const server = await serving();
  const wholes = new Map<string, Promise<Heard>>();
  const rates = fc.constantFrom([16_000, 30], [22_050, 30], [24_000, 25], [44_100, 60], [8_000, 29]);
  const plan = fc.record({
    rate: rates,
    received: fc.uniqueArray(fc.integer({ min: 1, max: 25 }), { maxLength: 4 }),
    sent: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 3 }),
    piece: fc.integer({ min: 3001, max: 20_000 }),
  });
  await fc.assert(fc.asyncProperty(plan, async ({ rate: [sampleRate, fps], received, sent, piece }) => {
    const config = { sampleRate: sampleRate!, fps: fps! };
    const key = `${sampleRate}`;
    if (!wholes.has(key)) wholes.set(key, utterance([server], config, 8000));
    const whole = await wholes.get(key)!;
    expect(whole.frames).toEqual(Array.from({ length: Math.ceil((SECONDS + 7 / sampleRate!) * fps! - 1e-9) }, (_, i) => i));
    expectSame(await utterance([server], config, piece, { received, sent }), whole);
  }), { seed: 20_261_123, numRuns: 12 });
});

it('goes on at a second server when the first one drains', async () => {
  const config = { sampleRate: 24_000, fps: 30 };
  const [first, second] = [await serving(), await serving()];
  const whole = await utterance([second], config, 4801);
  const { session, messages, errors } = speakerOn([first, second], config);
  await session.start();
  const connectionId = session.connectionId;
  let drained: Promise<void> | undefined;
  await speak(session, speech(24_000), 4801, (n) => void (n === 20 && (drained = first.close())));
  await messages.first((message) => message.end && !isAudio(message));
  await drained;
  expect(session.connectionId).not.toBe(connectionId);
  expect(errors).toEqual([]);
  expectSame(hearing(messages.items), whole);
});

it('goes on with motion alone where the backend sends its own audio', async () => {
  const server = await serving();
  const config = { sampleRate: 16_000, fps: 30, capabilities: [] };
  const { session, messages, cut } = speakerOn([server], config);
  await session.start();
  const sound = speech(16_000);
  await speak(session, sound, 3200, (n) => void (n % 9 === 8 && cut()));
  await messages.first((message) => message.kind === 'envelope' && message.end);
  const pcm = messages.items.flatMap((message) => (message.kind === 'pcm' ? [...message.pcm] : []));
  expect(pcm).toEqual([...sound]);
  const heard = hearing(messages.items.filter(({ kind }) => kind === 'envelope'));
  expect(heard.frames).toEqual(Array.from({ length: 121 }, (_, i) => i));
});

it('restarted with another secret, the server is asked for a new token', async () => {
  const first = await serving('the first secret, thirty-two characters or more');
  const { session, messages, cut, errors } = speakerOn([first], { sampleRate: 16_000 });
  await session.start();
  const sound = speech(16_000);
  session.sendAudio(sound.subarray(0, 64_000));
  await messages.count(3);
  const { port } = first;
  cut();
  await first.close();
  const second = await createMotionServer({ ...devConfig({ port }), signingSecret: 'another secret, thirty-two characters or more' });
  cleanups.push(() => second.close());
  session.sendAudio(sound.subarray(64_000), true);
  await messages.first((message) => message.end && !isAudio(message));
  expect(errors).toEqual([]);
  expect(hearing(messages.items).frames).toEqual(Array.from({ length: 121 }, (_, i) => i));
});
