import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { parseWav, type Pcm } from '@visavis/motion';
import { createMotionServer, devConfig, type MotionServer } from '@visavis/motion-server';
import { createPresenter, createRelay, type Presenter, type RelayClient } from '@visavis/server-sdk';
import { readInput } from '../files.js';
import { wholeNumber } from '../numbers.js';
import { piecesOf } from '../recording/speech-stack.js';
import type { PreviewCommandOptions } from './options.js';
import { createPreviewPage } from './preview-page.js';
import { reportLines } from './print-report.js';
import { readAvatar } from './read-avatar.js';

const HOST = '127.0.0.1';
/** Beside the built command. Jane Austen, read for LibriVox; public domain. */
const SENTENCE_FILE = fileURLToPath(new URL('sentence.wav', import.meta.url));
const SENTENCE = 'And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.';

/** `visavis avatar preview`: a page on loopback until the process is told to end. */
export async function preview(path: string, { port, say, open }: PreviewCommandOptions): Promise<void> {
  const wanted = wholeNumber(0, 65_535)(port);
  const running = await startPreview(path, { port: wanted, ...(say !== undefined && { say }) });
  console.log(running.url);
  const stop = (): void => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    void running.close();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  if (open) await (await import('open')).default(running.url);
}

export interface PreviewOptions {
  readonly port: number;
  /** WAV to speak. */
  readonly say?: string;
}

export interface RunningPreview {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the page with a Motion Server of its own. Rejects where the file cannot be read or the port is taken; a bad avatar is shown as such. */
export async function startPreview(path: string, { port, say }: PreviewOptions): Promise<RunningPreview> {
  const subject = await readAvatar(path);
  if (subject.bytes.length === 0) throw new Error(`there is nothing to show of ${path}:\n${reportLines(subject).join('\n')}`);
  const speech = await readSpeech(say);
  const avatarId = subject.manifest?.id ?? 'preview';
  const motionServer = await createMotionServer(devConfig({ avatars: [avatarId] }));
  const relay = createRelay({ manifestUrl: (id) => `/avatars/${id}/avatar.json` });
  relay.onClient((client) => speakOnText(client, speech, motionServer));
  const page = createPreviewPage({ subject, sentence: say ?? SENTENCE, issueTicket: () => relay.tickets.issue({ avatarId }).ticket });
  const server = createAdaptorServer({ fetch: page.fetch }) as Server;
  relay.attach(server, '/relay');
  const close = async (): Promise<void> => {
    await relay.dispose();
    server.close();
    server.closeAllConnections();
    await motionServer.close();
  };
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
  } catch (cause) {
    await close();
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Error(`port ${port} is taken: choose another with --port, or --port 0 for a free one`, { cause });
  }
  return { url: `http://${HOST}:${(server.address() as AddressInfo).port}/`, close };
}

async function readSpeech(path = SENTENCE_FILE): Promise<Pcm> {
  try {
    return parseWav(await readInput(path));
  } catch (cause) {
    throw new Error(`${path} cannot be spoken: ${(cause as Error).message}`, { cause });
  }
}

/** Whatever the page asks for, the sentence is said; a new wish ends the one before. */
function speakOnText(client: RelayClient, speech: Pcm, { consoleUrl, ingressUrl }: MotionServer): void {
  const presenter = createPresenter(client, { consoleUrl, ingressUrl, appId: 'dev-app', apiKey: 'dev-key', sampleRate: speech.sampleRate });
  client.onText(() => void say(client, presenter, speech));
  presenter.start().catch(() => undefined); // the client has been told; the next wish tries again
}

async function say(client: RelayClient, presenter: Presenter, speech: Pcm): Promise<void> {
  presenter.interrupt();
  const turn = presenter.beginTurn();
  client.presence('speaking');
  turn.signal.addEventListener('abort', () => client.presence('idle'));
  try {
    for (const piece of piecesOf(speech)) await turn.send(piece);
    await turn.end();
  } catch {
    // It was cut, or the client has been told why not.
  }
}
