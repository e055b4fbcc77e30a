/**
 * npm run bench:bytes: bytes a second of recorded speech, at 30 fps with Opus: whole envelopes as the Motion Server sends them,
 * and whole messages as the relay hands them to a client. WebSocket, TLS and TCP are not in it.
 *
 * Options: --quick (a try), --out bench/results/bytes.json
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseWav } from '@visavis/motion';
import { decodeServerMessage, encodeClientMessage } from '@visavis/protocol/downlink';
import { createRelay, newAvatarSession } from '@visavis/server-sdk';
import { WebSocket } from 'ws';
import { startServer } from './lib/motion-server.mjs';
import { machine, printTable, writeJson } from './lib/report.mjs';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string', default: fileURLToPath(new URL('results/bytes.json', import.meta.url)) } },
});
const FPS = 30;
const PIECE_MS = 100;
/** How fast the voice speaks, in multiples of real time. A voice that is no faster than speech leaves nothing to bundle with. */
const PACES = { 'all at once': Infinity, 'three times as fast as speech': 3, 'as fast as speech': 1 };
const TARGET_KB = { motion: 0.8, audio: 4 };
const machineBefore = machine();
const { samples, sampleRate } = parseWav(readFileSync(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)));
const sound = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
const seconds = samples.length / sampleRate;
const repeats = options.quick ? 1 : 4;

const server = await startServer();
const http = createServer().listen(0, '127.0.0.1');
await once(http, 'listening');
const relay = createRelay({ manifestUrl: () => '/manifest.json' });
relay.attach(http, '/relay');
/** Tells the clients apart, each by an avatar of its own. */
let connections = 0;
try {
  const measured = await Promise.all(Object.entries(PACES).map(async ([name, pace]) => [name, await measure(pace)]));
  const result = { bench: 'bytes', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, fps: FPS, sampleRate, seconds: seconds * repeats, kbPerSecond: Object.fromEntries(measured) };
  for (const [name, { ingress, downlink }] of measured) {
    printTable(`${name}: KB a second of speech`, [
      ['motion, ingress', ingress.motion, `<= ${TARGET_KB.motion}`], ['audio, ingress', ingress.audio, `<= ${TARGET_KB.audio}`], ['both, ingress', ingress.both, '(budget of the design: 4 in all)'],
      ['motion, downlink', downlink.motion, ''], ['audio, downlink', downlink.audio, ''], ['both, downlink', downlink.both, ''],
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
      sums.ingress.audio += message.bytes.length;
      client.sendAudio(message);
    },
    onMotion: (message) => {
      sums.ingress.motion += message.bytes.length;
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

async function connect(sums) {
  const avatarId = `ava-${connections += 1}`;
  const { ticket } = relay.tickets.issue({ avatarId });
  const joined = new Promise((resolve) => { const stop = relay.onClient((client) => { if (client.avatarId === avatarId) { stop(); resolve(client); } }); });
  const socket = new WebSocket(`ws://127.0.0.1:${http.address().port}/relay`, { perMessageDeflate: false });
  socket.on('open', () => socket.send(encodeClientMessage('hello', { ticket, avatarId, audioCodecs: ['opus', 'pcm'], fps: FPS })));
  socket.on('message', (data) => {
    const { case: kind } = decodeServerMessage(data) ?? {};
    if (kind === 'audio' || kind === 'motion') sums[kind] += data.length;
  });
  return { client: await joined, socket };
}
