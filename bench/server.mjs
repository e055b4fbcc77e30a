/**
 * npm run bench:server: the built Motion Server in its own process, real speech over loopback, at the pace of speech.
 *
 * Added delay of a message: from the moment this process hands the chunk that completes the message's first frame to its
 * socket (an engine here says which chunk that is: look-ahead is not delay) to the moment the message has come back here.
 * Both sockets and this process's own lateness are in it; the server's own account of the same, from audio read to motion
 * sent, stands beside it, with the time that audio waited and that a step took, and how late this process's own timers
 * were. Where the server may hold a frame back, since the player has 150 ms in hand, the time counts from when it may no
 * longer; `raw` is without that, and of every frame.
 *
 * Options: --streams 200, --seconds 20, --workers (the server's default), --out bench/results/server.json
 */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseWav } from '@visavis/motion';
import { histogramMs, openSession, readMetrics, sessionToken, startServer } from './lib/motion-server.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, referenceMs, writeJson } from './lib/report.mjs';
import { completingChunks, cut, sendAtPace, StreamProbe } from './lib/streams.mjs';

const options = readOptions(import.meta.url, {
  streams: { type: 'string', default: '200' }, seconds: { type: 'string', default: '20' }, workers: { type: 'string' },
  out: { type: 'string', default: fileURLToPath(new URL('results/server.json', import.meta.url)) },
});
/** All streams speak so long before anything is measured: code is compiled by then. */
const WARMUP_MS = 3_000;
const streams = Number(options.streams);
const ms = Number(options.seconds) * 1000;
/** Of the added delay. */
const LIMIT_MS = 60;
const machineBefore = machine();
const { samples, sampleRate } = parseWav(readFileSync(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)));
const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

const reference = referenceMs();
const server = await startServer(options.workers);
try {
  const token = await sessionToken(server);
  const before = await readMetrics(server);
  const handlers = [];
  const sockets = [];
  for (let i = 0; i < streams; i++) sockets.push(await openSession(server, token, { sampleRate, onReply: (...reply) => handlers[i](...reply) }));
  const idle = await readMetrics(server);
  const kbPerSession = (now) => (now.process_resident_memory_bytes - before.process_resident_memory_bytes) / streams / 1024;

  await runPace(sockets, handlers, 20, 'warm-up', WARMUP_MS);
  const pace = {};
  for (const [name, chunkMs] of [['steady', 20], ['bursty', 500]]) pace[name] = await runPace(sockets, handlers, chunkMs, name, ms);
  for (const socket of sockets) socket.close();

  const result = {
    bench: 'server', at: new Date().toISOString(), machine: machineBefore, model: modelOf(before), streams, seconds: ms / 1000, sampleRate, fps: 30, workers: options.workers ?? 'default',
    reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: reference },
    pace, memoryKb: { perIdleSession: kbPerSession(idle), perSpeakingSession: Math.max(...Object.values(pace).map(({ peak }) => kbPerSession(peak))) },
  };
  for (const one of Object.values(pace)) delete one.peak;
  report(result);
  writeJson(options.out, result);
  const misses = Object.entries(pace).flatMap(([name, one]) => missesOf(name, one));
  for (const miss of misses) console.log(`missed: ${miss}`);
  process.exitCode = misses.length === 0 ? 0 : 1;
} finally {
  await server.stop();
}

/** Of the model that the server works with; its metric says so in a label. */
function modelOf(metrics) {
  return /^visavis_model\{model="(.*)"\}$/m.exec(Object.keys(metrics).join('\n'))?.[1];
}

