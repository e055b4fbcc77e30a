import { setImmediate } from 'node:timers/promises';
import { MotionInputError } from '@visavis/motion';
import { VisavisError } from '@visavis/protocol/errors';
import { AudioFormat, closeCodeOf, decodeEnvelope, encodeEnvelope } from '@visavis/protocol/ingress';
import type { RawData, WebSocket } from 'ws';
import { createAudioDecoder } from './audio-decoder.js';
import type { ServerContext } from './config.js';
import type { EngineHost, EngineSeat } from './engine/host.js';
import { agree, readConfigure, type SessionForm } from './handshake.js';
import type { Intake } from './intake.js';
import type { Opus } from './opus.js';
import type { Outcome } from './metrics.js';
import { Outbox } from './outbox.js';
import { Reply, type ReplyBody } from './reply.js';
import { RequestQueue } from './request-queue.js';
import { encodeServerError } from './server-error.js';
import { SessionReport } from './session-report.js';
import { serveRequest } from './serve-request.js';
import { SpeechEncoder } from './speech-encoder.js';
import { Heartbeat, IdleTimer } from './timers.js';
import type { Admission } from './upgrade.js';

/** Audio worked on before others get their turn. */
const PIECE_MS = 100;
/** Bytes of Ogg Opus worked on in one go: 100 ms at the 48 kbit/s that clients send. */
const OGG_PIECE_BYTES = 600;
/** A close frame holds 123 bytes of reason. */
const MAX_REASON_BYTES = 123;

export interface SessionParts {
  readonly context: ServerContext;
  readonly opus: Opus;
  readonly engines: EngineHost;
  /** Takes one of the app's places; gives it back when called. `undefined` where all are taken. */
  claimPlace(appId: string): (() => void) | undefined;
}

/** One connection after its upgrade: handshake, requests in order, errors, close. */
export class Session {
  /** Settles when the connection is closed and everything it held is free. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #admission: Admission;
  readonly #parts: SessionParts;
  readonly #connectionId: string;
  readonly #report: SessionReport;
  readonly #outbox: Outbox;
  readonly #queue: RequestQueue;
  readonly #idle: IdleTimer;
  readonly #heartbeat: Heartbeat;
  readonly #cleanups: (() => void)[] = [];
  #form: SessionForm | undefined;
  #seat: EngineSeat | undefined;
  #encoder: SpeechEncoder | undefined;
  #closing = false;
  #draining = false;
  #badMessages = 0;

  constructor(socket: WebSocket, admission: Admission, parts: SessionParts) {
    this.#socket = socket;
    this.#admission = admission;
    this.#parts = parts;
    const { clock, logger, metrics, settings: { limits }, randomBytes } = parts.context;
    this.#connectionId = Buffer.from(randomBytes(9)).toString('base64url');
    this.#report = new SessionReport(logger, metrics, { connectionId: this.#connectionId, appId: admission.appId });
    this.#outbox = new Outbox(socket, limits, clock);
    this.#queue = new RequestQueue({
      serve: (request) => this.#serve(request),
      interrupted: (request) => this.#answerInterrupted(request),
      failed: (request, error) => this.#answerFailed(request, error),
      progressed: () => this.#relieve(),
    });
    this.#idle = new IdleTimer(clock, limits.idleMs, () => this.#fail(idleError(limits.idleMs)));
    this.#heartbeat = new Heartbeat(clock, limits.pingMs, () => socket.ping(), () => socket.terminate());
    this.#startTimers();
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(this.#cleanUp(code))));
    socket.on('message', (data, isBinary) => this.#handleMessage(data, isBinary));
    socket.on('ping', () => this.#heartbeat.heard());
    socket.on('pong', () => this.#heartbeat.heard());
    // A broken frame or connection: `ws` closes the socket itself, and `close` follows.
    socket.on('error', (error) => this.#report.connectionError(error));
  }

  /** Finishes the requests it has, then closes with 1012. */
  drain(): void {
    this.#draining = true;
    this.#relieve();
  }

