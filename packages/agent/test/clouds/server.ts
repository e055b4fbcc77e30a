/** Local servers that play the protocols of cloud providers, well or badly. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export const KEY = 'the-right-key';

/** `well`; what is wrong otherwise: the key is refused, too many requests, the line is cut half way, nonsense is sent, nothing is. */
export type Manner = 'well' | 'refuses' | 'busy' | 'cuts' | 'babbles' | 'silent';
export const FAULTS = ['refuses', 'busy', 'cuts', 'babbles', 'silent'] as const;

export interface Cloud {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  manner: Manner;
  /** Requests and connections so far. */
  asked: number;
  close(): Promise<void>;
}

export interface Play {
  /** The key of a request, as its provider sends it. */
  keyOf(request: IncomingMessage): string | undefined;
  /** Its manner may change while it is connected. */
  onSocket?(socket: WebSocket, cloud: { readonly manner: Manner }): void;
  onRequest?(request: IncomingMessage, body: Buffer, response: ServerResponse, manner: Manner): void;
}

export async function startCloud({ keyOf, onSocket, onRequest }: Play): Promise<Cloud> {
  const cloud = { manner: 'well' as Manner, asked: 0 };
  const sockets = new WebSocketServer({ noServer: true });
  const statusOf = (request: IncomingMessage): number => {
    cloud.asked++;
    if (cloud.manner === 'busy') return 429;
    return cloud.manner === 'refuses' || keyOf(request) !== KEY ? 401 : 200;
  };
  const server: Server = createServer((request, response) => {
    const status = statusOf(request);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      if (status !== 200) response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: `no: ${status}`, type: 'test' } }));
      else onRequest?.(request, Buffer.concat(chunks), response, cloud.manner);
    });
  });
  server.on('upgrade', (request, raw, head) => {
    const status = statusOf(request);
    if (status !== 200) return void raw.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, raw, head, (socket) => {
      socket.on('error', () => undefined);
      onSocket?.(socket, cloud);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(cloud, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** A tone of `ms` at 24 kHz, so loud that every sample can be told from silence. */
export function tone(ms: number): Buffer {
  const samples = Int16Array.from({ length: ms * 24 }, (_, i) => Math.round(8_000 * Math.sin(i / 10) + 500));
  return Buffer.from(samples.buffer);
}

export const headerKey = (name: string, prefix = '') => (request: IncomingMessage): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value.slice(prefix.length) : undefined;
};
