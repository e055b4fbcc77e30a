import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { Brain, createBrainEndpoint, Knowledge, MODEL } from '../../brain/index.js';

const HOST = '127.0.0.1';
/** What comes with the package. */
const KNOWLEDGE = fileURLToPath(new URL('../../../knowledge', import.meta.url));

/** Where the offline brain answers: as any OpenAI-compatible server does. */
export interface BrainServer {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly model: string;
  close(): Promise<void>;
}

/** On loopback, on a free port, with a key of its own. Rejects with `invalidConfiguration` where the folder cannot be used. */
export async function startBrainServer(folder = KNOWLEDGE): Promise<BrainServer> {
  const brain = new Brain(await Knowledge.load(folder));
  const apiKey = randomBytes(18).toString('base64url');
  const app = new Hono();
  app.use('*', bearerAuth({ token: apiKey }));
  app.route('/', createBrainEndpoint(brain, { createId: () => randomBytes(9).toString('base64url'), nowS: () => Math.floor(Date.now() / 1000) }));
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(0, HOST);
  await once(server, 'listening');
  server.unref();
  return {
    baseURL: `http://${HOST}:${(server.address() as AddressInfo).port}/v1`, apiKey, model: MODEL,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