  /** Ends now, with `draining` and 1012. */
  shutDown(): void {
    this.#fail(new VisavisError('draining', 'the server is shutting down', { detail: { hint: 'connect again now' } }));
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #startTimers(): void {
    const { clock, settings: { limits, closeOnTokenExpiry } } = this.#parts.context;
    const late = new VisavisError('protocolError', `expected ClientConfigureSession message within ${limits.handshakeMs} ms`);
    const tooLong = new VisavisError('sessionDurationExceeded', 'session time limit reached', { detail: { hint: 'open a new session' } });
    this.#cleanups.push(
      clock.after(limits.handshakeMs, () => this.#form ?? this.#fail(late)),
      clock.after(limits.sessionMs, () => this.#fail(tooLong)),
    );
    if (!closeOnTokenExpiry) return;
    const expired = new VisavisError('sessionTokenExpired', 'token is expired', { detail: { hint: 'open a new session with a new token' } });
    this.#cleanups.push(clock.after(this.#admission.expireAt * 1000 - clock.unixMs(), () => this.#fail(expired)));
  }

  #handleMessage(data: RawData, isBinary: boolean): void {
    if (this.#closing) return;
    this.#report.received((data as Buffer).length);
    this.#idle.touch();
    this.#heartbeat.heard();
    try {
      if (this.#form) this.#dispatch(data as Buffer, isBinary);
      else this.#handshake(data as Buffer, isBinary);
    } catch (error) {
      this.#reject(VisavisError.from(error, 'serverError'));
    }
  }

  #handshake(data: Buffer, isBinary: boolean): void {
    const form = agree(readConfigure(data, isBinary));
    const release = this.#parts.claimPlace(this.#admission.appId);
    if (!release) {
      const hint = 'close other sessions of this app, or raise maxSessionsPerApp';
      throw new VisavisError('concurrentLimitExceeded', 'too many sessions of this app at once', { detail: { hint } });
    }
    this.#cleanups.push(release);
    this.#form = form;
    this.#seat = this.#parts.engines.join();
    if (form.capabilities.has('audio')) this.#encoder = new SpeechEncoder(form.sampleRate, this.#parts.opus);
    this.#send(encodeEnvelope('serverConfirmSession', { connectionId: this.#connectionId, granted: form.granted }));
    this.#report.opened(form);
  }

  /** After the handshake: text and unknown messages are ignored, the rest does something or throws. */
  #dispatch(data: Buffer, isBinary: boolean): void {
    if (!isBinary) return;
    const envelope = decodeMessage(data);
    switch (envelope.case) {
      case 'clientAudioInput':
        this.#queue.accept(envelope.value, this.#parts.context.clock.nowMs());
        return this.#relieve();
      case 'clientInterrupt':
        return this.#queue.interrupt(envelope.value.reqId);
      case 'unknown':
        return;
      default:
        throw new VisavisError('protocolError', `unexpected message type: ${envelope.case}`, { fatal: false });
    }
  }

  /** Answers a message that made no sense; the session goes on unless it has not begun, or there were too many. */
  #reject(error: VisavisError): void {
    this.#badMessages++;
    const { maxBadMessages } = this.#parts.context.settings.limits;
    if (!this.#form || error.fatal) return this.#fail(error);
    if (this.#badMessages > maxBadMessages) {
      return this.#fail(new VisavisError('protocolError', `unexpected message type or contents, more than ${maxBadMessages} times`));
    }
    this.#report.messageRefused(error);
    this.#send(encodeServerError(error, this.#connectionId));
  }

  async #serve(request: Intake): Promise<void> {
    this.#report.requestBegan(request);
    let outcome: Outcome = 'failed';
    try {
      await this.#reply(request);
      outcome = request.cancelled ? (this.#closing ? 'dropped' : 'interrupted') : 'completed';
    } finally {
      this.#report.requestEnded(request, outcome);
    }
  }

