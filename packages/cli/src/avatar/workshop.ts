/** Has a browser without a window do what only a browser can: pictures to WebP, and a thumbnail. One job after the other. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_FILE_BYTES } from '@visavis/protocol/avatar';
import { openChromium } from './chromium.js';
import { pageFile } from './page-files.js';

/** With software rendering a thumbnail takes some seconds, a slow machine many. */
const JOB_MS = 90_000;
const HOST = '127.0.0.1';

export type Job =
  | { readonly kind: 'picture'; readonly input: Uint8Array; readonly maxSize: number; readonly quality: number }
  | { readonly kind: 'thumbnail'; readonly input: Uint8Array; readonly size: number; readonly quality: number };

/** What became of a job: bytes (none where the input is best left as it is), or why not. */
export type Outcome = Uint8Array<ArrayBuffer> | Error;

/** Does all jobs; resolves with an outcome for each, in their order. Never rejects for what is in them. */
export async function runWorkshop(chromium: string, jobs: readonly Job[], onDone: (i: number) => void = () => undefined): Promise<Outcome[]> {
  if (jobs.length === 0) return [];
  const bench = new Bench(jobs, onDone);
  const server = createServer((request, response) => void bench.answer(request, response).catch(() => response.destroy()));
  server.listen(0, HOST);
  await once(server, 'listening');
  const browser = openChromium(chromium, `${addressOf(server)}/workshop.html?${bench.token}`);
  try {
    await Promise.race([bench.finished, browser.ended.then(() => bench.giveUp('the browser ended'))]);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
  return bench.outcomes;
}

const addressOf = (server: Server): string => `http://${HOST}:${(server.address() as AddressInfo).port}`;

class Bench {
  /** Only the browser that was started knows it. */
  readonly token = randomBytes(16).toString('hex');
  readonly outcomes: Outcome[] = [];
  readonly finished: Promise<void>;
  readonly #jobs: readonly Job[];
  readonly #onDone: (i: number) => void;
  #finish: () => void = () => undefined;
  #timer: NodeJS.Timeout;

  constructor(jobs: readonly Job[], onDone: (i: number) => void) {
    this.#jobs = jobs;
    this.#onDone = onDone;
    this.finished = new Promise((resolve) => { this.#finish = resolve; });
    this.#timer = this.#newTimer();
  }

  giveUp(reason: string): void {
    clearTimeout(this.#timer);
    while (this.outcomes.length < this.#jobs.length) this.outcomes.push(new Error(reason));
    this.#finish();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://host');
    const [, verb = '', id = ''] = pathname.split('/');
    if (search !== `?${this.token}`) return this.#page(pathname.slice(1), response);
    if (verb === 'next') return void response.end(JSON.stringify(this.#next()));
    if (verb === 'input') return void response.end(this.#jobs[Number(id)]?.input);
    if (verb === 'output' || verb === 'failed') {
      const body = await readBody(request);
      this.#take(Number(id), verb === 'output' ? body : new Error(new TextDecoder().decode(body).slice(0, 300)));
      return void response.end();
    }
    return this.#page(pathname.slice(1), response);
  }

  async #page(path: string, response: ServerResponse): Promise<void> {
    const file = await pageFile(path);
    if (file) response.writeHead(200, file.headers).end(file.bytes);
    else response.writeHead(404).end();
  }

  #next(): object {
    const id = this.outcomes.length;
    const job = this.#jobs[id];
    if (!job) return { kind: 'done' };
    return { ...job, id, input: undefined };
  }

  #take(id: number, outcome: Outcome): void {
    if (id !== this.outcomes.length) return;
    this.outcomes.push(outcome);
    this.#onDone(id);
    clearTimeout(this.#timer);
    if (this.outcomes.length === this.#jobs.length) this.#finish();
    else this.#timer = this.#newTimer();
  }

  #newTimer(): NodeJS.Timeout {
    return setTimeout(() => this.giveUp(`the browser took longer than ${JOB_MS / 1000} s`), JOB_MS);
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_FILE_BYTES) throw new RangeError('too large');
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
