import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { Inbox } from './inbox.js';

/** What happens to a connection: after so many bytes it is cut, or nothing passes any more. */
export interface Fault {
  /** Bytes that still pass to the client, the HTTP answer included. Default: all. */
  readonly downBytes?: number;
  /** Bytes that still pass to the server, the HTTP request included. Default: all. */
  readonly upBytes?: number;
  /** Default `cut`. */
  readonly then?: 'cut' | 'hold';
}

/** A network that loses connections: a TCP proxy on loopback. What passes before a fault arrives. */
export class CutProxy {
  /** The faults that have happened. */
  readonly faults = new Inbox<Fault>();
  readonly #server: Server;
  readonly #connections = new Set<Pass>();

  private constructor(targetPort: number, path: string, plan: (n: number) => Fault) {
    let n = 0;
    this.#server = createServer((client) => {
      const pass: Pass = new Pass(client, connect(targetPort, '127.0.0.1'), {
        faultOf: (request) => (request.startsWith(`GET ${path}`) ? plan(n++) : {}),
        onFault: (fault) => this.faults.push(fault),
        onEnd: () => this.#connections.delete(pass),
      });
      this.#connections.add(pass);
    });
  }

  /** In front of `targetPort`; the nth connection (from 0) that asks for `path` fails as planned, all others pass. */
  static async start(targetPort: number, path: string, plan: (n: number) => Fault = () => ({})): Promise<CutProxy> {
    const proxy = new CutProxy(targetPort, path, plan);
    await new Promise<void>((listening) => proxy.#server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts every connection there is. */
  cut(): void {
    for (const connection of [...this.#connections]) connection.cut();
  }

  async stop(): Promise<void> {
    const stopped = new Promise((done) => this.#server.close(done));
    this.cut();
    await stopped;
  }
}

interface PassEvents {
  /** `request`: the first bytes the client sent. */
  faultOf(request: string): Fault;
  onFault(fault: Fault): void;
  onEnd(): void;
}

/** One connection through the proxy. */
class Pass {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #events: PassEvents;
  readonly #passed = { down: 0, up: 0 };
  #fault: Fault | undefined;
  #held = false;

  constructor(client: Socket, target: Socket, events: PassEvents) {
    this.#client = client;
    this.#target = target;
    this.#events = events;
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined).once('close', () => this.cut());
    }
    client.on('data', (bytes) => {
      this.#fault ??= events.faultOf(bytes.toString('latin1'));
      this.#pass('up', bytes, target);
    });
    target.on('data', (bytes) => this.#pass('down', bytes, client));
  }

  cut(): void {
    this.#events.onEnd();
    // What was passed on still arrives.
    this.#client.destroySoon();
    this.#target.destroySoon();
  }

  #pass(way: 'down' | 'up', bytes: Buffer, to: Socket): void {
    if (this.#held) return;
    const limit = (way === 'down' ? this.#fault?.downBytes : this.#fault?.upBytes) ?? Infinity;
    const taken = bytes.subarray(0, limit - this.#passed[way]);
    this.#passed[way] += taken.length;
    to.write(taken);
    if (this.#passed[way] < limit) return;
    this.#held = true;
    if (this.#fault?.then !== 'hold') this.cut();
    this.#events.onFault(this.#fault ?? {});
  }
}
