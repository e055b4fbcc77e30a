import { request } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { pinTo, type Pinned } from './pin.js';

let server: Server | undefined;
let pinned: Pinned | undefined;
afterEach(() => {
  pinned?.close();
  server?.close();
});

/** Something that listens, and says what it is sent. */
async function listen(): Promise<number> {
  server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Asks the proxy for a tunnel; its status, and the socket. */
async function connectBy(proxy: string, authority: string): Promise<{ status: number; socket: Socket }> {
  const { hostname, port } = new URL(proxy);
  const asked = request({ hostname, port, method: 'CONNECT', path: authority });
  asked.end();
  const [response, socket] = await once(asked, 'connect') as [{ statusCode: number }, Socket];
  return { status: response.statusCode, socket };
}

describe('a LiveKit server at a settled address', () => {
  it.each([
    ['ws://localhost:7880', '127.0.0.1', 'ws://127.0.0.1:7880/'],
    ['ws://localhost:7880', '::1', 'ws://[::1]:7880/'],
    ['wss://203.0.114.7', '203.0.114.7', 'wss://203.0.114.7/'],
  ])('%s at %s is %s', async (url, address, as) => {
    pinned = await pinTo(url, address);
    expect([pinned.url, pinned.proxy]).toEqual([as, '']);
  });

  it('is reached by its name, at that address and whatever the name stands for, through a tunnel that leads nowhere else', async () => {
    const port = await listen();
    pinned = await pinTo(`wss://rooms.example:${port}`, '127.0.0.1');
    expect(pinned.url).toBe(`wss://rooms.example:${port}`);
    const { status, socket } = await connectBy(pinned.proxy, `rooms.example:${port}`);
    expect(status).toBe(200);
    socket.write('hello');
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
    socket.destroy();
    for (const other of [`127.0.0.1:${port}`, 'rooms.example:443', 'elsewhere.example:443']) expect((await connectBy(pinned.proxy, other)).status).toBe(403);
    expect((await fetch(pinned.proxy)).status).toBe(403);
  });

  it('ends its tunnels when it is closed', async () => {
    const port = await listen();
    pinned = await pinTo(`wss://rooms.example:${port}`, '127.0.0.1');
    const { proxy } = pinned;
    const { socket } = await connectBy(proxy, `rooms.example:${port}`);
    pinned.close();
    await once(socket, 'close');
    await expect(connectBy(proxy, `rooms.example:${port}`)).rejects.toThrow();
  });
});
