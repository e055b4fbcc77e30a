import { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';

const DEFAULT_TTL_MS = 60_000;
const MAX_TTL_MS = 600_000;
/** Unused tickets kept at a time; beyond it the oldest is forgotten, and its holder asks the backend again. */
const MAX_TICKETS = 10_000;
const TICKET_BYTES = 32;
/** UTF-16 units. */
const MAX_SUBJECT = 256;

export interface TicketRequest {
  readonly avatarId: string;
  /** How long the ticket may be used, milliseconds, at most ten minutes. Default one minute. */
  readonly ttlMs?: number;
  /** Whom the ticket is for, in your backend's words, at most 256 characters: the client that comes with it has it as `subject`. */
  readonly subject?: string;
}

export interface Ticket {
  /** 256 random bits, base64url. Give it to the client over HTTPS and nowhere else. */
  readonly ticket: string;
  /** Unix time, milliseconds. */
  readonly expiresAtMs: number;
}

export interface Grant {
  readonly avatarId: string;
  readonly subject: string;
}

/** Tickets that open the relay: random, good once, for one avatar stream, for a short time. */
export class TicketStore {
  readonly #clock: Clock;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #grants = new Map<string, Grant & { readonly expiresAtMs: number }>();

  constructor(clock: Clock, randomBytes: (count: number) => Uint8Array) {
    this.#clock = clock;
    this.#randomBytes = randomBytes;
  }

  /** Throws `invalidConfiguration` on an empty avatar id, a `ttlMs` outside 1..600,000, or a longer subject. */
  issue({ avatarId, ttlMs = DEFAULT_TTL_MS, subject = '' }: TicketRequest): Ticket {
    if (avatarId === '') throw new VisavisError('invalidConfiguration', 'a ticket is for an avatar: pass its avatarId');
    if (!(ttlMs >= 1 && ttlMs <= MAX_TTL_MS)) throw new VisavisError('invalidConfiguration', `ttlMs ${ttlMs} is not within 1..${MAX_TTL_MS}`);
    if (subject.length > MAX_SUBJECT) throw new VisavisError('invalidConfiguration', `a ticket's subject has at most ${MAX_SUBJECT} characters`);
    if (this.#grants.size >= MAX_TICKETS) this.#makeRoom();
    const ticket = Buffer.from(this.#randomBytes(TICKET_BYTES)).toString('base64url');
    const expiresAtMs = this.#clock.nowMs() + ttlMs;
    this.#grants.set(ticket, { avatarId, subject, expiresAtMs });
    return { ticket, expiresAtMs };
  }

  /** Uses a ticket up: what it is for, or `undefined` where it is unknown, used or expired. */
  redeem(ticket: string): Grant | undefined {
    const grant = this.#grants.get(ticket);
    this.#grants.delete(ticket);
    return grant && grant.expiresAtMs > this.#clock.nowMs() ? grant : undefined;
  }

  clear(): void {
    this.#grants.clear();
  }

  #makeRoom(): void {
    const nowMs = this.#clock.nowMs();
    for (const [ticket, grant] of this.#grants) if (grant.expiresAtMs <= nowMs) this.#grants.delete(ticket);
    const [oldest] = this.#grants.keys();
    if (this.#grants.size >= MAX_TICKETS && oldest !== undefined) this.#grants.delete(oldest);
  }
}
