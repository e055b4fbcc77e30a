/**
 * npm run bench: every bench, one after another, and one table of what is asked of the project. Measure on a machine that does
 * nothing else.
 *
 * Options: --quick (tries whether everything runs; its figures say nothing)
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from './lib/options.mjs';
import { machine, referenceMs, writeJson } from './lib/report.mjs';

const options = readOptions(import.meta.url, { quick: { type: 'boolean', default: false } });
/** A bench that takes longer hangs; that of a page is long. */
const PATIENCE_MS = 8 * 60_000;
const PAGE_PATIENCE_MS = 30 * 60_000;
/** Above this, others were at work when it began. */
const QUIET_LOAD = 0.5;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** A try leaves the figures of record alone. */
const folder = options.quick ? mkdtempSync(join(tmpdir(), 'visavis-bench-')) : here('results');

const BENCHES = {
  bytes: ['bytes.mjs', [], ['--quick']],
  server: ['server.mjs', [], ['--streams', '20', '--seconds', '3']],
  client: ['client.mjs', [], ['--quick']],
  links: ['links.mjs', [], ['--quick']],
  page: ['page.mjs', [], ['--quick']],
  path: ['path.mjs', [], ['--quick']],
  resume: ['resume.mjs', [], ['--runs', '3']],
  failover: ['resume.mjs', ['--runs', '20', '--endpoints', '2'], ['--runs', '3', '--endpoints', '2']],
};

const named = machine();
const reference = { what: 'resampling 60 s from 48 to 16 kHz, one core', beforeMs: referenceMs() };
const beganMs = performance.now();
const failed = [];
const results = Object.fromEntries(Object.entries(BENCHES).map(([name, [file, full, quick]]) => {
  console.log(`\n== ${name}`);
  const out = join(folder, `${name}.json`);
  const startedMs = Date.now();
  const { status } = spawnSync(process.execPath, [here(file), ...(options.quick ? quick : full), '--out', out], { stdio: 'inherit', timeout: name === 'page' ? PAGE_PATIENCE_MS : PATIENCE_MS });
  if (status !== 0) failed.push(`${name} ended with ${status === null ? 'no status: killed' : `status ${status}`}`);
  return [name, read(out, startedMs)];
}));
reference.afterMs = referenceMs();
const rows = rowsOf(results);
const { cpu, cores, memoryGb, node, load } = named;
console.log(`\n${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}; load before ${load}${load > QUIET_LOAD ? ': OTHERS WERE AT WORK, these figures are not to be quoted' : ''}`);
console.log(`reference load: ${reference.beforeMs.toFixed(0)} ms before, ${reference.afterMs.toFixed(0)} ms after; all of it took ${((performance.now() - beganMs) / 60_000).toFixed(1)} min`);
console.table(Object.fromEntries(rows.map(({ what, figure, unit, target, ratio, isReached }) => [what, {
  figure: Number.isFinite(figure) ? Number(figure.toPrecision(4)) : 'not measured', unit, target: target ?? '', 'to reference': ratio ?? '', reached: isReached === undefined ? '' : isReached ? 'yes' : 'NO',
}])));
for (const problem of [...(results.client?.problems ?? []).map((one) => `client: ${one}`), ...failed]) console.log(`problem: ${problem}`);
writeJson(join(folder, 'all.json'), { bench: 'all', at: new Date().toISOString(), quick: options.quick, machine: named, wasQuiet: load <= QUIET_LOAD, reference, rows, failed });
process.exitCode = failed.length === 0 && rows.every(({ isReached }) => isReached !== false) ? 0 : 1;

/** What a bench wrote since it was started; nothing where it failed before it had any figures. */
function read(path, sinceMs) {
  try {
    const result = JSON.parse(readFileSync(path, 'utf8'));
    return Date.parse(result.at) >= sinceMs ? result : undefined;
  } catch {
    return undefined;
  }
}

