import { VisavisError } from '@visavis/protocol/errors';
import { AudioFormat, closeCodeOf, decodeEnvelope, encodeEnvelope } from '@visavis/protocol/ingress';
import type { RawData, WebSocket } from 'ws';
import { createAudioDecoder } from './audio-decoder.js';
import { closeReason } from './close-reason.js';
import type { ServerContext } from './config.js';
import { Ear, type Connection } from './ear.js';
import type { Egress } from './egress/egress.js';
import { openEgress } from './egress/open.js';
import { toPcm } from './egress/pcm.js';
import type { EgressTarget } from './egress/target.js';
import type { EngineHost, EngineSeat } from './engine/host.js';
import { agree, readConfigure, type SessionForm } from './handshake.js';
import type { Intake } from './intake.js';
import type { Opus } from './opus.js';
import type { Outcome } from './metrics.js';
import { nextTurn } from './next-turn.js';
import { Outbox } from './outbox.js';
import { Reply, type ReplyBody } from './reply.js';
import { RequestQueue } from './request-queue.js';
import { encodeServerError } from './server-error.js';
import { asRequestError, sessionError } from './session-errors.js';
import type { QueueShare, SharedQueue } from './shared-queue.js';
import { SessionReport } from './session-report.js';
import { serveRequest } from './serve-request.js';
import { SpeechEncoder } from './speech-encoder.js';
import { Heartbeat, IdleTimer } from './timers.js';
import type { Admission } from './upgrade.js';

/** Audio worked on before others get their turn. */
const PIECE_MS = 100;
/** Bytes of Ogg Opus worked on in one go: 100 ms at the 48 kbit/s that clients send. */
const OGG_PIECE_BYTES = 600;

export interface SessionParts {
  readonly context: ServerContext;
  readonly opus: Opus;
  readonly engines: EngineHost;
  readonly queued: SharedQueue;
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
  readonly #ear: Ear;
  readonly #outbox: Outbox;
  readonly #queue: RequestQueue;
  /** Of what waits in all sessions. */
  readonly #share: QueueShare;
  #idle: IdleTimer;
  readonly #heartbeat: Heartbeat;
  readonly #cleanups: (() => void)[] = [];
  /** One of the app's, from the upgrade on. Said in the handshake: SDKs that are still about to send miss an error before. */
  readonly #hasPlace: boolean;
  #form: SessionForm | undefined;
  #seat: EngineSeat | undefined;
  #encoder: SpeechEncoder | undefined;
  /** The room that it speaks into, and not to its peer. */
  #egress: Egress | undefined;
  /** What came while it joined the room; the socket is not read meanwhile, so this is what had been read already. */
  #early: (readonly [Buffer, boolean])[] | undefined;
  /** A request has all been answered and is being played. */
  #isPlaying = false;
  #closing = false;
  #draining = false;
  #badMessages = 0;

