import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** What stands where a LiveKit server should. */
export type Oddity =
  /** A web server that knows nothing of rooms. */
  | { readonly kind: 'none' }
  /** Takes the connection, and says nothing. */
  | { readonly kind: 'silent' }
  /** Lets one join as older servers do: by the older path, and with their version, or without one. */
  | { readonly kind: 'old'; readonly version: string };

export interface OddServer {
  /** ws: URL. */
  readonly url: string;
  close(): void;
}

export async function startOddServer(oddity: Oddity): Promise<OddServer> {
  const http = createServer((_, response) => response.writeHead(404, { 'access-control-allow-origin': '*' }).end('not found'));
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    const isKnown = oddity.kind === 'silent' || (oddity.kind === 'old' && request.url!.startsWith('/rtc?'));
    if (!isKnown) return void socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (one) => {
      if (oddity.kind === 'old') one.send(joinResponse(oddity.version));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: () => {
      for (const one of sockets.clients) one.terminate();
      http.close();
    },
  };
}

/** LiveKit's `SignalResponse` { join: { room, participant, server_version } }, by hand: its fields are numbered 1, 1, 2 and 4. */
function joinResponse(version: string): Uint8Array {
  const field = (number: number, bytes: Uint8Array): Uint8Array => Uint8Array.of(number * 8 + 2, bytes.length, ...bytes);
  const text = (number: number, value: string): Uint8Array => field(number, Buffer.from(value));
  const room = Buffer.concat([text(1, 'RM_1'), text(2, 'old')]);
  const participant = Buffer.concat([text(1, 'PA_1'), text(2, 'viewer')]);
  return field(1, Buffer.concat([field(1, room), field(2, participant), ...(version === '' ? [] : [text(4, version)])]));
}
