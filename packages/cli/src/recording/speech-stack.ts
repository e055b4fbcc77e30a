import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Ticket } from '@visavis/client/replay';
import { createMotionServer, devConfig } from '@visavis/motion-server';
import { createPresenter, createRelay } from '@visavis/server-sdk';
import type { Pcm } from '@visavis/motion';

const HOST = '127.0.0.1';
const PIECE_MS = 1_000;

/** A Motion Server that runs already. */
export interface MotionServerAccess {
  readonly consoleUrl: string;
  readonly ingressUrl: string;
  readonly appId: string;
  readonly apiKey: string;
}

export interface SpeechStack {
  readonly getTicket: () => Promise<Ticket>;
  /** Resolves when a Motion Server is there to speak to whoever connected. */
  readonly ready: Promise<void>;
  /** Rejects where the speech cannot be spoken. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/** A backend on loopback that says `speech` to whoever connects, by the given Motion Server or one of its own. */
export async function startSpeechStack(speech: Pcm, avatarId: string, access?: MotionServerAccess): Promise<SpeechStack> {
  const own = access ? undefined : await createMotionServer(devConfig());
  const at = access ?? { consoleUrl: own!.consoleUrl, ingressUrl: own!.ingressUrl, appId: 'dev-app', apiKey: 'dev-key' };
  const relay = createRelay({ manifestUrl: (id) => `/avatars/${id}/avatar.json` });
  const server = createServer((_, response) => response.writeHead(404).end());
  relay.attach(server, '/relay');
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => { fail = reject; });
  failed.catch(() => undefined);
  let readied: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => { readied = resolve; });
  relay.onClient((client) => {
    const speak = async (): Promise<void> => {
      const presenter = createPresenter(client, { ...at, sampleRate: speech.sampleRate, onError: fail });
      await presenter.start();
      readied();
      const turn = presenter.beginTurn();
      for (const piece of piecesOf(speech)) await turn.send(piece);
      await turn.end();
    };
    speak().catch(fail);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const url = `ws://${HOST}:${(server.address() as AddressInfo).port}/relay`;
  return {
    getTicket: () => Promise.resolve({ url, ticket: relay.tickets.issue({ avatarId }).ticket }),
    ready,
    failed,
    close: async () => {
      await relay.dispose();
      server.close();
      server.closeAllConnections();
      await own?.close();
    },
  };
}

/** s16le: typed arrays are little-endian on every machine Node runs on. */
export function* piecesOf({ samples, sampleRate }: Pcm): Generator<Uint8Array> {
  const step = Math.round((sampleRate * PIECE_MS) / 1000);
  for (let at = 0; at < samples.length; at += step) {
    const piece = samples.subarray(at, at + step);
    yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  }
}
