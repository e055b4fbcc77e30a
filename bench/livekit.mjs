/**
 * npm run bench:livekit: an avatar through a real livekit-server into headless Chromium: the publisher, the client, its transport
 * and timeline as they are; heard at the element that plays the sound. How each figure is made: bench/README.md.
 *
 * Options: --quick (a try), --minutes 10 (of the utterance for drift; 0 keeps what was measured last), --only drift, --seed 1, --out bench/results/livekit.json
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { joinRoom, mintViewerToken, publishToRoom } from '@visavis/livekit/node';
import { parseWav } from '@visavis/motion';
import { newAvatarSession } from '@visavis/server-sdk';
import { markerMotion, markerPcm } from './lib/marker.mjs';
import { startServer } from './lib/motion-server.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, randomFrom, referenceMs, writeJson } from './lib/report.mjs';
import { firstSoundMs, judgeRoomCut, skewsOf } from './lib/room-listening.mjs';
import { startShakenLink } from './lib/shaken-link.mjs';

const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false }, minutes: { type: 'string', default: '10' }, only: { type: 'string', default: 'all' }, seed: { type: 'string', default: '1' },
  out: { type: 'string', default: fileURLToPath(new URL('results/livekit.json', import.meta.url)) },
});
const COUNT = options.quick ? { utterances: 1, cuts: 4, crashes: 1, joins: 3, rooms: 5 } : { utterances: 4, cuts: 25, crashes: 5, joins: 15, rooms: 100 };
const UTTERANCE_MS = 8_000;
const RATE = 24_000;
const JITTER = { delayMs: 0, jitterMs: 80, loss: 0.05 };
const WINDOW_MS = 20_000;
const FLAGS = ['--disable-quic', '--disable-background-networking', '--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection'];
const random = randomFrom(Number(options.seed));
const pageClock = () => performance.timeOrigin + performance.now();

const machineBefore = machine();
const reference = referenceMs();
const { module: browsers } = await runnerImport(fileURLToPath(new URL('../test/browser.ts', import.meta.url)));
const { module: { detour } } = await runnerImport(fileURLToPath(new URL('../test/detour.ts', import.meta.url)));
const { module: servers } = await runnerImport(fileURLToPath(new URL('../test/livekit-server.ts', import.meta.url)));
const server = await servers.startLiveKitServer();
const pages = await browsers.serveWithVite();
const browser = await browsers.launchBrowser(FLAGS);
let said = 0;
try {
  const before = existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : {};
  const result = options.only === 'drift' ? before : await measureAll();
  result.drift = Number(options.minutes) > 0 ? await measureDrift(Number(options.minutes)) : before.drift;
  if (options.only === 'drift') console.log(result.drift);
  else report(result);
  writeJson(options.out, result);
} finally {
  await browser.close();
  await pages.close();
  await server.kill();
}
process.exit();

async function measureAll() {
  return {
    bench: 'livekit', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, browser: browser.version(), reference,
    clean: await measureSkew(), jitter: await measureShaken(), interrupt: await measureCuts(), crash: await measureCrashes(),
    join: await measureJoins(), bytes: await measureBytes(), memory: await measureRooms(),
  };
}

async function openPage(room, link) {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => { throw error; });
  if (link) await page.addInitScript(detour, [server.udpPort, link.port]);
  await page.goto(`${pages.url}/packages/livekit/test/page/index.html`);
  await page.waitForSelector('html[data-ready]');
  await takeSeat(page, room, `viewer-${said += 1}`);
  return page;
}

/** When connecting began, by the page's clock. */
async function takeSeat(page, room, identity) {
  const token = await mintViewerToken({ ...servers.KEYS, room, identity });
  return page.evaluate(async ([url, jwt]) => {
    globalThis.livekit.seat('a', { url, token: jwt, identity: 'ava' });
    globalThis.livekit.listen('a');
    globalThis.livekit.look('a');
    const beganMs = globalThis.livekit.now();
    const state = await globalThis.livekit.connect('a');
    if (state !== 'connected') throw new Error(state);
    return beganMs;
  }, [server.url, token]);
}

function join(room) {
  return joinRoom({ url: server.url, ...servers.KEYS, room, identity: 'ava' });
}

function take(page) {
  return page.evaluate(() => globalThis.livekit.take('a'));
}

function playedMs(page) {
  return page.evaluate(() => globalThis.livekit.of('a').controller.getAudioTime());
}

/** Hands an utterance over whole, as a voice that is far faster than speech; its name. */
function say(stage, ms, hums) {
  const reqId = `bench-${said += 1}`;
  stage.sendAudio({ kind: 'pcm', reqId, end: true, pcm: markerPcm(RATE, ms, hums), sampleRate: RATE });
  for (const { bytes, end } of markerMotion(reqId, ms)) stage.sendMotion({ kind: 'envelope', reqId, end, bytes });
  return reqId;
}

