import type { Audio, Motion } from '@visavis/protocol/downlink';
import type { Caption } from '../timeline/index.js';
import type { DownlinkAudio, TransportSink } from './transport.js';

/** Requests remembered, finished ones included; the oldest is forgotten first. */
const MAX_REQUESTS = 32;
/** Motion held for a request whose audio has not come: 64 messages, beyond which the oldest goes. */
const MAX_HELD_MOTION = 64;

interface Request {
  readonly id: string;
  conversationId: string | undefined;
  /** Cut or finished here: whatever still comes for it is dropped. */
  closed: boolean;
  readonly heldMotion: Motion[];
  heldCaption: Omit<Caption, 'conversationId'> | undefined;
}

/**
 * Which request is which conversation. Audio opens a conversation; motion and captions that come first wait for it.
 * Bounded: see the constants above.
 */
export class Requests {
  readonly #sink: TransportSink;
  readonly #requests = new Map<string, Request>();

  constructor(sink: TransportSink) {
    this.#sink = sink;
  }

  audio({ reqId, payload, end }: Audio, pcmRate: number): void {
    const request = this.#request(reqId);
    if (request.closed) return;
    const conversationId = request.conversationId ?? this.#open(request);
    if (conversationId === undefined) return;
    this.#sink.handleAudio(conversationId, toAudio(payload, pcmRate), end);
    this.#release(request, conversationId);
  }

  motion(message: Motion): void {
    const request = this.#request(message.reqId);
    if (request.closed) return;
    if (request.conversationId !== undefined) return this.#sink.handleMotion(request.conversationId, message.envelope, message.end);
    request.heldMotion.push(message);
    if (request.heldMotion.length > MAX_HELD_MOTION) request.heldMotion.shift();
  }

  caption(reqId: string, caption: Omit<Caption, 'conversationId'>): void {
    if (reqId === '' || caption.role === 'user') return this.#sink.handleCaption({ ...caption, conversationId: undefined });
    const request = this.#request(reqId);
    if (request.closed) return;
    if (request.conversationId === undefined) request.heldCaption = caption;
    else this.#sink.handleCaption({ ...caption, conversationId: request.conversationId });
  }

  /** The backend's name for a conversation. */
  reqIdOf(conversationId: string): string | undefined {
    for (const request of this.#requests.values()) if (request.conversationId === conversationId) return request.id;
    return undefined;
  }

  /** What still comes for this conversation is dropped. */
  close(conversationId: string): void {
    for (const request of this.#requests.values()) if (request.conversationId === conversationId) shut(request);
  }

  /** What still comes for any request known so far is dropped. */
  closeAll(): void {
    for (const request of this.#requests.values()) shut(request);
  }

  #request(id: string): Request {
    const known = this.#requests.get(id);
    if (known) return known;
    const request: Request = { id, conversationId: undefined, closed: false, heldMotion: [], heldCaption: undefined };
    this.#requests.set(id, request);
    if (this.#requests.size > MAX_REQUESTS) this.#requests.delete(this.#requests.keys().next().value!);
    return request;
  }

  #open(request: Request): string | undefined {
    const id = this.#sink.openConversation();
    if (id === null) shut(request);
    else request.conversationId = id;
    return id ?? undefined;
  }

  #release(request: Request, conversationId: string): void {
    const { heldCaption } = request;
    request.heldCaption = undefined;
    if (heldCaption) this.#sink.handleCaption({ ...heldCaption, conversationId });
    for (const { envelope, end } of request.heldMotion.splice(0)) this.#sink.handleMotion(conversationId, envelope, end);
  }
}

function shut(request: Request): void {
  request.closed = true;
  request.heldMotion.length = 0;
  request.heldCaption = undefined;
}

/** `end` may come alone, without audio. */
function toAudio(payload: Audio['payload'], sampleRate: number): DownlinkAudio {
  if (payload.case === 'envelope') return { kind: 'envelope', bytes: payload.value };
  return { kind: 'pcm', bytes: payload.value ?? new Uint8Array(0), sampleRate };
}
