import { VisavisError, type Ticket } from '@visavis/client/replay';

const TIMEOUT_MS = 10_000;

/**
 * Asks a backend for a ticket, as its page does: POST, answered with `{ ticket, url }`, or `{ ticket, path }` where the
 * relay is at the same host.
 */
export async function askTicket(from: string): Promise<Ticket> {
  const response = await ask(from);
  if (!response.ok) throw new Error(`${from} gave no ticket: status ${response.status}`);
  const answer = (await response.json().catch(() => ({}))) as { ticket?: unknown; url?: unknown; path?: unknown };
  const place = answer.url ?? answer.path;
  if (typeof answer.ticket !== 'string' || typeof place !== 'string') {
    throw new Error(`${from} answers with no { ticket, url }; give the address your page asks for tickets`);
  }
  const url = new URL(place, from);
  url.protocol = url.protocol.replace('http', 'ws');
  return { url: url.href, ticket: answer.ticket };
}

/** A ticket that was given: good for one connection, so a second one fails at once. */
export function onlyTicket(ticket: Ticket): () => Promise<Ticket> {
  let isUsed = false;
  return () => {
    if (isUsed) return Promise.reject(new VisavisError('ticketInvalid', 'a --ticket is good for one connection; give --ticket-url to go on after a cut', { retryable: false }));
    isUsed = true;
    return Promise.resolve(ticket);
  };
}

async function ask(from: string): Promise<Response> {
  try {
    return await fetch(from, { method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new Error(`no backend answers at ${from}: start it, or give another --ticket-url`, { cause });
  }
}
