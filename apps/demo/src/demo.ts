import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import type { ModelStore } from '@visavis/agent/models';
import { AvatarLibrary, createMotionServer, devConfig } from '@visavis/motion-server';
import { VisavisError } from '@visavis/protocol/errors';
import { createRelay } from '@visavis/server-sdk';
import { ClipStore, loadSample } from './clips.js';
import { fetchModels, missingLine } from './models.js';
import { ProviderPool, type PoolOptions } from './provider-pool.js';
import { Rooms } from './rooms.js';
import { Talk, type TalkClient } from './talk.js';
import { tools } from './tools.js';
import { Visitors } from './visitors.js';
import { createWeb } from './web.js';

const HOST = '127.0.0.1';
const AVATARS = fileURLToPath(new URL('../../../avatars', import.meta.url));
const SAMPLE = 'austen';
const VERSION = '0.1.0';
const DEV = { appId: 'dev-app', apiKey: 'dev-key' } as const;

export interface DemoOptions extends PoolOptions {
  /** Port of the page, on loopback; 0 takes a free one. */
  readonly port: number;
  readonly models: ModelStore;
  /** What carries the avatar to the page. Default: the relay's WebSocket. */
  readonly transport?: 'websocket' | 'livekit';
  /** Fetches nothing. */
  readonly offline: boolean;
  /** Takes a line for the operator. */
  readonly log: (line: string) => void;
  /** Takes a line that replaces the one before, while models come. */
  readonly onProgress: (line: string) => void;
}

export interface Demo {
  readonly url: string;
  /** Who hears, thinks and speaks, in words. */
  readonly description: string;
  close(): Promise<void>;
}

/** Starts the Motion Server, the reference backend and the page. Rejects with `invalidConfiguration` where the port is taken or the providers cannot be used. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const rooms = options.transport === 'livekit' ? await Rooms.open() : undefined;
  try {
    return await start(options, rooms);
  } catch (error) {
    await rooms?.close();
    throw error;
  }
}

async function start(options: DemoOptions, rooms: Rooms | undefined): Promise<Demo> {
  const { port, log } = options;
  const [sample, pool] = await Promise.all([loadSample(SAMPLE), ProviderPool.open(options)]);
  const avatars = new AvatarLibrary({ folders: [AVATARS] });
  const manifests = new Map((await avatars.list()).map((manifest) => [manifest.id, manifest]));
  const motionServer = await createMotionServer(devConfig({ avatars: [...manifests.keys()] }));
  const relay = createRelay({ manifestUrl: (avatarId) => `/avatars/${avatarId}/avatar.json`, serverVersion: VERSION });
  const clips = new ClipStore(() => randomBytes(9).toString('base64url'));
  const access = { ...DEV, consoleUrl: motionServer.consoleUrl, ingressUrl: motionServer.ingressUrl };
  const visitors = new Visitors(() => pool.offer());
  const talks = new Map<symbol, { readonly visitor: string; readonly talk: Talk }>();
  const talkTo = (client: TalkClient, visitor: string): void => {
    const { name, voice } = manifests.get(client.avatarId) ?? { name: client.avatarId };
    const talk = new Talk({
      client, pool, access, clips, sample, log, avatar: { name, voice }, instructions: { tools }, answers: visitor !== '',
      chosen: () => (visitor === '' ? pool.offer().defaults(client.avatarId) : visitors.chosen(visitor)),
      onTurn: (report) => { if (visitor !== '') visitors.told(visitor, report); },
    });
    const key = Symbol(client.id);
    talks.set(key, { visitor, talk });
    client.onClose(() => talks.delete(key));
  };
  relay.onClient((client) => talkTo(client, client.subject));
  if (rooms) rooms.onStage = talkTo;
  visitors.onChosen = (chooser) => {
    for (const { visitor, talk } of talks.values()) if (visitor === chooser) void talk.restart();
  };
  const web = createWeb({
    clips, avatars, visitors, rooms,
    issueTicket: (avatarId, visitor) => ({ ticket: relay.tickets.issue({ avatarId, subject: visitor }).ticket }),
    onProblem: (problem) => log(`a page reports ${problem}`),
  });
  const server = createAdaptorServer({ fetch: web.fetch }) as Server;
  relay.attach(server);
  const stop = new AbortController();
  const close = async (): Promise<void> => {
    stop.abort();
    await Promise.all([relay.dispose(), rooms?.close()]);
    server.close();
    server.closeAllConnections();
    await Promise.all([...talks.values()].map(({ talk }) => talk.close()));
    await Promise.all([motionServer.close(), pool.dispose()]);
  };
  try {
    await listen(server, port);
  } catch (error) {
    await close();
    throw error;
  }
  pool.warm();
  void bringModels(options, pool, stop.signal, {
    changed: () => visitors.offerChanged(),
    moved: async () => { await Promise.all([...talks.values()].map(({ talk }) => talk.restart())); },
  }).catch((error: unknown) => log(VisavisError.from(error, 'modelUnavailable').message));
  return { url: `http://${HOST}:${(server.address() as AddressInfo).port}`, description: pool.describe(), close };
}

/** What is told of models that come while the demo runs. */
interface Arrivals {
  /** What is offered, or what is said of it. */
  changed(): void;
  /** Everyone takes up the new ones. */
  moved(): Promise<void>;
}

async function bringModels({ models, offline, log, onProgress }: DemoOptions, pool: ProviderPool, signal: AbortSignal, { changed, moved }: Arrivals): Promise<void> {
  const missing = await pool.missingModels();
  if (missing.length === 0) return;
  const say = (line: string): void => {
    if (line === pool.notice) return;
    pool.notice = line;
    changed();
  };
  if (!offline) say('Fetching the models of the voice. You can type meanwhile.');
  const problem = offline ? missingLine(missing) : await fetchModels({
    models, missing, signal,
    onProgress: (line) => {
      onProgress(line);
      say(line);
    },
    onArrived: () => pool.renew(moved),
  });
  if (signal.aborted) return;
  say(problem ?? '');
  log(problem ?? `The models are here: ${pool.describe()}.`);
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new VisavisError('invalidConfiguration', `port ${port} is taken: choose another with "npm start -- --port N" or VISAVIS_PORT=N`, { cause });
  }
}
