/**
 * A network between a page and a server on loopback, made in user space: datagrams come late by chance, out of order, or not at
 * all, both ways. For machines whose kernel has no netem; the page is told another port than the server's.
 */
import { createSocket } from 'node:dgram';

export async function startShakenLink({ serverPort, delayMs, jitterMs, loss, random }) {
  const downstream = createSocket('udp4');
  await new Promise((resolve) => downstream.bind(0, '127.0.0.1', resolve));
  const upstreams = new Map();
  const counts = { passed: 0, lost: 0 };
  const pass = (send) => {
    if (random() < loss) counts.lost += 1;
    else {
      counts.passed += 1;
      setTimeout(send, delayMs + random() * jitterMs);
    }
  };
  downstream.on('message', (bytes, { address, port }) => {
    const key = `${address}:${port}`;
    if (!upstreams.has(key)) {
      const socket = createSocket('udp4');
      socket.on('message', (answer) => pass(() => downstream.send(answer, port, address)));
      upstreams.set(key, socket);
    }
    pass(() => upstreams.get(key).send(bytes, serverPort, '127.0.0.1'));
  });
  return {
    port: downstream.address().port, counts,
    close() {
      downstream.removeAllListeners('message');
      for (const socket of upstreams.values()) socket.removeAllListeners('message');
      // What is on its way is let arrive nowhere.
      setTimeout(() => {
        for (const socket of [downstream, ...upstreams.values()]) socket.close();
      }, delayMs + jitterMs + 100);
    },
  };
}
