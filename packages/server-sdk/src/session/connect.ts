import type { IncomingMessage } from 'node:http';
import type { ClientOptions, WebSocket } from 'ws';
import {
  decodeEnvelope, type Envelope, type EnvelopeBodies, encodeEnvelope, type Failure, type ServerConfirmSession, type UnknownEnvelope,
} from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import { binaryOf } from '../binary.js';
import type { Clock } from '../clock.js';
import { codedError, failureError, MAX_ERROR_TEXT, reportedText, serverFailure } from './failure.js';
import { guarded, type Guard } from './guarded.js';

const CONNECT_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Server messages are below 1 MiB by the public protocol; four times that is allowed for. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export interface ConnectOptions {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly configure: EnvelopeBodies['clientConfigureSession'];
  readonly WebSocket: new (url: string, options: ClientOptions) => WebSocket;
  readonly clock: Clock;
  /** Calls the attempt off. */
  readonly signal: AbortSignal;
}

/**
 * Connects to an ingress and configures the session. `confirmed` makes the result, synchronously with the
 * confirmation, so that no later message of the server finds nobody listening. Rejects with the code the refusal
 * stands for; a rejected attempt leaves no socket.
 */
export async function connectIngress<T>(options: ConnectOptions, confirmed: (socket: WebSocket, confirm: ServerConfirmSession) => T): Promise<T> {
  const socket = await openSocket(options);
  try {
    return await handshake(socket, options, confirmed);
  } catch (error) {
    socket.terminate();
    throw error;
  }
}

function openSocket({ url, headers, WebSocket, clock, signal }: ConnectOptions): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  // A socket without an error listener would take the process down; every failure also ends in 'close'.
  socket.on('error', () => undefined);
  const guard = guardOf('websocket_connect', 'the ingress could not be reached within 10 s', { clock, signal, timeoutMs: CONNECT_TIMEOUT_MS });
  const opened = guarded<WebSocket>(guard, (resolve, reject) => {
    const open = (): void => resolve(socket);
    const error = (cause: Error): void => reject(connectionFailed('websocket_connect', `the ingress could not be reached: ${cause.message}`, cause));
    const refused = (_request: unknown, response: IncomingMessage): void => void readRefusal(response).then(reject);
    socket.once('open', open).once('error', error).once('unexpected-response', refused);
    return () => socket.off('open', open).off('error', error).off('unexpected-response', refused);
  });
  return opened.catch((error: unknown) => {
    socket.terminate();
    throw error;
  });
}

async function readRefusal(response: IncomingMessage): Promise<VisavisError> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size >= MAX_ERROR_TEXT) break;
    }
  } catch {
    // What came before the cut is what there is to report.
  }
  const body = Buffer.concat(parts).subarray(0, MAX_ERROR_TEXT).toString('utf8').trim();
  return failureError({ phase: 'websocket_connect', status: response.statusCode ?? 0, text: reportedText(body) });
}

function handshake<T>(socket: WebSocket, options: ConnectOptions, confirmed: (socket: WebSocket, confirm: ServerConfirmSession) => T): Promise<T> {
  const guard = guardOf('websocket_handshake', 'the ingress did not confirm the session within 10 s', { ...options, timeoutMs: HANDSHAKE_TIMEOUT_MS });
  return guarded<T>(guard, (resolve, reject) => {
    const message = (data: Buffer, isBinary: boolean): void => {
      try {
        resolve(confirmed(socket, confirmationIn(binaryOf(data, isBinary))));
      } catch (error) {
        reject(VisavisError.from(error, 'protocolError'));
      }
    };
    const close = (closeCode: number, reason: Buffer): void => {
      const closeReason = reason.toString('utf8');
      const text = closeReason || `the ingress closed the connection with code ${closeCode} before confirming the session`;
      reject(codedError('connectionClosed', { phase: 'websocket_handshake', text, closeCode, closeReason }));
    };
    socket.on('message', message).on('close', close);
    socket.send(encodeEnvelope('clientConfigureSession', options.configure));
    return () => socket.off('message', message).off('close', close);
  });
}

/** The first message of a server must confirm the session or refuse it. */
function confirmationIn(bytes: Uint8Array | undefined): ServerConfirmSession {
  const envelope = bytes && decodeFirst(bytes);
  if (envelope?.case === 'serverError') throw serverFailure(envelope.value, 'websocket_handshake');
  if (envelope?.case === 'serverConfirmSession' && envelope.value.connectionId !== '') return envelope.value;
  throw unexpected(envelope ? `${envelope.case} came` : 'text came');
}

function decodeFirst(bytes: Uint8Array): Envelope | UnknownEnvelope {
  try {
    return decodeEnvelope(bytes);
  } catch (cause) {
    throw unexpected('undecodable bytes came', cause);
  }
}

function unexpected(what: string, cause?: unknown): VisavisError {
  return codedError('protocolError', { phase: 'websocket_handshake', text: `${what} where the session's confirmation was due; check ingressUrl`, cause });
}

function guardOf(phase: Failure['phase'], late: string, rest: Pick<Guard, 'clock' | 'signal' | 'timeoutMs'>): Guard {
  return {
    ...rest,
    late: () => connectionFailed(phase, late),
    aborted: () => codedError('connectionClosed', { phase, text: 'the session was closed while it was starting' }),
  };
}

function connectionFailed(phase: Failure['phase'], text: string, cause?: unknown): VisavisError {
  return codedError('connectionFailed', { phase, text, cause });
}
