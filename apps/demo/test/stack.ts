import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/visavis-demo.js', import.meta.url));

/** The demo in a process of its own, as a user starts it. */
export interface Stack {
  readonly url: string;
  readonly port: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the built demo and resolves when it is ready. Rejects with what it printed where it is not. */
export async function startStack(port = 0): Promise<Stack> {
  const child = spawn(process.execPath, [BIN, '--port', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await readyUrl(child);
  return {
    url,
    port: Number(new URL(url).port),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { errors += text; });
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /ready: (\S+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error(`the demo did not start: ${errors}`);
}
