import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { HeadlessClient, SessionRecorder, WebSocketTransport, type SocketLike, type Ticket } from '@visavis/client/replay';
import { LateFile } from './late-file.js';

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
  /** The file is left alone until there is something to record: the first connection, and this. */
  readonly ready?: Promise<void> | undefined;
  /** Said to the backend as if a user had typed it. */
  readonly say?: string | undefined;
  /** End when the first utterance was heard or cut. */
  readonly oneUtterance: boolean;
  readonly seconds?: number | undefined;
  /** Told what goes wrong after the first connection; the recording goes on. */
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
 * `signal`, the seconds or the utterance are over. What was recorded by then is in the file, whatever happens. Rejects at
 * once where there is no first connection, and leaves the file alone then.
 */
export async function recordSession(options: RecordOptions, signal: AbortSignal): Promise<Recorded> {
  const getTicket = await firstAhead(options.getTicket);
  const file = new LateFile(options.out);
  const recorder = new SessionRecorder({ write: (bytes) => file.write(bytes), openSocket: openNodeSocket });
  const client = new HeadlessClient();
  const startMs = performance.now();
  try {
    const utterances = await run({ ...options, getTicket }, recorder, client, file, signal);
    if (!file.isOpen) throw new Error('it ended before there was a connection: nothing was recorded');
    await delay(LAST_WORDS_MS);
    const { stopped } = recorder;
    client.dispose();
    recorder.stop();
    return { byteLength: recorder.byteLength, durationMs: performance.now() - startMs, utterances, stopped };
  } finally {
    client.dispose();
    file.close();
  }
}

async function run(options: RecordOptions, { openSocket }: SessionRecorder, client: HeadlessClient, file: LateFile, outer: AbortSignal): Promise<number> {
  const { getTicket, avatarId, ready, say, oneUtterance, seconds, onProblem } = options;
  const done = new AbortController();
  const signal = AbortSignal.any([outer, done.signal, ...(seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)])]);
  const { controller } = client;
  let utterances = 0;
  controller.onPlaybackFinished = () => {
    utterances++;
    if (oneUtterance) done.abort();
  };
  const failed = new Promise<never>((_, reject) => {
    let isWelcome = false;
    // Nothing is lost by ending before the first welcome, and whoever waits for it wants to know what to change.
    controller.onError = (error) => (isWelcome ? onProblem(error) : reject(toFirstFailure(error)));
    controller.onConnectionState = (state) => {
      if (state === 'connected' && !isWelcome) {
        isWelcome = true;
        Promise.resolve(ready).then(() => { if (!signal.aborted) file.open(); }).catch(reject);
      }
      if (state === 'failed') reject(new Error('the connection is lost for good; what came until then is recorded'));
    };
    controller.connect(new WebSocketTransport({ getTicket, avatarId, openSocket })).then(() => {
      if (say !== undefined) controller.sendText(say);
    }).catch(reject);
  });
  try {
    await Promise.race([turnClock(client, signal), failed]);
  } finally {
    done.abort(); // the clock would turn for ever
  }
  return utterances;
}

/** A WebSocket does not say why it was not opened, and its close code helps nobody. */
function toFirstFailure(error: Error & { readonly code: string }): Error {
  if (error.code !== 'websocketClosedAbnormally') return error;
  return Object.assign(new Error('the relay took no connection: check its address, and that the backend runs', { cause: error }), { code: error.code });
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
