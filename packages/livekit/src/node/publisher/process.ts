import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VisavisError } from '@visavis/protocol/errors';
import { READY, type FromPublisher, type ToPublisher } from './messages.js';

/** A process that publishes: what is said to it, and what it says until it ends. */
export interface PublisherProcess {
  readonly pid: number | undefined;
  send(message: ToPublisher): void;
  /** Ends it at once. */
  kill(): void;
}

export interface PublisherEvents {
  onMessage(message: FromPublisher): void;
  /** Exactly once, last. */
  onExit(): void;
}

export type StartPublisher = (events: PublisherEvents) => PublisherProcess;

const PREPARE_AFTER_MS = 1_000;
/** The library's errors, but one: as it is let go, it may complain that nobody takes its answer for a piece of sound that was cut. */
const QUIET = 'error,livekit_ffi::server::audio_source=off';
/**
 * One process is kept ready beside those in use, its libraries loaded: a publisher that dies is replaced sooner by it, and an
 * avatar is in its room sooner. It ends with the last publisher.
 */
let spare: ChildProcess | undefined;
let inUse = 0;

export const startPublisher: StartPublisher = (events) => {
  const child = spare?.connected ? spare : begin();
  spare = undefined;
  inUse += 1;
  child.ref();
  child.channel?.ref();
  for (const event of ['message', 'error', 'exit']) child.removeAllListeners(event);
  child.on('message', (message) => (message === READY ? prepareSoon() : events.onMessage(message as FromPublisher)));
  child.once('error', () => child.kill('SIGKILL'));
  child.once('exit', () => {
    inUse -= 1;
    // Whoever takes its place takes the one that is ready.
    events.onExit();
    if (inUse === 0) dismiss();
  });
  if (readied.has(child)) prepareSoon();
  return { pid: child.pid, send: (message) => send(child, message), kill: () => void child.kill('SIGKILL') };
};

/** Those that have loaded: the next is begun after them, not beside them. */
const readied = new WeakSet<ChildProcess>();

/** The entry is JavaScript: from sources, as in tests, the one that was built last. */
function begin(): ChildProcess {
  const entry = import.meta.url.endsWith('.ts') ? '../../../dist/node/publisher/main.js' : './main.js';
  const file = fileURLToPath(new URL(entry, import.meta.url));
  if (!existsSync(file)) throw new VisavisError('invalidConfiguration', 'publishers need a build of @visavis/livekit: run npm run build');
  // None of this process's flags: one for tests would send it to sources that it cannot read.
  return fork(file, [], { execArgv: [], env: { RUST_LOG: QUIET, ...process.env }, serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** Loading takes a core for a moment, which the one that joins needs first. */
function prepareSoon(): void {
  setTimeout(prepare, PREPARE_AFTER_MS).unref();
}

function prepare(): void {
  if (spare || inUse === 0) return;
  const child = begin();
  spare = child;
  // Waiting for work is no reason for this process to stay.
  child.unref();
  child.channel?.unref();
  child.once('message', () => readied.add(child));
  for (const event of ['error', 'exit'] as const) {
    child.once(event, () => { if (spare === child) spare = undefined; });
  }
}

function dismiss(): void {
  spare?.kill('SIGKILL');
  spare = undefined;
}

/** What is said to a process that is going has no one to hear it: its exit is the news. */
function send(child: ChildProcess, message: ToPublisher): void {
  if (child.connected) child.send(message, () => undefined);
}
