import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, isIP, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A way to a LiveKit server by one address and no other, whatever its name is made to stand for meanwhile. */
export interface Pinned {
  readonly url: string;
  /** As in `RoomOptions`. */
  readonly proxy: string;
  close(): void;
}

/**
 * The native library looks names up itself. Without TLS, or by number, the URL simply carries the address; with TLS the name
 * must stay for the certificate's sake, so the publisher goes through a proxy of ours that knows the one address.
 */
export async function pinTo(url: string, address: string): Promise<Pinned> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (target.protocol === 'ws:' || isIP(host) !== 0) {
    target.hostname = isIP(address) === 6 ? `[${address}]` : address;
    return { url: target.href, proxy: '', close: () => undefined };
  }
  const tunnels = new Set<Duplex>();
  const proxy = await startProxy(tunnels, `${host}:${target.port || '443'}`, address, Number(target.port || 443));
  const close = (): void => {
    proxy.close();
    // The server knows no tunnel as a connection any more.
    for (const tunnel of tunnels) tunnel.destroy();
  };
  return { url, proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close };
}

/** On loopback: tunnels to the one target, and says 403 to everything else. */
function startProxy(tunnels: Set<Duplex>, authority: string, address: string, port: number): Promise<Server> {
  const proxy = createServer((_, response) => response.writeHead(403).end());
  proxy.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (request.url?.toLowerCase() !== authority) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    tunnels.add(socket);
    const upstream = connect({ host: address, port });
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => {
      tunnels.delete(socket);
      upstream.destroy();
    });
    upstream.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
  });
  return new Promise((resolve, reject) => {
    proxy.once('error', reject).listen(0, '127.0.0.1', () => {
      proxy.unref();
      resolve(proxy);
    });
  });
}
