import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import type { Voice } from '@visavis/agent/tts';
import { AvatarLibrary, createMotionServer, devConfig } from '@visavis/motion-server';
import { VisavisError } from '@visavis/protocol/errors';
import { createPresenter, createRelay } from '@visavis/server-sdk';
import { ClipStore, loadSample, SPEECH_RATE } from './clips.js';
import { Performer } from './performer.js';
import { Visitors, type Offer } from './visitors.js';
import { createWeb } from './web.js';

const HOST = '127.0.0.1';
const AVATARS = fileURLToPath(new URL('../../../avatars', import.meta.url));
const SAMPLE = 'austen';
const VERSION = '0.1.0';
/** What there is until the pipeline is wired: the voice, and typing. */
const OFFER: Offer = {
  hears: false, notice: 'Speech recognition is not there yet. You can type.',
  offered: { voice: [{ id: 'flite', label: 'flite, light' }], stt: [], llm: [] },
  defaults: () => ({ voice: 'flite', stt: '', llm: '' }),
};
const DEV = { appId: 'dev-app', apiKey: 'dev-key' } as const;

export interface DemoOptions {
  /** Port of the page, on loopback; 0 takes a free one. */
  readonly port: number;
  readonly voice: Voice;
  /** Takes a line for the operator. */
  readonly log: (line: string) => void;
}

export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the Motion Server, the reference backend and the page. Rejects with `invalidConfiguration` where the port is taken. */
export async function startDemo({ port, voice, log }: DemoOptions): Promise<Demo> {
  const sample = await loadSample(SAMPLE);
  const avatars = new AvatarLibrary({ folders: [AVATARS] });
  const motionServer = await createMotionServer(devConfig({ avatars: (await avatars.list()).map(({ id }) => id) }));
  const relay = createRelay({ manifestUrl: (avatarId) => `/avatars/${avatarId}/avatar.json`, serverVersion: VERSION });
  const clips = new ClipStore(() => randomBytes(9).toString('base64url'));
  const access = { ...DEV, consoleUrl: motionServer.consoleUrl, ingressUrl: motionServer.ingressUrl };
  relay.onClient((client) => {
    const presenter = createPresenter(client, { ...access, sampleRate: SPEECH_RATE });
    new Performer({ client, presenter, voice, clips, sample });
    presenter.start().catch(() => undefined); // the client has been told; the next turn tries again
  });
  const visitors = new Visitors(() => OFFER);
  const web = createWeb({
    clips, avatars, visitors,
    issueTicket: (avatarId, visitor) => ({ ticket: relay.tickets.issue({ avatarId, subject: visitor }).ticket }),
    onProblem: (problem) => log(`a page reports ${problem}`),
  });
  const server = createAdaptorServer({ fetch: web.fetch }) as Server;
  relay.attach(server);
  const close = async (): Promise<void> => {
    await relay.dispose();
    server.close();
    server.closeAllConnections();
    await Promise.all([motionServer.close(), voice.dispose()]);
  };
  try {
    await listen(server, port);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://${HOST}:${(server.address() as AddressInfo).port}`, close };
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
