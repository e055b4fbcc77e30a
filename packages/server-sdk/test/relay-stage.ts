import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RelayClient } from '../src/relay/relay-client.js';
import { createRelay, type Relay, type RelayOptions } from '../src/relay/relay.js';
import { Inbox, ManualClock } from '../src/test/index.js';

/** One relay of a stage, its clock and the clients it has let in. */
export interface Scene {
  readonly clock: ManualClock;
  readonly relay: Relay;
  readonly clients: Inbox<RelayClient>;
}

/** A server on a free loopback port that one relay after another is attached to. */
export class RelayStage {
  readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async open(): Promise<RelayStage> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new RelayStage(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  begin(options: Partial<RelayOptions> = {}): Scene {
    const clock = new ManualClock();
    const relay = createRelay({ manifestUrl: (avatarId) => `/avatars/${avatarId}/avatar.json`, clock, ...options });
    const clients = new Inbox<RelayClient>();
    relay.onClient((client) => clients.push(client));
    relay.attach(this.server);
    return { clock, relay, clients };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
