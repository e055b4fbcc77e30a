/** A real livekit-server for tests, on loopback and ports of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FINDER = fileURLToPath(new URL('../.ci/livekit-server', import.meta.url));
const READY_MS = 15_000;
export const KEYS = { apiKey: 'devkey', apiSecret: 'devsecretdevsecretdevsecretdevsecret' } as const;

export interface LiveKitServer {
  /** ws: URL. */
  readonly url: string;
  /** Where media goes. */
  readonly udpPort: number;
  readonly pid: number;
  /** Ends it as a crash does: asked to stop it would wait for its participants and keep its ports. */
  kill(): Promise<void>;
  /** The same again, on the same ports. */
  restart(): Promise<void>;
}

/** Path of the binary, or why there is none. */
export function findLiveKitServer(): { readonly path: string } | { readonly missing: string } {
  try {
    return { path: execFileSync(FINDER, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim() };
  } catch (error) {
    return { missing: String((error as { stderr?: unknown }).stderr).trim() };
  }
}

export interface ServerChoice {
  /** Where media and signalling are: an address of this machine. Default 127.0.0.1 on `lo`. */
  readonly address?: string;
  readonly interfaceName?: string;
  /** Media over TCP, on this port; LiveKit binds it on all addresses. Default: none. */
  readonly tcpPort?: number;
  /** Runs the binary with these before it, as in a network namespace. */
  readonly prefix?: readonly string[];
}

/** Starts one; the caller kills it. */
export async function startLiveKitServer(choice: ServerChoice = {}): Promise<LiveKitServer> {
  const found = findLiveKitServer();
  if ('missing' in found) throw new Error(found.missing);
  const { address = '127.0.0.1', interfaceName = 'lo' } = choice;
  const [port, udpPort] = [await freeTcpPort(), await freeUdpPort()];
  const folder = mkdtempSync(join(tmpdir(), 'visavis-livekit-'));
  const config = join(folder, 'livekit.yaml');
  writeFileSync(config, [
    `port: ${port}`, `bind_addresses: ["${address}"]`, 'logging: { level: warn }',
    `rtc: { tcp_port: ${choice.tcpPort ?? 0}, udp_port: ${udpPort}, node_ip: ${address}, use_external_ip: false, enable_loopback_candidate: true, interfaces: { includes: [${interfaceName}] } }`,
    `keys: { ${KEYS.apiKey}: ${KEYS.apiSecret} }`, 'room: { auto_create: true, empty_timeout: 60, departure_timeout: 20 }', '',
  ].join('\n'));
  const [command = found.path, ...args] = [...(choice.prefix ?? []), found.path, '--config', config];
  let child = await run(command, args, address, port);
  return {
    url: `ws://${address}:${port}`, udpPort,
    get pid() { return child.pid!; },
    async kill() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
    async restart() {
      await end(child);
      child = await run(command, args, address, port);
    },
  };
}

async function run(command: string, args: readonly string[], address: string, port: number): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr!.on('data', (text) => { said = `${said}${text}`.slice(-4_000); });
  const stop = (): void => { child.kill('SIGKILL'); };
  process.once('exit', stop);
  child.once('exit', () => process.off('exit', stop));
  for (const untilMs = Date.now() + READY_MS; Date.now() < untilMs; await new Promise((resolve) => setTimeout(resolve, 50))) {
    if (child.exitCode !== null) throw new Error(`livekit-server ended: ${said}`);
    const answer = await fetch(`http://${address}:${port}/`).catch(() => undefined);
    if (answer?.ok) return child;
  }
  child.kill('SIGKILL');
  throw new Error(`livekit-server did not answer within ${READY_MS / 1000} s: ${said}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** One that nobody listens at just now. */
export function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function freeUdpPort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