function finished(stage) {
  return new Promise((resolve) => {
    const leave = stage.onPlaybackFinished((report) => {
      leave();
      resolve(report);
    });
  });
}

async function measureSkew(link) {
  const room = `skew-${said += 1}`;
  const stage = await join(room);
  const page = await openPage(room, link);
  await sleep(3_000);
  const all = { skews: [], untold: 0, chirps: 0, errors: [] };
  for (let n = 0; n < COUNT.utterances; n++) {
    await take(page);
    const done = finished(stage);
    say(stage, UTTERANCE_MS);
    await done;
    await sleep(300);
    const notes = await take(page);
    const judged = skewsOf(notes);
    all.skews.push(...judged.skews);
    all.untold += judged.untold;
    all.chirps += judged.chirps;
    all.errors.push(...notes.errors.map(({ code }) => code));
  }
  await page.context().close();
  await stage.close();
  return { skewMs: spread(all.skews), untold: all.untold, chirps: all.chirps, errors: all.errors };
}

async function measureShaken() {
  const link = await startShakenLink({ ...JITTER, serverPort: server.udpPort, random });
  const measured = await measureSkew(link);
  link.close();
  return { network: JITTER, how: 'datagrams of the browser delayed and dropped by a relay in user space', datagrams: link.counts, ...measured };
}

/** The median with its sign; the others of the absolute values. */
function spread(skews) {
  const { count, p95, max } = percentiles(skews.map(Math.abs));
  return { count, median: percentiles(skews).p50, absP95: p95, absMax: max };
}

async function measureCuts() {
  const stage = await join('cuts');
  const page = await openPage('cuts');
  const origin = await page.evaluate(() => performance.timeOrigin);
  const cuts = [];
  for (let n = 0; n < COUNT.cuts; n++) {
    say(stage, 6_000, true);
    const afterMs = 300 + random() * 800;
    while (await playedMs(page) < afterMs) await sleep(5);
    const calledMs = pageClock() - origin;
    stage.flush();
    await sleep(700);
    const judged = judgeRoomCut(await take(page), calledMs);
    if (judged) cuts.push(judged);
  }
  await page.context().close();
  await stage.close();
  return { asked: COUNT.cuts, count: cuts.length, silenceMs: percentiles(cuts.map(({ silenceMs }) => silenceMs)), restMs: percentiles(cuts.map(({ restMs }) => restMs)) };
}

async function measureCrashes() {
  const stage = await join('crashes');
  const page = await openPage('crashes');
  const origin = await page.evaluate(() => performance.timeOrigin);
  const again = [];
  for (let n = 0; n < COUNT.crashes; n++) {
    await take(page);
    say(stage, 12_000, true);
    while (await playedMs(page) < 1_500 + random() * 1_000) await sleep(10);
    const killedMs = pageClock() - origin;
    process.kill(stage.publisherPid, 'SIGKILL');
    await sleep(2_500);
    const soundMs = firstSoundMs(await take(page), { ofAnotherTrack: true });
    if (soundMs !== undefined) again.push(soundMs - killedMs);
    stage.flush();
    // A publisher that dies again within ten seconds is given time before the next.
    await sleep(10_500);
  }
  await page.context().close();
  await stage.close();
  return { asked: COUNT.crashes, talkingAgainMs: percentiles(again) };
}

async function measureJoins() {
  const stage = await join('joins');
  const page = await openPage('joins');
  const waits = [];
  say(stage, 120_000, true);
  for (let n = 0; n < COUNT.joins; n++) {
    await page.evaluate(() => globalThis.livekit.close('a'));
    await sleep(500);
    const beganMs = await takeSeat(page, 'joins', `joining-${n}`);
    await sleep(1_500);
    const soundMs = firstSoundMs(await take(page));
    if (soundMs !== undefined) waits.push(soundMs - beganMs);
  }
  await page.context().close();
  await stage.close();
  return { asked: COUNT.joins, firstSoundMs: percentiles(waits) };
}

/** Data of the room while recorded speech goes from a real session through the Motion Server, as fast as it is spoken. */
async function measureBytes() {
  const { samples, sampleRate } = parseWav(readFileSync(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)));
  const motionServer = await startServer();
  const session = newAvatarSession({ ...motionServer, apiKey: 'dev-key', appId: 'dev-app', avatarId: 'ava', sampleRate });
  await session.start();
  const stage = await publishToRoom(session, { url: server.url, ...servers.KEYS, room: 'bytes', identity: 'ava' });
  const page = await openPage('bytes');
  const pieces = Math.ceil(samples.length / (sampleRate / 10));
  const measured = {};
  for (const [name, paceMs] of [['as fast as speech', 100], ['all at once', 0]]) {
    await sleep(1_000);
    const before = await page.evaluate(() => globalThis.livekit.dataBytes('a'));
    const done = finished(stage);
    for (let n = 0; n < pieces; n++) {
      const piece = samples.subarray((n * sampleRate) / 10, ((n + 1) * sampleRate) / 10);
      session.sendAudio(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength), n === pieces - 1);
      await sleep(paceMs);
    }
    await done;
    const after = await page.evaluate(() => globalThis.livekit.dataBytes('a'));
    measured[name] = (after - before) / 1000 / (samples.length / sampleRate);
  }
  await page.context().close();
  await stage.close();
  await session.close();
  await motionServer.stop();
  return { kbPerSecond: measured, seconds: samples.length / sampleRate };
}

