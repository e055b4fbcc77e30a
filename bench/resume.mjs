/**
 * npm run bench:resume: kill -9 of the Motion Server in mid-utterance, over and over; what is lost, what is repeated, how long
 * until motion again. Runs the built `visavis serve --dev` on loopback and speaks recorded speech as fast as it was spoken.
 * Options: --runs 50, --seed 1, --seconds 4 of speech a run (0: all there is), --endpoints 1 (2: another server stands ready),
 * --out bench/results/resume.json
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeEnvelope } from '@visavis/protocol/ingress';
import { newAvatarSession, TokenCache } from '@visavis/server-sdk';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, randomFrom, writeJson } from './lib/report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = readOptions(import.meta.url, {
  runs: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '4' },
  endpoints: { type: 'string', default: '1' }, out: { type: 'string', default: `${root}bench/results/resume.json` },
});
const machineBefore = machine();
const runs = Number(options.runs);
const random = randomFrom(Number(options.seed));

const SAMPLE_RATE = 16_000;
const FPS = 30;
const PIECE_MS = 40;
const PIECE_BYTES = (PIECE_MS * SAMPLE_RATE * 2) / 1000;
const PRE_SKIP = 312;
const PACKET_SAMPLES = 960;
/** A run that takes longer than the speech by this has failed. */
const PATIENCE_MS = 45_000;
/** Where the audio around a seam is compared with that of the uncut run, milliseconds. */
const SEAM_MS = 200;

/** The PCM of a 16 kHz mono s16le wav file. */
function speechOf(path) {
  const wav = readFileSync(path);
  for (let at = 12; at + 8 <= wav.length; at += 8 + wav.readUInt32LE(at + 4) + (wav.readUInt32LE(at + 4) & 1)) {
    if (wav.toString('latin1', at, at + 4) === 'data') return new Uint8Array(wav.subarray(at + 8, at + 8 + wav.readUInt32LE(at + 4)));
  }
  throw new Error(`${path} holds no audio`);
}

/** Servers that stand in for each other share a secret; a single one for development makes a new one at each start. */
const folder = mkdtempSync(join(tmpdir(), 'visavis-resume-'));
const KIND = options.endpoints === '1' ? ['--dev'] : ['--config', join(folder, 'server.json')];
writeFileSync(join(folder, 'server.json'), JSON.stringify({
  signingSecret: 'only for this bench, on loopback: 32 characters or more', apps: [{ appId: 'dev-app', apiKeys: ['dev-key'], avatars: ['ava'] }],
}));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The server's process, once it has printed its endpoints. */
async function startServer(port) {
  const args = [`${root}packages/cli/bin/visavis.js`, 'serve', ...KIND, '--port', String(port), '--log-level', 'silent'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith('VISAVIS_INGRESS_URL=')) return server;
  }
  throw new Error('the server ended before it printed its endpoints; run "npm run build" first if there is no build');
}

async function kill(server) {
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}

/** One utterance from start to end: what came of it and when. `meanwhile` runs beside it. */
async function utterance({ ports, tokens, sound, isPaced, meanwhile = () => undefined }) {
  const heard = { frames: [], packets: [], totalSamples: 0, ends: 0, audioEnds: 0, errors: [], openedAgainMs: undefined, motionAgainMs: undefined, seamPackets: 0 };
  const ended = deferred();
  const session = newAvatarSession({
    apiKey: 'dev-key', appId: 'dev-app', avatarId: 'ava', sampleRate: SAMPLE_RATE, fps: FPS, tokens,
    consoleUrl: `http://127.0.0.1:${ports[0]}/v1/console`, ingressUrl: ports.map((port) => `ws://127.0.0.1:${port}/v2/driveningress`),
    onAudio: (message) => take(heard, message),
    onMotion: (message) => {
      take(heard, message);
      if (message.end) ended.resolve();
    },
    onState: (state) => {
      if (state === 'open') heard.openedAgainMs = performance.now();
      else heard.seamPackets = heard.packets.length;
    },
    onError: (error) => heard.errors.push(`${error.code}: ${error.message}`),
    onClose: () => ended.resolve(),
});
  await session.start();
  const beside = meanwhile();
  await speak(session, sound, isPaced);
  await Promise.race([ended.promise, sleep(PATIENCE_MS, undefined, { ref: false })]);
  await beside;
  await session.close();
  return heard;
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

function take(heard, message) {
  const { value } = decodeEnvelope(message.bytes);
  const { motion, audio } = value;
  if (motion) {
    for (let i = 0; i < motion.frameCount; i++) heard.frames.push(motion.firstFrame + i);
    if (heard.openedAgainMs !== undefined) heard.motionAgainMs ??= performance.now();
  }
  if (audio) {
    // What a decoder will take for the packets' place, and what their place is said to be, must be the same.
    const expected = Math.max(0, heard.packets.length * PACKET_SAMPLES - PRE_SKIP);
    if (audio.firstSample !== expected) heard.errors.push(`audio at sample ${audio.firstSample}, expected ${expected}`);
    heard.packets.push(...audio.packets);
    if (audio.last) heard.totalSamples = audio.totalSamples;
  }
  if (message.kind === 'envelope' && message.end) heard[motion || !audio || value.end ? 'ends' : 'audioEnds'] += 1;
}

async function speak(session, sound, isPaced) {
  const startMs = performance.now();
  for (let at = 0, n = 1; at < sound.length && session.state !== 'closed'; at += PIECE_BYTES, n++) {
    session.sendAudio(sound.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= sound.length);
    if (isPaced) await sleep(Math.max(0, startMs + n * PIECE_MS - performance.now()));
  }
}

/** Frames and samples (at 48 kHz) that are missing or came twice, against the uncut utterance. */
function compare(cut, whole) {
  const seen = new Set(cut.frames);
  const samples = (heard) => Math.min(heard.totalSamples, heard.packets.length * PACKET_SAMPLES - PRE_SKIP);
  return {
    framesLost: whole.frames.filter((frame) => !seen.has(frame)).length,
    framesRepeated: cut.frames.length - seen.size,
    framesOutOfOrder: cut.frames.filter((frame, i) => i > 0 && frame !== cut.frames[i - 1] + 1).length,
    samplesLost: Math.max(0, samples(whole) - samples(cut)),
    samplesRepeated: Math.max(0, (cut.packets.length - whole.packets.length) * PACKET_SAMPLES),
    wrongEnds: Math.abs(cut.ends - 1) + Math.abs(cut.audioEnds - 1),
  };
}

/** Signal over difference from the uncut run's audio just after the seam, dB: both decoded by one decoder that runs through. */
function seamDb(cut, wholeSamples) {
  const from = cut.seamPackets * PACKET_SAMPLES;
  const decoded = decode(cut.packets);
  let [signal, difference] = [0, 0];
  for (let i = from; i < Math.min(from + SEAM_MS * 48, decoded.length, wholeSamples.length); i++) {
    signal += wholeSamples[i] ** 2;
    difference += (wholeSamples[i] - decoded[i]) ** 2;
  }
  return signal === 0 ? undefined : 10 * Math.log10(signal / Math.max(difference, 1));
}

function decode(packets) {
  const { Decoder } = createRequire(`${root}packages/motion-server/package.json`)('@evan/opus');
  const decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
  return Int16Array.from(packets.flatMap((packet) => {
    const pcm = decoder.decode(packet);
    return [...new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.byteLength))];
  }));
}

