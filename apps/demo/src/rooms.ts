/** The demo through LiveKit: a server of its own, and a room with an avatar in it for every page that asks. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { randomBytes } from 'node:crypto';
import { joinRoom, mintViewerToken, type LiveKitKeys, type RoomStage } from '@visavis/livekit/node';
import { VisavisError } from '@visavis/protocol/errors';

const FINDER = fileURLToPath(new URL('../../../.ci/livekit-server', import.meta.url));
const HOST = '127.0.0.1';
const AVATAR = 'avatar';
const VISITOR = 'visitor';
const READY_MS = 15_000;
/** A room whose page has left, or never came, is given up after this. */
const EMPTY_MS = 30_000;
const MAX_ROOMS = 16;

/** What a page joins with. */
export interface RoomPass {
  readonly url: string;
  readonly token: string;
  /** The avatar's identity. */
  readonly identity: string;
}

interface Place {
  readonly room: string;
  readonly avatarId: string;
  readonly stage: Promise<RoomStage>;
}

export class Rooms {
  readonly url: string;
  /** An avatar is in its room. */
  onStage: (stage: RoomStage, visitor: string) => void = () => undefined;
  readonly #keys: LiveKitKeys;
  readonly #server: ChildProcess;
  readonly #folder: string;
  readonly #places = new Map<string, Place>();

  private constructor(url: string, keys: LiveKitKeys, server: ChildProcess, folder: string) {
    this.url = url;
    this.#keys = keys;
    this.#server = server;
    this.#folder = folder;
  }

  /** Starts a LiveKit server on loopback. Rejects with `invalidConfiguration` where there is none to start. */
  static async open(): Promise<Rooms> {
    const binary = await findServer();
    const keys = { apiKey: 'demo', apiSecret: randomBytes(24).toString('hex') };
    const [port, udpPort] = await Promise.all([freeTcpPort(), freeUdpPort()]);
    const folder = await mkdtemp(join(tmpdir(), 'visavis-demo-'));
    try {
      const config = join(folder, 'livekit.yaml');
      await writeFile(config, configOf(port, udpPort, keys), { mode: 0o600 });
      return new Rooms(`ws://${HOST}:${port}`, keys, await startServer(binary, config, port), folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A way into the visitor's room, whose avatar is there: the same one again where the page comes back. */
  async pass(avatarId: string, visitor: string): Promise<RoomPass> {
    const known = this.#places.get(visitor);
    const place = known?.avatarId === avatarId && !(await closed(known)) ? known : this.#open(avatarId, visitor);
    await place.stage;
    const token = await mintViewerToken({ ...this.#keys, room: place.room, identity: VISITOR, microphone: true });
    return { url: this.url, token, identity: AVATAR };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#places.values()].map(async ({ stage }) => (await stage.catch(() => undefined))?.close()));
    this.#server.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  #open(avatarId: string, visitor: string): Place {
    if (this.#places.size >= MAX_ROOMS) throw new VisavisError('concurrentLimitExceeded', 'too many pages are open; close some');
    const room = `demo-${randomBytes(6).toString('hex')}`;
    const stage = joinRoom({
      url: this.url, ...this.#keys, room, identity: AVATAR, avatarId, manifestUrl: `/avatars/${avatarId}/avatar.json`, listenTo: [VISITOR], viewers: [VISITOR],
    });
    const place = { room, avatarId, stage };
    void this.#places.get(visitor)?.stage.then((last) => last.close(), () => undefined);
    this.#places.set(visitor, place);
    const forget = (): void => { if (this.#places.get(visitor) === place) this.#places.delete(visitor); };
    stage.then((joined) => {
      joined.onClose(forget);
      leaveWhenEmpty(joined);
      this.onStage(joined, visitor);
    }, forget);
    return place;
  }
}

async function closed({ stage }: Place): Promise<boolean> {
  return (await stage.catch(() => undefined))?.closed !== false;
}

function leaveWhenEmpty(stage: RoomStage): void {
  let timer = setTimeout(() => void stage.close(), EMPTY_MS);
  stage.onViewer((viewer) => {
    clearTimeout(timer);
    if (viewer === undefined) timer = setTimeout(() => void stage.close(), EMPTY_MS);
  });
  stage.onClose(() => clearTimeout(timer));
}

async function findServer(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(FINDER, { encoding: 'utf8' });
    return stdout.trim();
  } catch (cause) {
    const said = String((cause as { stderr?: unknown }).stderr ?? cause).trim();
    throw new VisavisError('invalidConfiguration', said, { cause });
  }
}

function configOf(port: number, udpPort: number, { apiKey, apiSecret }: LiveKitKeys): string {
  return [
    `port: ${port}`, `bind_addresses: ["${HOST}"]`, 'logging: { level: error }',
    // Media over TCP is left out: LiveKit would open that port to the whole network.
    `rtc: { tcp_port: 0, udp_port: ${udpPort}, node_ip: ${HOST}, use_external_ip: false, enable_loopback_candidate: true, interfaces: { includes: [lo, lo0] } }`,
    `keys: { ${apiKey}: ${apiSecret} }`, 'room: { auto_create: true, empty_timeout: 60 }', '',
  ].join('\n');
}

async function startServer(binary: string, config: string, port: number): Promise<ChildProcess> {
  const server = spawn(binary, ['--config', config], { stdio: 'ignore' });
  let problem: Error | undefined;
  server.once('error', (error) => { problem = error; });
  for (const lastMs = Date.now() + READY_MS; Date.now() < lastMs && server.exitCode === null && !problem;) {
    if ((await fetch(`http://${HOST}:${port}/`).catch(() => undefined))?.ok) return server;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  server.kill('SIGKILL');
  throw new VisavisError('invalidConfiguration', `the LiveKit server ${binary} does not start${problem ? ` (${problem.message})` : ''}; try it by hand`);
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