  constructor(connection: Connection, admission: Admission, parts: SessionParts) {
    const { socket } = connection;
    this.#socket = socket;
    this.#admission = admission;
    this.#parts = parts;
    const { clock, logger, metrics, settings: { limits }, randomBytes } = parts.context;
    this.#connectionId = Buffer.from(randomBytes(9)).toString('base64url');
    this.#report = new SessionReport(logger, metrics, { connectionId: this.#connectionId, appId: admission.appId, ...admission.trace });
    this.#ear = new Ear(connection);
    this.#outbox = new Outbox(socket, limits, clock, () => this.#relieve());
    this.#queue = new RequestQueue({
      serve: (request) => this.#serve(request),
      interrupted: (request) => this.#answerInterrupted(request),
      failed: (request, error) => this.#answerFailed(request, error),
      progressed: () => this.#relieve(),
    });
    this.#share = parts.queued.join();
    this.#cleanups.push(() => this.#share.leave());
    this.#idle = new IdleTimer(clock, limits.idleMs, () => this.#fail(sessionError.idle(limits.idleMs)));
    this.#heartbeat = new Heartbeat(clock, limits.pingMs, {
      ping: () => socket.ping(), heard: () => this.#ear.heard(), dead: () => socket.terminate(),
    });
    this.#startTimers();
    this.closed = new Promise((resolve) => socket.once('close', (code) => {
      this.#cleanUp(code);
      resolve(this.#egress?.close());
    }));
    socket.on('message', (data, isBinary) => this.#handleMessage(data, isBinary));
    socket.on('broken', (closeCode: number) => this.#fail(sessionError.broken(closeCode, limits.maxMessageBytes)));
    // A broken frame or connection: `ws` closes the socket itself, and `close` follows.
    socket.on('error', (error) => this.#report.connectionError(error));
    const release = parts.claimPlace(admission.appId);
    this.#hasPlace = release !== undefined;
    if (release) this.#cleanups.push(release);
  }

  /** Finishes the requests it has, then closes with 1012. */
  drain(): void {
    this.#draining = true;
    this.#relieve();
  }

  /** Ends now, with `draining` and 1012. */
  shutDown(): void {
    this.#fail(sessionError.draining());
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #startTimers(): void {
    const { clock, settings: { limits, closeOnTokenExpiry } } = this.#parts.context;
    this.#cleanups.push(
      clock.after(limits.handshakeMs, () => this.#form ?? this.#fail(sessionError.noHandshake(limits.handshakeMs))),
      clock.after(limits.sessionMs, () => this.#fail(sessionError.tooLong())),
    );
    if (!closeOnTokenExpiry) return;
    this.#cleanups.push(clock.after(this.#admission.expireAt * 1000 - clock.unixMs(), () => this.#fail(sessionError.tokenExpired())));
  }

  #handleMessage(data: RawData, isBinary: boolean): void {
    if (this.#closing) return;
    if (this.#early) return void this.#early.push([data as Buffer, isBinary]);
    this.#report.received((data as Buffer).length);
    this.#idle.touch();
    const wasFull = this.#isFull;
    try {
      if (this.#form) this.#dispatch(data as Buffer, isBinary);
      else this.#handshake(data as Buffer, isBinary);
    } catch (error) {
      this.#reject(VisavisError.from(error, 'serverError'));
    }
    this.#share.set(this.#queue.bytes);
    // One message beyond the limits is read: an interrupt may be right behind what filled them.
    if (wasFull && this.#isFull && !this.#closing) this.#ear.shut();
  }

  #handshake(data: Buffer, isBinary: boolean): void {
    const { openEgress: mayPublish } = this.#parts.context;
    const form = agree(readConfigure(data, isBinary), mayPublish !== undefined);
    if (!this.#hasPlace) throw sessionError.noPlace();
    if (form.egress) void this.#join(form, form.egress);
    else this.#confirm(form);
  }

  #confirm(form: SessionForm): void {
    this.#form = form;
    this.#seat = this.#parts.engines.join();
    if (form.capabilities.has('audio')) this.#encoder = new SpeechEncoder(form.sampleRate, this.#parts.opus);
    this.#send(encodeEnvelope('serverConfirmSession', { connectionId: this.#connectionId, granted: form.granted }));
    this.#report.opened(form);
  }

  /** Nothing is confirmed before the avatar is in its room. */
  async #join(form: SessionForm, target: EgressTarget): Promise<void> {
    const { clock, openEgress: open, resolveHost: resolve, settings: { egress: rules, limits } } = this.#parts.context;
    const early: (readonly [Buffer, boolean])[] = (this.#early = []);
    this.#ear.shut();
    try {
      const session = { avatarId: this.#admission.avatarId, sampleRate: form.sampleRate };
      const egress = await openEgress(target, session, { open: open!, rules, resolve, clock }, {
        onProblem: (error) => this.#report.egressProblem(error),
        onEnd: (error) => this.#fail(error),
      });
      if (this.#closing) return void egress.close();
      this.#egress = egress;
    } catch (error) {
      return this.#fail(VisavisError.from(error, 'serverError'));
    }
    this.#early = undefined;
    this.#idle.stop();
    this.#awaitSilence(Math.min(limits.idleMs, target.idleMs ?? Infinity));
    this.#confirm(form);
    for (const [data, isBinary] of early) this.#handleMessage(data, isBinary);
    this.#relieve();
  }

  /** What is still being heard is no silence. */
  #awaitSilence(ms: number): void {
    this.#idle = new IdleTimer(this.#parts.context.clock, ms, () => {
      if (this.#isPlaying) this.#awaitSilence(ms);
      else this.#fail(sessionError.silent(ms));
    });
  }

  /** After the handshake: text and unknown messages are ignored, the rest does something or throws. */
  #dispatch(data: Buffer, isBinary: boolean): void {
    if (!isBinary) return;
    const envelope = decodeMessage(data);
    switch (envelope.case) {
      case 'clientAudioInput':
        return this.#queue.accept(envelope.value, this.#parts.context.clock.nowMs());
      case 'clientInterrupt':
        this.#queue.interrupt(envelope.value.reqId);
        // Whoever waits for it to be over hears of it even where no audio of it has come.
        return this.#egress?.interrupt(envelope.value.reqId);
      case 'unknown':
        return;
      default:
        throw sessionError.unexpected(`unexpected message type: ${envelope.case}`);
    }
  }

  /** Answers a message that made no sense; the session goes on unless it has not begun, or there were too many. */
  #reject(error: VisavisError): void {
    this.#badMessages++;
    const { maxBadMessages } = this.#parts.context.settings.limits;
    if (!this.#form || error.fatal) return this.#fail(error);
    if (this.#badMessages > maxBadMessages) return this.#fail(sessionError.tooManyBad(maxBadMessages));
    this.#report.messageRefused(error);
    this.#send(encodeServerError(error, this.#connectionId));
  }

  async #serve(request: Intake): Promise<void> {
    this.#report.requestBegan(request);
    let outcome: Outcome = 'failed';
    try {
      await this.#reply(request);
      await this.#playOut(request);
      outcome = request.cancelled ? (this.#closing ? 'dropped' : 'interrupted') : 'completed';
    } finally {
      this.#report.requestEnded(request, outcome);
    }
  }

  async #playOut({ reqId }: Intake): Promise<void> {
    if (!this.#egress) return;
    this.#isPlaying = true;
    await this.#egress.played(reqId).finally(() => { this.#isPlaying = false; });
    this.#idle.touch();
  }

  async #reply(request: Intake): Promise<void> {
    const { sampleRate, audioFormat, fps } = this.#form!;
    const { context: { clock, metrics }, opus } = this.#parts;
    const send = (body: ReplyBody): void => this.#answer(request, body);
    const egress = this.#egress;
    const hear = egress && ((samples: Float32Array): void => { if (!request.cancelled) egress.sendAudio(request.reqId, toPcm(samples)); });
    const reply = new Reply({ seat: this.#seat!, sampleRate, fps, start: request.start, encoder: this.#encoder, hear, clock, metrics, send });
    const pieceSamples = (sampleRate * PIECE_MS) / 1000;
    await serveRequest(request, reply, {
      clock, metrics, pieceSamples, pieceBytes: audioFormat === AudioFormat.PCM_S16LE ? pieceSamples * 2 : OGG_PIECE_BYTES,
      decoder: createAudioDecoder(audioFormat, sampleRate, opus), breathe: () => this.#breathe(),
    });
  }

  async #breathe(): Promise<void> {
    this.#relieve();
    await nextTurn();
    if (this.#outbox.isBehind) await this.#outbox.drained();
    await this.#egress?.ready();
  }

  #answer(request: Intake, body: ReplyBody): void {
    if (request.cancelled) return;
    const { reqId } = request;
    const bytes = encodeEnvelope('serverResponseAnimation', { connectionId: this.#connectionId, reqId, ...body });
    if (this.#egress) this.#egress.sendMotion(reqId, bytes, body.end === true);
    else this.#send(bytes);
  }

  /** Only a peer that asked hears of it: others could not tell this `end` from the next request's. */
  #answerInterrupted({ reqId }: Intake): void {
    this.#egress?.interrupt(reqId);
    if (!this.#form?.capabilities.has('interrupted-end')) return;
    this.#send(encodeEnvelope('serverResponseAnimation', { connectionId: this.#connectionId, reqId, end: true }));
  }

  #answerFailed(request: Intake, cause: unknown): void {
    const error = asRequestError(cause);
    this.#report.requestFailed(request, error, cause);
    this.#egress?.interrupt(request.reqId);
    this.#send(encodeServerError(error, this.#connectionId, request.reqId));
  }

  #send(bytes: Uint8Array): void {
    this.#report.sent(bytes.length);
    this.#outbox.send(bytes);
  }

  /** As much waits as may, on the way in or out. */
  get #isFull(): boolean {
    const { maxQueuedBytes, maxQueuedRequests } = this.#parts.context.settings.limits;
    return this.#queue.length >= maxQueuedRequests || this.#queue.bytes >= maxQueuedBytes || this.#share.isFull || this.#outbox.isBehind;
  }

  /** Reads on as soon as there is room; closes when draining and done. */
  #relieve(): void {
    this.#share.set(this.#queue.bytes);
    if (!this.#isFull) this.#ear.open();
    if (this.#draining && this.#queue.length === 0) this.shutDown();
  }

  #fail(error: VisavisError): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#queue.close();
    this.#report.ended(error);
    this.#send(encodeServerError(error, this.#connectionId));
    this.#ear.open(); // the close reply must be read
    this.#socket.close(closeCodeOf(error.code), closeReason(error.message));
  }

  #cleanUp(closeCode: number): void {
    this.#closing = true;
    this.#queue.close();
    this.#idle.stop();
    this.#heartbeat.stop();
    this.#outbox.close();
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
    throw sessionError.unexpected(`unexpected message type or contents: ${message}`, cause);
  }
}