function rowsOf({ bytes, server, client, links, page, path, resume, failover }) {
  const voice = bytes?.kbPerSecond['all at once'];
  const live = bytes?.kbPerSecond['as fast as speech'];
  const lost = (result) => result && result.framesLost + result.samplesLost + result.framesRepeated + result.samplesRepeated;
  const wrong = (result) => result && result.framesOutOfOrder + result.wrongEnds + result.errors.length;
  const perSecondOfReference = (ms) => (ms === undefined ? undefined : Number(((ms * 60) / reference.beforeMs).toPrecision(3)));
  return [
    row('motion, whole envelopes, a second of audio', voice?.ingress.motion, 'KB/s', 0.8), row('audio, whole envelopes', voice?.ingress.audio, 'KB/s', 4),
    row('both', voice?.ingress.both, 'KB/s'), row('both, a second of speech', bytes && (voice.ingress.both * bytes.seconds) / bytes.speechSeconds, 'KB/s'), row('both, on the downlink', voice?.downlink.both, 'KB/s'),
    row('both, from a voice no faster than speech', live?.ingress.both, 'KB/s'),
    ...['steady', 'bursty'].flatMap((name) => {
      const pace = server?.pace[name];
      const cpuMs = pace && pace.serverCpuSecondsPerStreamSecond * 1000;
      return [
        row(`${server?.streams ?? ''} streams, ${name}: added delay p95`, pace?.addedDelayMs.p95, 'ms', 60),
        row(`${name}: the same by the server's clock`, pace?.serverDelayMs.p95, 'ms'),
        row(`${name}: frames missing`, pace?.framesMissing, '', 0),
        row(`${name}: server CPU a stream second`, cpuMs, 'ms', undefined, perSecondOfReference(cpuMs)),
      ];
    }),
    row('memory of an idle session', server?.memoryKb.perIdleSession, 'KB'), row('memory of a speaking session', server?.memoryKb.perSpeakingSession, 'KB'),
    row('A/V skew, |median|', client && Math.abs(client.skewMs.median), 'ms', 8), row('A/V skew, p95', client?.skewMs.absP95, 'ms', 15),
    row('interrupt to silence at the tap, p95', client?.interrupt.silenceMs.p95, 'ms', 40), row('poses of cut utterances', client?.interrupt.stalePoses, '', 0),
    row('interrupt to the mouth at rest, p95', client?.interrupt.restMs?.p95, 'ms', 250), row('first message to sound at the tap, p95', client?.interrupt.startMs?.p95, 'ms', 90),
    row('utterances complete over bad networks', links && Math.min(...links.cells.map(({ complete }) => complete)) * 100, '%, the worst network'),
    row('main thread of a frame, speaking, p95', page?.view?.frames.speaking.cpuMs.p95, 'ms', 2), row('tasks over 50 ms in a first load', page?.view?.load.longByCpu, '', 0),
    row('a voice’s first piece to sound at the tap, p95', path?.startsMs['all at once'].tap.p95, 'ms', 120), row('the same of a voice no faster than speech', path?.startsMs['as fast as speech'].tap.p95, 'ms', 120),
    row('turns of these that ran short of motion or sound', path && Object.values(path.startsMs).reduce((sum, pace) => sum + pace.turnsWithoutMotion + pace.turnsWithStall, 0), '', 0),
    ...[[page?.utterances, 'utterances'], [page?.mounts, 'mounts'], [page?.mountsOfDefault, 'mounts of the default avatar']].map(([heap, of]) =>
      row(`heap grown over ${heap?.count ?? 'no'} ${of}`, heap && Math.abs(heap.grownMb), 'MB', 2)),
    row('cases of the client not counted', client && Object.keys(client.cases).length - client.casesCounted, ''), row('problems of the client', client?.problems.length, '', 0),
    row('page: main thread a second of speech', client?.cost.cpuMsPerSecond?.main.speakingMs, 'ms', undefined, perSecondOfReference(client?.cost.cpuMsPerSecond?.main.speakingMs)),
    row('page: sound threads a second of speech', client?.cost.cpuMsPerSecond?.audio.speakingMs, 'ms'),
    row('words lost or repeated over kills (frames and samples)', lost(resume), '', 0), row('motion again after kill -9, p95', resume?.motionAfterKillMs.p95, 'ms', 1000),
    row('of which restart, p95', resume?.restartMs.p95, 'ms'), row('motion again with a second endpoint, p95', failover?.motionAfterKillMs.p95, 'ms', 1000),
    row('lost or repeated with a second endpoint', lost(failover), '', 0),
    row('errors, wrong ends, wrong order over kills', wrong(resume), '', 0), row('the same with a second endpoint', wrong(failover), '', 0),
  ];
}

function row(what, figure, unit, target, ratio) {
  return { what, figure, unit, target: target === undefined ? undefined : `<= ${target}`, ratio, isReached: target === undefined ? undefined : figure <= target };
}
