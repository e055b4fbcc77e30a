/** An agent written with LiveKit's Python framework and a third party's avatar plugin, as a process: see agent/agent.py. */
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { until } from '../../packages/livekit/test/support.js';

const FINDER = fileURLToPath(new URL('../../.ci/livekit-agent', import.meta.url));
const SCRIPT = fileURLToPath(new URL('agent/agent.py', import.meta.url));

export interface AgentEvent {
  readonly event: 'refused' | 'ready' | 'started' | 'finished' | 'done' | 'error' | 'bye';
  readonly code?: string;
  readonly message?: string;
  /** Seconds. */
  readonly position?: number;
  readonly interrupted?: boolean;
}

/** Path of a Python that has the plugin, or why there is none. */
export function findThirdPartyAgent(): { readonly python: string } | { readonly missing: string } {
  try {
    return { python: execFileSync(FINDER, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim() };
  } catch (error) {
    return { missing: String((error as { stderr?: unknown }).stderr).trim() };
  }
}

export class ThirdPartyAgent {
  readonly events: AgentEvent[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #taken = 0;

  constructor(python: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env } });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.events.push(JSON.parse(line) as AgentEvent));
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The next event of this kind; what came before it is passed over. */
  async next(event: AgentEvent['event']): Promise<AgentEvent> {
    let at = -1;
    await until(() => (at = this.events.findIndex((one, i) => i >= this.#taken && one.event === event)) >= 0 || this.#child.exitCode !== null);
    if (at < 0) throw new Error(`the agent ended without ${event}: ${JSON.stringify(this.events)}`);
    this.#taken = at + 1;
    return this.events[at]!;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
