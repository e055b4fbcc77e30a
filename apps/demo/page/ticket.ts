import type { Ticket } from '@visavis/client';

/** A ticket opens the relay once, so every connection fetches its own, for the avatar it shows. `visitor` names the page to the backend. */
export async function getTicket(avatarId: string, visitor?: string): Promise<Ticket> {
  const response = await fetch('/api/ticket', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ avatarId, visitor }),
  });
  if (!response.ok) throw new Error(`no ticket: status ${response.status}`);
  const { path, ticket } = (await response.json()) as { path: string; ticket: string };
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return { url: url.href, ticket };
}