/** All streams for the whole time with chunks of one length. */
async function runPace(sockets, handlers, chunkMs, reqId, ms) {
  const audio = cut(pcm, sampleRate, ms, chunkMs, reqId);
  const completing = await completingChunks(audio, sampleRate);
  const delays = { raw: [], added: [] };
  const lateness = [];
  const probes = sockets.map(() => new StreamProbe(completing, delays));
  probes.forEach((probe, i) => { handlers[i] = (...reply) => probe.take(...reply); });
  const first = await readMetrics(server);
  const ownCpu = process.cpuUsage();
  const ownLoop = monitorEventLoopDelay({ resolution: 2 });
  ownLoop.enable();
  await sendAtPace(sockets, probes, audio, lateness);
  ownLoop.disable();
  const peak = await readMetrics(server);
  await Promise.all(probes.map((probe) => probe.done));
  const last = await readMetrics(server);
  const { user, system } = process.cpuUsage(ownCpu);
  const change = (name) => last[name] - first[name];
  const perStreamSecond = (seconds) => seconds / (sockets.length * (ms / 1000));
  const cpu = change('process_cpu_seconds_total');
  return {
    chunkMs, addedDelayMs: spread(delays.added), rawDelayMs: percentiles(delays.raw), sendLatenessMs: percentiles(lateness),
    serverDelayMs: histogramMs(first, last, 'visavis_motion_delay_seconds', LIMIT_MS),
    serverQueueMs: histogramMs(first, last, 'visavis_queue_delay_seconds', LIMIT_MS), serverStepMs: histogramMs(first, last, 'visavis_step_seconds', LIMIT_MS),
    driverLoopDelayP95Ms: ownLoop.percentile(95) / 1e6,
    framesMissing: probes.reduce((sum, probe) => sum + completing.length - probe.frames, 0),
    serverCpuSecondsPerStreamSecond: perStreamSecond(cpu), driverCpuSecondsPerStreamSecond: perStreamSecond((user + system) / 1e6),
    cpuToReference: perStreamSecond(cpu) * 1000 / (reference / 60),
    meanBatch: change('visavis_batch_size_sum') / change('visavis_batch_size_count') || 0,
    meanStepMs: (change('visavis_step_seconds_sum') / change('visavis_step_seconds_count')) * 1000,
    meanQueueDelayMs: (change('visavis_queue_delay_seconds_sum') / change('visavis_queue_delay_seconds_count')) * 1000,
    lateFrames: change('visavis_late_frames_total'), frames: change('visavis_frames_total'), peak,
  };
}

/** Without its tail, which is not measured: what the server may hold grows with a message's own lateness (README). */
function spread(added) {
  const { count, p5, p50, p95 } = percentiles(added);
  return { count, p5, p50, p95 };
}

/** What a pace missed, in words. */
function missesOf(name, { addedDelayMs, framesMissing }) {
  return [
    ...(addedDelayMs.p95 <= LIMIT_MS ? [] : [`${name}: added delay p95 is ${addedDelayMs.p95.toFixed(1)} ms, asked for are ${LIMIT_MS}`]),
    ...(framesMissing === 0 ? [] : [`${name}: ${framesMissing} frames missing`]),
  ];
}

function report({ machine: { cpu, cores, node, load }, model, pace, memoryKb }) {
  console.log(`${streams} streams, ${ms / 1000} s, ${sampleRate} Hz, 30 fps, ${model}; ${cpu}, ${cores} cores, load before ${load}, Node ${node}; server and driver share them`);
  printTable('reference', [['resampling 60 s, 48 to 16 kHz', reference, 'ms']]);
  for (const [name, one] of Object.entries(pace)) {
    printTable(`${name}: chunks of ${one.chunkMs} ms`, [
      ['added delay p50', one.addedDelayMs.p50, 'ms'], ['added delay p95', one.addedDelayMs.p95, `ms, <= ${LIMIT_MS}`],
      ['the same by the server\'s own clock, p95', one.serverDelayMs.p95, 'ms'], [`messages within ${LIMIT_MS} ms by it`, one.serverDelayMs.withinLimit * 100, '%'],
      ['of which: queue p95', one.serverQueueMs.p95, 'ms'], ['of which: step p95', one.serverStepMs.p95, 'ms'],
      ['driver: event loop late by, p95', one.driverLoopDelayP95Ms, 'ms'],
      ['raw delay p50', one.rawDelayMs.p50, 'ms'], ['raw delay p95', one.rawDelayMs.p95, 'ms'],
      ['late sends of the driver p95', one.sendLatenessMs.p95, 'ms'],
      ['step, mean', one.meanStepMs, 'ms'], ['queue delay, mean', one.meanQueueDelayMs, 'ms'], ['calls a batch, mean', one.meanBatch, ''],
      ['server CPU a stream second', one.serverCpuSecondsPerStreamSecond * 1000, 'ms'], ['the same, to the reference second', one.cpuToReference, 'x'],
      ['streams that one core has the time for', 1 / one.serverCpuSecondsPerStreamSecond, 'all threads of the server counted'],
      ['driver CPU a stream second', one.driverCpuSecondsPerStreamSecond * 1000, 'ms'],
      ['frames missing', String(one.framesMissing), 'of all that were due, 0 wanted'], ['frames the server calls late', String(one.lateFrames), `of ${one.frames}`],
    ]);
  }
  printTable('memory', [
    ['an idle session', memoryKb.perIdleSession, 'KB'], ['a speaking session', memoryKb.perSpeakingSession, 'KB'],
  ]);
}
