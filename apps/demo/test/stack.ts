import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/visavis-demo.js', import.meta.url));

/** The demo in a process of its own, as a user starts it. */
export interface Stack {
  readonly url: string;
  readonly port: number;
  /** What it has told its operator so far. */
  log(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface StackOptions {
  readonly port?: number;
  /** Default: the light voice, which is the same on every machine and makes the same samples each time. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built demo, which fetches nothing, and resolves when it is ready. Rejects with what it printed where it is not. */
export async function startStack({ port = 0, args = ['--voice', 'slt'], env = {} }: StackOptions = {}): Promise<Stack> {
  const child = spawn(process.execPath, [BIN, '--port', String(port), '--offline', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { log += text; });
  const url = await readyUrl(child, () => log);
  return {
    url,
    port: Number(new URL(url).port),
    log: () => log,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

async function readyUrl(child: ChildProcess, log: () => string): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /ready: (\S+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error(`the demo did not start: ${log()}`);
}