/** Resident memory of a publisher that talks, and of us, over many rooms. */
async function measureRooms() {
  const [publishers, ours] = [[], []];
  for (let n = 0; n < COUNT.rooms; n++) {
    const stage = await join(`room-${n}`);
    say(stage, 2_000, true);
    await sleep(400);
    publishers.push(residentMb(stage.publisherPid));
    await stage.close();
    if (n % 10 === 9) {
      globalThis.gc?.();
      ours.push(residentMb(process.pid));
    }
  }
  return { rooms: COUNT.rooms, publisherMb: percentiles(publishers), firstTenMb: percentiles(publishers.slice(0, 10)).p50, lastTenMb: percentiles(publishers.slice(-10)).p50, backendMb: ours };
}

function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

async function measureDrift(minutes) {
  const stage = await join('drift');
  const page = await openPage('drift');
  await sleep(3_000);
  const done = finished(stage);
  const ms = minutes * 60_000;
  say(stage, ms);
  const windowMs = Math.min(WINDOW_MS, ms / 4);
  while (await playedMs(page) < windowMs) await sleep(100);
  const early = skewsOf(await take(page));
  while (await playedMs(page) < ms - windowMs) {
    await sleep(1_000);
    await page.evaluate(() => void globalThis.livekit.take('a'));
  }
  await done;
  const late = skewsOf(await take(page));
  await page.context().close();
  await stage.close();
  const [startMs, endMs] = [early, late].map(({ skews }) => percentiles(skews));
  return { minutes, load: machineBefore.load, startMs, endMs, driftMs: endMs.p50 - startMs.p50 };
}

function report({ clean, jitter, interrupt, crash, join: joined, bytes, memory, drift }) {
  const { cpu, cores, node, load } = machineBefore;
  console.log(`${cpu}, ${cores} cores, Node ${node}, Chromium ${browser.version()}; load before: ${load}; reference ${reference.toFixed(1)} ms`);
  const rows = [
    ['A/V skew, median', clean.skewMs.median, `ms, |median| <= 15, of ${clean.skewMs.count} poses`], ['A/V skew, p95 of |skew|', clean.skewMs.absP95, 'ms, <= 45'],
    ['the same at 80 ms jitter and 5 % loss, median', jitter.skewMs.median, `ms, of ${jitter.skewMs.count} poses`], ['the same, p95', jitter.skewMs.absP95, 'ms, <= 60'],
    ['interrupt in the backend to silence, p95', interrupt.silenceMs.p95, `ms, <= 60, of ${interrupt.count} cuts`], ['the same to the mouth at rest, p95', interrupt.restMs.p95, 'ms, <= 250'],
    ['publisher killed to talking again, p95', crash.talkingAgainMs.p95, `ms, <= 600, of ${crash.talkingAgainMs.count}`],
    ['join to first sound, p95', joined.firstSoundMs.p95, `ms, <= 600, of ${joined.firstSoundMs.count}`],
    ...Object.entries(bytes.kbPerSecond).map(([name, kb]) => [`data of the room, ${name}`, kb, 'KB/s, <= 1.5']),
    ['a publisher’s memory, p95', memory.publisherMb.p95, `MB, <= 120; the first ten ${memory.firstTenMb.toFixed(0)}, the last ten ${memory.lastTenMb.toFixed(0)} of ${memory.rooms}`],
    ...(drift ? [[`drift over ${drift.minutes} min`, drift.driftMs, 'ms, <= 5']] : []),
  ];
  printTable('through a LiveKit room (the loudspeaker is not measured)', rows);
  const reached = Math.abs(clean.skewMs.median) <= 15 && clean.skewMs.absP95 <= 45 && jitter.skewMs.absP95 <= 60 && interrupt.silenceMs.p95 <= 60 && interrupt.restMs.p95 <= 250
    && crash.talkingAgainMs.p95 <= 600 && joined.firstSoundMs.p95 <= 600 && Object.values(bytes.kbPerSecond).every((kb) => kb <= 1.5) && memory.publisherMb.p95 <= 120 && !(Math.abs(drift?.driftMs ?? 0) > 5);
  process.exitCode = reached ? 0 : 1;
}