const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0);

const recorded = speechOf(`${root}apps/demo/assets/samples/austen.wav`);
const sound = options.seconds === '0' ? recorded : recorded.subarray(0, Number(options.seconds) * SAMPLE_RATE * 2);
const speechMs = (sound.length / 2 / SAMPLE_RATE) * 1000;
const ports = [];
for (let n = 0; n < Number(options.endpoints); n++) ports.push(await freePort());
const tokens = new TokenCache();
const others = await Promise.all(ports.slice(1).map(startServer));
let server = await startServer(ports[0]);
const rows = [];
try {
  const whole = await utterance({ ports, tokens, sound, isPaced: false });
  const wholeSamples = decode(whole.packets);
  for (let run = 1; run <= runs; run++) {
    const killAtMs = 300 + random() * (speechMs - 1000);
    const times = {};
    const cut = await utterance({
      ports, tokens, sound, isPaced: true,
      meanwhile: async () => {
        await sleep(killAtMs);
        times.killed = performance.now();
        await kill(server);
        server = await startServer(ports[0]);
        times.up = performance.now();
      },
    });
    const row = {
      run, killAtMs, ...compare(cut, whole), errors: cut.errors, restartMs: times.up - times.killed,
      motionAfterKillMs: cut.motionAgainMs - times.killed, motionAfterUpMs: Math.max(0, cut.motionAgainMs - times.up), seamDb: seamDb(cut, wholeSamples),
    };
    rows.push(row);
    console.log(`${String(run).padStart(3)}  killed at ${(killAtMs / 1000).toFixed(2)} s  up after ${row.restartMs.toFixed(0)} ms  motion after ${row.motionAfterKillMs.toFixed(0)} ms`
      + `  lost ${row.framesLost} frames ${row.samplesLost} samples  repeated ${row.framesRepeated} ${row.samplesRepeated}  ${row.errors.join('; ')}`);
  }
} finally {
  await Promise.all([server, ...others].map(kill));
  rmSync(folder, { recursive: true });
}

const spread = (name) => percentiles(rows.map((row) => row[name]).filter((value) => value !== undefined));
const totals = Object.fromEntries(['framesLost', 'framesRepeated', 'framesOutOfOrder', 'samplesLost', 'samplesRepeated', 'wrongEnds'].map((name) => [name, sum(rows, name)]));
const report = {
  bench: 'resume', at: new Date().toISOString(), machine: machineBefore, endpoints: ports.length,
  runs, seed: Number(options.seed), speechMs, ...totals, errors: rows.flatMap((row) => row.errors),
  motionAfterKillMs: spread('motionAfterKillMs'), restartMs: spread('restartMs'), motionAfterUpMs: spread('motionAfterUpMs'),
  seamDb: spread('seamDb'), rows,
};
writeJson(options.out, report);

console.log(`\n${report.machine.cpu}, ${report.machine.cores} cores, Node ${process.version}; ${runs} kills, ${(speechMs / 1000).toFixed(1)} s of speech each`);
console.table({ ...totals, errors: report.errors.length });
console.table({ 'motion after kill, ms': report.motionAfterKillMs, 'of which restart, ms': report.restartMs, 'motion after server is up, ms': report.motionAfterUpMs });
console.log(`audio in the ${SEAM_MS} ms after the seam, against the uncut run: median ${report.seamDb.p50.toFixed(1)} dB, p5 ${report.seamDb.p5.toFixed(1)} dB`);
const failed = runs === 0 || Object.values(totals).some((count) => count > 0) || report.errors.length > 0 || !(report.motionAfterKillMs.p95 <= 1000);
process.exitCode = failed ? 1 : 0;
