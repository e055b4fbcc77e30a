import { SYSTEM_TIMER, type Timer } from '../timeline/index.js';
import { BROWSER_SOCKET, type OpenSocket, type SocketLike } from '../transport/index.js';
import { encodeHeader, encodeRecord, MAX_RECORDING_MS, type SessionRecord } from './recording.js';
import { Redactor } from './redactor.js';

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 3_600_000;

export interface SessionRecorderOptions {
  /** Takes the file piece by piece, in order; every piece is whole lines, so a file that stops anywhere can be read. */
  readonly write: (bytes: Uint8Array) => void;
  /** Default: the browser's WebSocket. */
  readonly openSocket?: OpenSocket;
  readonly timer?: Timer;
  /** Noted in the file. Default: now. */
  readonly startedAt?: Date;
  /** Most bytes to write; what comes after is not recorded. Default 64 MiB, about three hours of speech. */
  readonly maxBytes?: number;
  /** Most milliseconds to record, at most four hours. Default one hour. */
  readonly maxMs?: number;
}

/**
 * Writes down what goes over a transport's sockets, with times, secrets left out. Give its `openSocket` to a
 * WebSocketTransport; the session goes on as without it. A recording holds what was said: treat it as such.
 */
export class SessionRecorder {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #open: OpenSocket;
  readonly #timer: Timer;
  readonly #startMs: number;
  readonly #maxBytes: number;
  readonly #maxMs: number;
  readonly #redactor = new Redactor();
  #bytes = 0;
  #stopped: string | undefined;

  constructor(options: SessionRecorderOptions) {
    this.#write = options.write;
    this.#open = options.openSocket ?? BROWSER_SOCKET;
    this.#timer = options.timer ?? SYSTEM_TIMER;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#maxMs = Math.min(options.maxMs ?? MAX_MS, MAX_RECORDING_MS);
    this.#startMs = this.#timer.now();
    this.#put(encodeHeader((options.startedAt ?? new Date()).toISOString()));
  }

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** Why it records no more: `asked`, `maxBytes`, `maxMs`, `failed` (`write` threw); undefined while it does. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  /** Opens a socket and records it. */
  readonly openSocket: OpenSocket = (url) => {
    this.#note((ms) => ({ ms, kind: 'connect' }));
    return new RecordedSocket(this.#open(url), this.#redactor, (make) => this.#note(make));
  };

  /** Records no more. The sockets go on. */
  stop(): void {
    this.#end('asked');
  }

  #note(make: (ms: number) => SessionRecord | undefined): void {
    if (this.#stopped !== undefined) return;
    const ms = this.#timer.now() - this.#startMs;
    if (ms > this.#maxMs) return this.#end('maxMs');
    const record = make(ms);
    if (!record) return;
    const line = encodeRecord(record);
    if (this.#bytes + line.length > this.#maxBytes) return this.#end('maxBytes');
    this.#put(line);
  }

  #end(reason: string): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    const ms = Math.min(this.#timer.now() - this.#startMs, this.#maxMs);
    this.#put(encodeRecord({ ms, kind: 'stop', reason }));
  }

  /** A recording that cannot be kept must not end the session. */
  #put(bytes: Uint8Array): void {
    try {
      this.#write(bytes);
      this.#bytes += bytes.length;
    } catch {
      this.#stopped = 'failed';
    }
  }
}

/** A socket that tells of everything its user hears and says. */
class RecordedSocket implements SocketLike {
  readonly #socket: SocketLike;
  readonly #redactor: Redactor;
  readonly #note: (make: (ms: number) => SessionRecord | undefined) => void;
  #left = false;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;

  constructor(socket: SocketLike, redactor: Redactor, note: (make: (ms: number) => SessionRecord | undefined) => void) {
    this.#socket = socket;
    this.#redactor = redactor;
    this.#note = note;
    socket.onopen = (event) => {
      this.#note((ms) => ({ ms, kind: 'open' }));
      this.onopen?.(event);
    };
    socket.onmessage = (event) => this.#receive(event);
    socket.onclose = (event) => {
      if (!this.#left) this.#note((ms) => ({ ms, kind: 'close', code: event.code, reason: event.reason }));
      this.onclose?.(event);
    };
  }

  get binaryType(): string {
    return this.#socket.binaryType;
  }

  set binaryType(type: string) {
    this.#socket.binaryType = type;
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    this.#note((ms) => {
      const bytes = this.#redactor.outgoing(data);
      return bytes && { ms, kind: 'out', bytes };
    });
    this.#socket.send(data);
  }

  close(code?: number, reason?: string): void {
    if (!this.#left) this.#note((ms) => ({ ms, kind: 'leave' }));
    this.#left = true;
    this.#socket.close(code, reason);
  }

  /** Text is no part of the downlink: the client ignores it, and so does the recording. */
  #receive(event: { readonly data: unknown }): void {
    const { data } = event;
    if (!this.#left && data instanceof ArrayBuffer) this.#note((ms) => ({ ms, kind: 'in', bytes: this.#redactor.incoming(new Uint8Array(data)) }));
    this.onmessage?.(event);
  }
}
