import { WebSocket } from 'ws';
import {
  decodeServerMessage, encodeClientMessage, type ClientBodies, type ClientKind, type Numbers, type ServerKind, type ServerMessage,
} from '@visavis/protocol/downlink';
import { Inbox } from './inbox.js';

type Body<K extends ServerKind> = ServerMessage extends infer M ? (M extends { case: K; value: infer V } ? V : never) : never;

/** A client of a relay that does as it is told: for tests of backends. */
export class FakeClient {
  readonly received = new Inbox<ServerMessage>();
  /** Resolves with the close code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;

  private constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(url, { headers });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      const message = decodeServerMessage(new Uint8Array(data));
      if (message) this.received.push(message);
    });
    this.closed = new Promise((closed) => this.socket.once('close', (code: number, reason: Buffer) => closed({ code, reason: reason.toString() })));
  }

  /** Opens a connection and says nothing yet. Rejects where the upgrade is refused. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<FakeClient> {
    const client = new FakeClient(url, headers);
    await new Promise((resolve, reject) => client.socket.once('open', resolve).once('error', reject));
    return client;
  }

  send<K extends ClientKind>(kind: K, body: ClientBodies[K], numbers: Partial<Numbers> = {}): void {
    this.socket.send(encodeClientMessage(kind, body, numbers));
  }

  /** The first message of a kind, already here or yet to come, that matches. */
  async first<K extends ServerKind>(kind: K, matches: (body: Body<K>) => boolean = () => true): Promise<Body<K>> {
    const message = await this.received.first((one) => one.case === kind && matches(one.value as Body<K>));
    return message.value as Body<K>;
  }

  /** All messages of a kind that have come. */
  all<K extends ServerKind>(kind: K): Body<K>[] {
    return this.received.items.filter((one) => one.case === kind).map((one) => one.value as Body<K>);
  }
}