  async #reply(request: Intake): Promise<void> {
    const { sampleRate, audioFormat, fps } = this.#form!;
    const { context: { clock, metrics }, opus } = this.#parts;
    const send = (body: ReplyBody): void => this.#answer(request, body);
    const reply = new Reply({ seat: this.#seat!, sampleRate, fps, start: request.start, encoder: this.#encoder, clock, metrics, send });
    const pieceSamples = (sampleRate * PIECE_MS) / 1000;
    await serveRequest(request, reply, {
      clock, metrics, pieceSamples, pieceBytes: audioFormat === AudioFormat.PCM_S16LE ? pieceSamples * 2 : OGG_PIECE_BYTES,
      decoder: createAudioDecoder(audioFormat, sampleRate, opus), breathe: () => this.#breathe(),
    });
  }

  async #breathe(): Promise<void> {
    this.#relieve();
    await setImmediate();
    await this.#outbox.drained();
  }

  #answer(request: Intake, body: ReplyBody): void {
    if (request.cancelled) return;
    this.#send(encodeEnvelope('serverResponseAnimation', { connectionId: this.#connectionId, reqId: request.reqId, ...body }));
  }

  /** Only a peer that asked hears of it: others could not tell this `end` from the next request's. */
  #answerInterrupted({ reqId }: Intake): void {
    if (!this.#form?.capabilities.has('interrupted-end')) return;
    this.#send(encodeEnvelope('serverResponseAnimation', { connectionId: this.#connectionId, reqId, end: true }));
  }

  #answerFailed(request: Intake, cause: unknown): void {
    const error = requestError(cause);
    this.#report.requestFailed(request, error, cause);
    this.#send(encodeServerError(error, this.#connectionId, request.reqId));
  }

  #send(bytes: Uint8Array): void {
    this.#report.sent(bytes.length);
    this.#outbox.send(bytes);
  }

  /** Reads on or stops reading, by what waits; closes when draining and done. */
  #relieve(): void {
    const { maxQueuedBytes, maxQueuedRequests } = this.#parts.context.settings.limits;
    const { length, bytes } = this.#queue;
    if (length >= maxQueuedRequests || bytes >= maxQueuedBytes) this.#socket.pause();
    else if (this.#socket.isPaused && bytes <= maxQueuedBytes / 2) this.#socket.resume();
    if (this.#draining && length === 0) this.shutDown();
  }

  #fail(error: VisavisError): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#queue.close();
    this.#report.ended(error);
    this.#send(encodeServerError(error, this.#connectionId));
    this.#socket.resume(); // the close reply must be read
    this.#socket.close(closeCodeOf(error.code), Buffer.from(error.message).subarray(0, MAX_REASON_BYTES));
  }

  #cleanUp(closeCode: number): void {
    this.#closing = true;
    this.#queue.close();
    this.#idle.stop();
    this.#heartbeat.stop();
    this.#encoder?.dispose();
    this.#seat?.leave();
    for (const cleanUp of this.#cleanups) cleanUp();
    this.#report.closed(closeCode);
  }
}

function decodeMessage(data: Buffer): ReturnType<typeof decodeEnvelope> {
  try {
    return decodeEnvelope(data);
  } catch (cause) {
    const { message } = VisavisError.from(cause, 'protocolError');
    throw new VisavisError('protocolError', `unexpected message type or contents: ${message}`, { fatal: false, cause });
  }
}

function idleError(idleMs: number): VisavisError {
  return new VisavisError('idleTimeout', `no audio input for ${idleMs / 1000} seconds`, { detail: { hint: 'open a new session when there is audio' } });
}

/** What the client is told of a failed request: what it did wrong, or only that the server failed. */
function requestError(cause: unknown): VisavisError {
  if (VisavisError.isInstance(cause)) return cause;
  if (cause instanceof MotionInputError) return new VisavisError('invalidRequest', cause.message, { cause });
  return new VisavisError('serverError', 'this request failed on the server', { fatal: false, cause, detail: { hint: 'send it again' } });
}
