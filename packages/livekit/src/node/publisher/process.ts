import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VisavisError } from '@visavis/protocol/errors';
import type { FromPublisher, ToPublisher } from './messages.js';

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

/** The entry is JavaScript: from sources, as in tests, the one that was built last. */
export const startPublisher: StartPublisher = (events) => {
  const entry = import.meta.url.endsWith('.ts') ? '../../../dist/node/publisher/main.js' : './main.js';
  const file = fileURLToPath(new URL(entry, import.meta.url));
  if (!existsSync(file)) throw new VisavisError('invalidConfiguration', 'publishers need a build of @visavis/livekit: run npm run build');
  // None of this process's flags: one for tests would send it to sources that it cannot read.
  const child = fork(file, [], { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', (message) => events.onMessage(message as FromPublisher));
  child.once('error', () => child.kill('SIGKILL'));
  child.once('exit', () => events.onExit());
  return { pid: child.pid, send: (message) => send(child, message), kill: () => void child.kill('SIGKILL') };
};

/** What is said to a process that is going has no one to hear it: its exit is the news. */
function send(child: ChildProcess, message: ToPublisher): void {
  if (child.connected) child.send(message, () => undefined);
}
