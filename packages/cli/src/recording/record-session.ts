import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { HeadlessClient, SessionRecorder, WebSocketTransport, type SocketLike, type Ticket } from '@visavis/client/replay';

/** The client's clock and sound are turned on this often: what it reports is as fine. */
const TURN_MS = 10;
/** Its last words still go out, and belong to the session. */
const LAST_WORDS_MS = 100;
/** Largest message taken, bytes: far above what a relay sends. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export interface RecordOptions {
  readonly out: string;
  readonly getTicket: () => Promise<Ticket>;
  readonly avatarId: string;
  /** Said to the backend as if a user had typed it. */
  readonly say?: string | undefined;
  /** End when the first utterance was heard or cut. */
  readonly oneUtterance: boolean;
  readonly seconds?: number | undefined;
  /** Told what goes wrong; the recording goes on. */
  readonly onProblem: (error: { readonly code: string; readonly message: string }) => void;
}

export interface Recorded {
  readonly byteLength: number;
  readonly durationMs: number;
  /** Utterances heard or cut. */
  readonly utterances: number;
  /** Why the recorder stopped by itself, if it did. */
  readonly stopped: string | undefined;
}

/**
 * Connects as a client, plays what comes to nobody in real time, and writes down what goes over the wire, until
 * `signal`, the seconds or the utterance are over. What was recorded by then is in the file, whatever happens.
 */
export async function recordSession(options: RecordOptions, signal: AbortSignal): Promise<Recorded> {
  const file = openSync(options.out, 'w');
  const recorder = new SessionRecorder({ write: (bytes) => void writeSync(file, bytes), openSocket: openNodeSocket });
  const client = new HeadlessClient();
  const startMs = performance.now();
  try {
    const utterances = await run(options, recorder, client, signal);
    await delay(LAST_WORDS_MS);
    const { stopped } = recorder;
    client.dispose();
    recorder.stop();
    return { byteLength: recorder.byteLength, durationMs: performance.now() - startMs, utterances, stopped };
  } finally {
    client.dispose();
    closeSync(file);
  }
}

async function run(options: RecordOptions, { openSocket }: SessionRecorder, client: HeadlessClient, outer: AbortSignal): Promise<number> {
  const { avatarId, say, oneUtterance, seconds, onProblem } = options;
  const done = new AbortController();
  const signal = AbortSignal.any([outer, done.signal, ...(seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)])]);
  const { controller } = client;
  let utterances = 0;
  controller.onError = onProblem;
  controller.onPlaybackFinished = () => {
    utterances++;
    if (oneUtterance) done.abort();
  };
  const transport = new WebSocketTransport({ getTicket: await firstAhead(options.getTicket), avatarId, openSocket });
  const connecting = controller.connect(transport).then(() => {
    if (say !== undefined) controller.sendText(say);
  });
  const failed = new Promise<never>((_, reject) => {
    connecting.catch((error: unknown) => { if (!signal.aborted) reject(error as Error); });
    controller.onConnectionState = (state) => {
      if (state === 'failed') reject(new Error('the connection is lost for good; what came until then is recorded'));
    };
  });
  await Promise.race([turnClock(client, signal), failed]);
  return utterances;
}

/** A backend that is not there is said at once, and not after all attempts of a client that believes in its backend. */
async function firstAhead(getTicket: () => Promise<Ticket>): Promise<() => Promise<Ticket>> {
  let first: Ticket | undefined = await getTicket();
  return () => {
    const ticket = first;
    first = undefined;
    return ticket ? Promise.resolve(ticket) : getTicket();
  };
}

async function turnClock(client: HeadlessClient, signal: AbortSignal): Promise<void> {
  const startMs = performance.now();
  while (!signal.aborted) {
    await delay(TURN_MS);
    await client.advanceTo(performance.now() - startMs);
  }
}

/** Node's own WebSocket is not in every version that is supported. */
export function openNodeSocket(url: string): SocketLike {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  // Whatever fails also ends in 'close'; without a listener it would end the process.
  socket.on('error', () => undefined);
  return socket as unknown as SocketLike;
}
