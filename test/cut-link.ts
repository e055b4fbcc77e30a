import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP way to a port of this machine that can be cut and mended. */
export interface CutLink {
  readonly port: number;
  /** Ends what is connected, and lets nothing through until it is mended. */
  cut(): void;
  mend(): void;
  close(): void;
}

export async function startCutLink(serverPort: number): Promise<CutLink> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const link = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const upstream = connect(serverPort, '127.0.0.1');
    for (const [one, other] of [[socket, upstream], [upstream, socket]] as const) {
      sockets.add(one);
      one.setNoDelay(true).on('error', () => undefined).on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(link, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (link.address() as AddressInfo).port, cut,
    mend: () => { isCut = false; },
    close: () => {
      cut();
      link.close();
    },
  };
}
