import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  decodeEnvelope, encodeEnvelope, isUnknownEnvelope, type Envelope, type EnvelopeBodies, type EnvelopeKind,
} from '@visavis/protocol/ingress';
import { Inbox } from './inbox.js';

type Body<K extends EnvelopeKind> = Envelope extends infer E ? (E extends { case: K; value: infer V } ? V : never) : never;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface FakeMotionServerOptions {
  /** Answers the nth token request (from 0). Default: 200 with `token-n`. */
  readonly token?: (n: number) => HttpAnswer | Promise<HttpAnswer>;
  /** Refuses an upgrade. Default: none is refused. */
  readonly refuse?: (headers: IncomingHttpHeaders, url: URL) => HttpAnswer | undefined;
  /** Answers a session's configuration. Default: confirms and grants what was asked. */
  readonly configured?: (connection: FakeConnection, configure: EnvelopeBodies['clientConfigureSession']) => void;
}

/** A backend's connection, seen from the server. */
export class FakeConnection {
  readonly received = new Inbox<Envelope>();
  readonly socket: WebSocket;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.url = new URL(request.url ?? '', 'ws://fake');
    this.headers = request.headers;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const envelope = decodeEnvelope(new Uint8Array(data));
      if (!isUnknownEnvelope(envelope)) this.received.push(envelope);
    });
  }

  send<K extends EnvelopeKind>(kind: K, body: EnvelopeBodies[K]): void {
    this.socket.send(encodeEnvelope(kind, body));
  }

  /** The first message of a kind, already here or yet to come, that matches. */
  async first<K extends EnvelopeKind>(kind: K, matches: (body: Body<K>) => boolean = () => true): Promise<Body<K>> {
    const envelope = await this.received.first((one) => one.case === kind && matches(one.value as Body<K>));
    return envelope.value as Body<K>;
  }
}

/** A Motion Server that does as it is scripted: for tests of backends. Listens on loopback. */
export class FakeMotionServer {
  readonly connections = new Inbox<FakeConnection>();
  readonly tokenRequests: { headers: IncomingHttpHeaders; url: string; body: string }[] = [];
  readonly #options: FakeMotionServerOptions;
  readonly #server: Server;
  readonly #upgrader = new WebSocketServer({ noServer: true });

  private constructor(options: FakeMotionServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answerToken(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      const answer = options.refuse?.(request.headers, new URL(request.url ?? '', 'ws://fake'));
      if (answer) return refuse(socket, answer);
      return this.#upgrader.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted, request));
    });
  }

  static async start(options: FakeMotionServerOptions = {}): Promise<FakeMotionServer> {
    const server = new FakeMotionServer(options);
    await new Promise<void>((listening) => server.#server.listen(0, '127.0.0.1', listening));
    return server;
  }

  get consoleUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1/console`;
  }

  get ingressUrl(): string {
    return `ws://127.0.0.1:${this.#port}/v2/ingress`;
  }

  /** The nth connection (from 0), open or yet to come. */
  async connection(n = 0): Promise<FakeConnection> {
    const connections = await this.connections.count(n + 1);
    return connections[n]!;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.connections.items) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((stopped) => this.#server.close(stopped));
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const n = this.tokenRequests.length;
    this.tokenRequests.push({ headers: request.headers, url: request.url ?? '', body: Buffer.concat(parts).toString() });
    const answer = this.#options.token ? await this.#options.token(n) : { status: 200, body: JSON.stringify({ sessionToken: `token-${n}` }) };
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body);
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    const connection = new FakeConnection(socket, request);
    const configured = this.#options.configured ?? confirmAll;
    void connection.first('clientConfigureSession').then((configure) => configured(connection, configure));
    this.connections.push(connection);
  }
}

function confirmAll(connection: FakeConnection, configure: EnvelopeBodies['clientConfigureSession']): void {
  connection.send('serverConfirmSession', { connectionId: 'connection-1', granted: { ...configure.extraParams } });
}

function refuse(socket: Duplex, { status, body }: HttpAnswer): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
