/** Many conversations in one process, and many turns in one conversation. Clients are sockets that play what they get. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseWav } from '@visavis/motion';
import { MicCodec } from '@visavis/protocol/downlink';
import { runnerImport } from 'vite';
import { percentiles } from '../lib/report.mjs';
import { startBackend } from './backend.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SENTENCES = ['speech/austen-0880.wav', 'speech/austen-0930.wav', '../../apps/demo/assets/samples/austen.wav'].map((path) => parseWav(readFileSync(here(path))).samples);
const RATE = 16;
const PIECE_MS = 20;
/** Each says something so often. */
const EVERY_MS = 14_000;

/** A microphone that is always on: silence, and now and then a sentence. */
class Microphone {
  #line;
  #queue = [];
  #sequence = 0;
  #timer;
  #sentMs = 0;
  #beganMs = Date.now();

  constructor(line) {
    this.#line = line;
    this.#timer = setInterval(() => this.#send(), PIECE_MS);
  }

  /** When its voice ends, by the wall clock. */
  say(samples) {
    for (let at = 0; at < samples.length; at += PIECE_MS * RATE) this.#queue.push(samples.slice(at, at + PIECE_MS * RATE));
    return Date.now() + samples.findLastIndex((sample) => Math.abs(sample) > 650) / RATE;
  }

  stop() {
    clearInterval(this.#timer);
  }

  #send() {
    for (; this.#sentMs < Date.now() - this.#beganMs; this.#sentMs += PIECE_MS) {
      const samples = this.#queue.shift() ?? new Int16Array(PIECE_MS * RATE);
      const data = new Uint8Array(samples.buffer.slice(samples.byteOffset, samples.byteOffset + samples.byteLength));
      this.#line.send('mic', { sequence: ++this.#sequence, codec: MicCodec.PCM_S16LE_16K, data });
    }
  }
}

async function playingClient(backend, speed) {
  const { module } = await runnerImport(here('../../packages/agent/test/playing-client.ts'));
  const { url, ticket } = backend.ticket();
  return module.PlayingClient.join(url, ticket, speed);
}

function memory() {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapMb: (heapUsed + external) / 2 ** 20, rssMb: rss / 2 ** 20 };
}

/** `count` people, each a sentence every fourteen seconds and an answer to it. */
export async function measureCrowd({ count, seconds }) {
  const backend = await startBackend('flite');
  const empty = memory();
  const people = [];
  for (let i = 0; i < count; i++) {
    const client = await playingClient(backend);
    people.push({ client, microphone: new Microphone(client.line), nextMs: Date.now() + 1_000 + (i * EVERY_MS) / count, waits: undefined });
  }
  const [totals, usage, beganMs] = [[], process.cpuUsage(), Date.now()];
  let said = 0;
  while (Date.now() - beganMs < seconds * 1000) {
    await sleep(10);
    for (const person of people) step(person);
  }
  function step(person) {
    const { client, microphone } = person;
    if (person.waits !== undefined && client.requests.length > person.played) {
      totals.push(Date.now() - person.waits);
      person.waits = undefined;
    }
    if (Date.now() < person.nextMs || Date.now() - beganMs > seconds * 1000 - 10_000) return;
    person.nextMs += EVERY_MS;
    person.played = client.requests.length;
    person.waits = microphone.say(SENTENCES[said++ % SENTENCES.length]);
  }
  const { user, system } = process.cpuUsage(usage);
  const cores = (user + system) / 1000 / (Date.now() - beganMs);
  const full = memory();
  for (const { client, microphone } of people) {
    microphone.stop();
    client.leave();
  }
  await sleep(1_000);
  const problems = backend.seats.flatMap(({ errors }) => errors);
  await backend.stop();
  return { conversations: count, seconds, said, answered: totals.length, totalMs: percentiles(totals), cores, mbEach: (full.rssMb - empty.rssMb) / count, heapMbEach: (full.heapMb - empty.heapMb) / count, rssMb: full.rssMb, problems };
}

/** Short answers, one after another, played a hundred times as fast. */
export async function measureManyTurns(turns) {
  const backend = await startBackend('flite');
  const client = await playingClient(backend, 100);
  await sleep(300);
  const [seat] = backend.seats;
  const at = [];
  for (let n = 0; n < turns; n++) {
    client.line.send('text', { text: n % 2 === 0 ? 'What is Visavis?' : 'Thank you.' });
    for (const untilMs = Date.now() + 20_000; seat.reports.length <= n && Date.now() < untilMs;) await sleep(5);
    if (n % 10 !== 9) continue;
    client.line.received.items.fill(undefined); // what the client got is not the server's memory
    at.push(memory());
  }
  client.leave();
  const problems = [...seat.errors, ...(seat.reports.length < turns ? [`${seat.reports.length} reports of ${turns} turns`] : [])];
  await backend.stop();
  const [early, late] = [at[1] ?? at[0], at.at(-1)];
  return { turns, heard: seat.reports.filter(({ heard }) => heard !== '').length, heapMb: { early: early.heapMb, late: late.heapMb }, rssMb: { early: early.rssMb, late: late.rssMb }, byTenTurns: at, problems };
}
