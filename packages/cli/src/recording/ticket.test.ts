import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRelay } from '@visavis/server-sdk';
import { expect, it } from 'vitest';
import { recordSession } from './record-session.js';
import { onlyTicket } from './ticket.js';

it('a ticket that was given is used once: a cut ends the recording, and it is said why', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-'));
  const server = createServer();
  const relay = createRelay({ manifestUrl: () => '/avatar.json' });
  relay.attach(server);
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  relay.onClient((client) => client.onText(() => sockets.at(-1)!.destroy()));
  const problems: string[] = [];
  try {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/relay`;
    const { ticket } = relay.tickets.issue({ avatarId: 'ava' });
    const recording = recordSession({
      out: join(folder, 'session.vvrec'), getTicket: onlyTicket({ url, ticket }), avatarId: 'ava', say: 'cut me', oneUtterance: true,
      onProblem: ({ code, message }) => void problems.push(`${code}: ${message}`),
    }, new AbortController().signal);
    await expect(recording).rejects.toThrow('lost for good');
    expect(problems.slice(0, 2)).toEqual([
      expect.stringContaining('websocketClosedAbnormally'),
      'ticketInvalid: a --ticket is good for one connection; give --ticket-url to go on after a cut',
    ]);
    expect(sockets).toHaveLength(1);
  } finally {
    await relay.dispose();
    server.close();
    rmSync(folder, { recursive: true });
  }
});
