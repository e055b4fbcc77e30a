import { request as httpRequest } from 'node:http';
import {
  CAPABILITIES_PARAM, decodeEnvelope, encodeEnvelope, FPS_PARAM, type Envelope, type EnvelopeBodies, type EnvelopeKind,
  type ServerError, type ServerResponseAnimation,
} from '@visavis/protocol/ingress';
import { decodeMotion } from '@visavis/protocol/motion';
import { WebSocket } from 'ws';
import { createMotionServer, devConfig, type MotionServer, type MotionServerConfig } from '../src/index.js';

/** What a test gets of a closed connection. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A bare peer: sends what it is told, keeps what it gets. Waits are for events, never for time. */
export class TestClient {
  readonly received: { envelope: Envelope; bytes: number }[] = [];
  readonly closed: Promise<Closed>;
  readonly socket: WebSocket;
  #waiters: (() => void)[] = [];
  #isClosed = false;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const envelope = decodeEnvelope(data);
      if (envelope.case === 'unknown') throw new Error('the server sent an unknown message');
      this.received.push({ envelope, bytes: data.length });
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#isClosed = true;
        this.#wake();
        resolve({ code, reason: reason.toString() });
      });
    });
    socket.on('error', () => undefined);
  }

  send<K extends EnvelopeKind>(kind: K, body: EnvelopeBodies[K]): void {
    this.socket.send(encodeEnvelope(kind, body));
  }

  audio(reqId: string, audio: Uint8Array, end = false): void {
    this.send('clientAudioInput', { reqId, audio, end });
  }

  /** The first result of `find` that is not undefined, looking again after each message. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (let found = find(); ; found = find()) {
      if (found !== undefined) return found;
      if (this.#isClosed) throw new Error('the connection closed before what was waited for');
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  ended(reqId: string, times = 1): Promise<true> {
    return this.until(() => this.replies(reqId).filter((reply) => reply.end).length >= times || undefined);
  }

  replies(reqId: string): ServerResponseAnimation[] {
    const all = this.received.flatMap(({ envelope }) => (envelope.case === 'serverResponseAnimation' ? [envelope.value] : []));
    return all.filter((reply) => reply.reqId === reqId);
  }

  errors(): ServerError[] {
    return this.received.flatMap(({ envelope }) => (envelope.case === 'serverError' ? [envelope.value] : []));
  }

  error(): Promise<ServerError> {
    return this.until(() => this.errors()[0]);
  }

  async pong(): Promise<void> {
    const answered = new Promise<void>((resolve) => this.socket.once('pong', () => resolve()));
    this.socket.ping();
    await answered;
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
}

export function frameIndices(replies: readonly ServerResponseAnimation[]): number[] {
  return replies.flatMap(({ motion }) => (motion ? decodeMotion(motion).poses.map((_, i) => motion.firstFrame + i) : []));
}

export function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

export function startServer(config: Partial<MotionServerConfig> = {}): Promise<MotionServer> {
  return createMotionServer({ ...devConfig(), ...config });
}

/** Answer of a plain HTTP request. */
export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

export function http(url: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    request.on('error', reject).end(options.body);
  });
}

/** Where a server is: one in this process, or another. */
type Endpoints = Pick<MotionServer, 'consoleUrl' | 'ingressUrl'>;

export function postToken(server: Endpoints, body: unknown, headers: Record<string, string> = { 'X-Api-Key': 'dev-key' }): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return http(`${server.consoleUrl}/session-tokens`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: text });
}

export async function token(server: Endpoints, body: object = {}): Promise<string> {
  const answer = await postToken(server, { expireAt: Math.floor(Date.now() / 1000) + 600, ...body });
  return (JSON.parse(answer.body) as { sessionToken: string }).sessionToken;
}

/** Opens the socket; nothing is sent. */
export async function dial(server: Endpoints): Promise<TestClient> {
  const socket = new WebSocket(`${server.ingressUrl}/websocket?id=ava`, {
    headers: { 'X-App-ID': 'dev-app', 'X-Session-Key': await token(server) },
  });
  const client = new TestClient(socket);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return client;
}

export interface ConnectOptions {
  readonly sampleRate?: number;
  readonly capabilities?: string;
  readonly fps?: number;
  readonly audioFormat?: number;
}

/** Opens a session and waits for its confirmation. */
export async function connect(server: MotionServer, options: ConnectOptions = {}): Promise<TestClient & { connectionId: string }> {
  const { sampleRate = 16_000, capabilities, fps, audioFormat = 0 } = options;
  const client = await dial(server);
  const extraParams = {
    ...(capabilities !== undefined && { [CAPABILITIES_PARAM]: capabilities }),
    ...(fps !== undefined && { [FPS_PARAM]: String(fps) }),
  };
  client.send('clientConfigureSession', { sampleRate, extraParams, audioFormat });
  const confirm = await client.until(() => client.received[0]?.envelope);
  if (confirm.case !== 'serverConfirmSession') throw new Error(`the session was refused: ${JSON.stringify(client.errors())}`);
  return Object.assign(client, { connectionId: confirm.value.connectionId });
}
