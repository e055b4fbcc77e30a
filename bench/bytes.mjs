/**
 * npm run bench:bytes: bytes a second of recorded audio, pauses included, and beside it a second of its speech, at 30 fps
 * with Opus: whole envelopes as the Motion Server sends them, and whole messages as the relay hands them to a client.
 * WebSocket, TLS and TCP are not in it.
 *
 * Options: --quick (a try), --out bench/results/bytes.json
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseWav } from '@visavis/motion';
import { decodeServerMessage, encodeClientMessage } from '@visavis/protocol/downlink';
import { decodeEnvelope, encodeEnvelope } from '@visavis/protocol/ingress';
import { createRelay, newAvatarSession } from '@visavis/server-sdk';
import { WebSocket } from 'ws';
import { startServer } from './lib/motion-server.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, printTable, writeJson } from './lib/report.mjs';

const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false },
  out: { type: 'string', default: fileURLToPath(new URL('results/bytes.json', import.meta.url)) },
});
const FPS = 30;
const PIECE_MS = 100;
/** Speech is in the windows that are louder than this; the clip's pauses are not. */
const SPEECH_DBFS = -42;
const WINDOW_MS = 20;
/** A client acknowledges what it got with its pings, as the client SDK does. */
const PING_MS = 1_000;
/** How fast the voice speaks, in multiples of real time. A voice that is no faster than speech leaves nothing to bundle with. */
const PACES = { 'all at once': Infinity, 'three times as fast as speech': 3, 'as fast as speech': 1 };
const TARGET_KB = { motion: 0.8, audio: 4 };
const machineBefore = machine();
const { samples, sampleRate } = parseWav(readFileSync(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)));
const sound = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
const seconds = samples.length / sampleRate;
const speechSeconds = secondsOfSpeech();
const repeats = options.quick ? 1 : 4;

const server = await startServer();
const http = createServer().listen(0, '127.0.0.1');
await once(http, 'listening');
const relay = createRelay({ manifestUrl: () => '/avatar.json' });
relay.attach(http, '/relay');
/** Tells the clients apart, each by an avatar of its own. */
let connections = 0;
try {
  const measured = await Promise.all(Object.entries(PACES).map(async ([name, pace]) => [name, await measure(pace)]));
  const result = { bench: 'bytes', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, fps: FPS, sampleRate, seconds: seconds * repeats, speechSeconds: speechSeconds * repeats, kbPerSecond: Object.fromEntries(measured) };
  const perSpeech = (kb) => `KB; ${((kb * seconds) / speechSeconds).toFixed(2)} a second of speech`;
  for (const [name, { ingress, downlink }] of measured) {
    printTable(`${name}: a second of audio, of which ${Math.round((100 * speechSeconds) / seconds)} % is speech`, [
      ['motion, ingress', ingress.motion, `${perSpeech(ingress.motion)}; <= ${TARGET_KB.motion} of audio`], ['audio, ingress', ingress.audio, `${perSpeech(ingress.audio)}; <= ${TARGET_KB.audio} of audio`],
      ['both, ingress', ingress.both, `${perSpeech(ingress.both)}; budget of the design: 4 in all`],
      ['motion, downlink', downlink.motion, perSpeech(downlink.motion)], ['audio, downlink', downlink.audio, perSpeech(downlink.audio)], ['both, downlink', downlink.both, perSpeech(downlink.both)],
    ]);
  }
  writeJson(options.out, result);
  // A target is for voices that run ahead of playback; the others are told beside it.
  const [[, { ingress }]] = measured;
  process.exitCode = ingress.motion <= TARGET_KB.motion && ingress.audio <= TARGET_KB.audio ? 0 : 1;
} finally {
  await relay.dispose();
  http.close();
  await server.stop();
}

/** Some utterances, one after another, through a session, the relay and a client. */
async function measure(pace) {
  const sums = { ingress: { motion: 0, audio: 0 }, downlink: { motion: 0, audio: 0 } };
  const { client, socket } = await connect(sums.downlink);
  let ended;
  const session = newAvatarSession({
    apiKey: 'dev-key', appId: 'dev-app', avatarId: 'ava', sampleRate, fps: FPS, consoleUrl: server.consoleUrl, ingressUrl: server.ingressUrl,
    onAudio: (message) => {
      add(sums.ingress, message.bytes, message.bytes.length);
      client.sendAudio(message);
    },
    onMotion: (message) => {
      add(sums.ingress, message.bytes, message.bytes.length);
      client.sendMotion(message);
      if (message.end) ended();
    },
    onError: (error) => { throw error; },
  });
  await session.start();
  for (let n = 0; n < repeats; n++) {
    const done = new Promise((resolve) => { ended = resolve; });
    await speak(session, pace);
    await done;
  }
  await session.close();
  await client.close();
  socket.close();
  return Object.fromEntries(Object.entries(sums).map(([hop, { motion, audio }]) => {
    const perSecond = (bytes) => bytes / seconds / repeats / 1000;
    return [hop, { motion: perSecond(motion), audio: perSecond(audio), both: perSecond(motion + audio) }];
  }));
}

async function speak(session, pace) {
  const size = (sampleRate * PIECE_MS * 2) / 1000;
  const startMs = performance.now();
  for (let at = 0, n = 1; at < sound.length; at += size, n++) {
    session.sendAudio(sound.subarray(at, at + size), at + size >= sound.length);
    if (pace !== Infinity) await sleep(Math.max(0, startMs + (n * PIECE_MS) / pace - performance.now()));
  }
}

/** A whole message of `size` bytes: the audio of an envelope that holds motion too is the audio's, all else the motion's. */
function add(sums, envelope, size) {
  const { value } = decodeEnvelope(envelope);
  const audio = !value.audio ? 0 : !value.motion ? size : envelope.length - encodeEnvelope('serverResponseAnimation', { ...value, audio: undefined }).length;
  sums.audio += audio;
  sums.motion += size - audio;
}

/** Of the clip, in windows by their root mean square. */
function secondsOfSpeech() {
  const size = (sampleRate * WINDOW_MS) / 1000;
  let windows = 0;
  for (let at = 0; at + size <= samples.length; at += size) {
    const square = samples.subarray(at, at + size).reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / size;
    if (10 * Math.log10(square) > SPEECH_DBFS) windows += 1;
  }
  return (windows * WINDOW_MS) / 1000;
}

/** A client that can resume, as the client SDK says of itself: its messages carry numbers, and it says what it received. */
async function connect(sums) {
  const avatarId = `ava-${connections += 1}`;
  const { ticket } = relay.tickets.issue({ avatarId });
  const joined = new Promise((resolve) => { const stop = relay.onClient((client) => { if (client.avatarId === avatarId) { stop(); resolve(client); } }); });
  const socket = new WebSocket(`ws://127.0.0.1:${http.address().port}/relay`, { perMessageDeflate: false });
  let received = 0;
  const pings = setInterval(() => { if (socket.readyState === WebSocket.OPEN) socket.send(encodeClientMessage('ping', { timeMs: performance.now() }, { received })); }, PING_MS);
  socket.on('open', () => socket.send(encodeClientMessage('hello', { ticket, avatarId, audioCodecs: ['opus', 'pcm'], fps: FPS, resumable: true })));
  socket.on('close', () => clearInterval(pings));
  socket.on('message', (data) => {
    const { case: kind, value, sequence } = decodeServerMessage(data) ?? {};
    received = Math.max(received, sequence ?? 0);
    if (kind === 'audio') add(sums, value.payload.value, data.length);
    if (kind === 'motion') add(sums, value.envelope, data.length);
  });
  return { client: await joined, socket };
}
