import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { VisavisError } from '@visavis/protocol/errors';
import { WebSocketServer } from 'ws';
import { AppRegistry } from './apps.js';
import { resolveConfig, type MotionServerConfig, type ServerContext } from './config.js';
import { createConsole } from './console.js';
import type { Connection } from './ear.js';
import { warnOfFallback } from './engine/fallback.js';
import { createLocalHost, type EngineHost } from './engine/host.js';
import { loadModel } from './engine/load-model.js';
import { createWorkerPool } from './engine/pool.js';
import { IngressSocket } from './ingress-socket.js';
import { loadOpus } from './opus.js';
import { AVATARS_PATH, CONSOLE_PATH, INGRESS_PATH } from './paths.js';
import { SessionPlaces } from './places.js';
import { refusal } from './refusal.js';
import { Session, type SessionParts } from './session.js';
import { SharedQueue } from './shared-queue.js';
import { TokenSigner } from './tokens.js';
import { readTrace } from './trace.js';
import { admit, refuseUpgrade, type Admission } from './upgrade.js';

/** How long closing waits for the close replies of clients. */
const CLOSE_REPLY_MS = 2_000;

export interface CloseOptions {
  /** Time for sessions to finish the requests they have; 0 (the default) cuts them off. */
  readonly graceMs?: number;
}

export interface MotionServer {
  /** `http://host:port/v1/console`: tokens are made at `/session-tokens` below it. */
  readonly consoleUrl: string;
  /** `ws://host:port/v2/driveningress`: sessions are opened at `/websocket?id=` below it. */
  readonly ingressUrl: string;
  /** `http://host:port/v1/avatars/`: the `baseUrl` of a client's AvatarManager. */
  readonly avatarsUrl: string;
  readonly port: number;
  /** Takes no more sessions (503), ends those it has with `draining` and 1012, and frees everything. Further calls wait for the first. */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Starts a server. Rejects with `invalidConfiguration`, `serverError` where a worker cannot start, what the model fails with
 * in this thread, or what the system says where it cannot listen.
 */
export async function createMotionServer(config: MotionServerConfig): Promise<MotionServer> {
  const context = resolveConfig(config);
  const engines = await createEngines(context);
  const running = new RunningServer(context, engines);
  try {
    await running.listen();
  } catch (error) {
    await engines.dispose();
    throw error;
  }
  return running;
}

async function createEngines(context: ServerContext): Promise<EngineHost> {
  const { ownModel, choice, logger, settings: { workers } } = context;
  if (workers > 0) return createWorkerPool({ ...context, workers, model: choice });
  if (ownModel) return createLocalHost(ownModel, false);
  const { model, fallback } = await loadModel(choice);
  if (fallback !== undefined) warnOfFallback(logger, fallback);
  return createLocalHost(model, true);
}

class RunningServer implements MotionServer {
  readonly #context: ServerContext;
  readonly #apps: AppRegistry;
  readonly #tokens: TokenSigner;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #sessions = new Set<Session>();
  readonly #parts: SessionParts;
  #closed: Promise<void> | undefined;

  constructor(context: ServerContext, engines: EngineHost) {
    this.#context = context;
    const { apps, limits } = context.settings;
    this.#apps = new AppRegistry(apps);
    this.#tokens = new TokenSigner(context);
    const places = new SessionPlaces(limits.maxSessionsPerApp);
    const queued = new SharedQueue(limits.maxTotalQueuedBytes);
    context.metrics.sampleQueuedBytes(() => queued.bytes);
    this.#parts = { context, opus: loadOpus(), engines, queued, claimPlace: (appId) => places.claim(appId) };
    const console = createConsole({ context, apps: this.#apps, tokens: this.#tokens, modelId: engines.modelId, isDraining: () => this.#closed !== undefined });
    context.metrics.model.set({ model: engines.modelId }, 1);
    this.#http = createServer(getRequestListener(console.fetch, { overrideGlobalObjects: false }));
    this.#sockets = new WebSocketServer({
      noServer: true, WebSocket: IngressSocket, maxPayload: limits.maxMessageBytes, perMessageDeflate: false, clientTracking: false,
    });
    this.#http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      admit(request, this.#apps, this.#tokens).then(
        (admission) => this.#upgrade(request, head, admission),
        (error: unknown) => this.#refuse(request, VisavisError.from(error, 'serverError')),
      );
    });
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get consoleUrl(): string {
    return `http://${this.#authority}${CONSOLE_PATH}`;
  }

  get ingressUrl(): string {
    return `ws://${this.#authority}${INGRESS_PATH}`;
  }

  get avatarsUrl(): string {
    return `http://${this.#authority}${AVATARS_PATH}/`;
  }

  listen(): Promise<void> {
    const { host, port } = this.#context.settings;
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen({ host, port }, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
  }

  close({ graceMs = 0 }: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    const { clock } = this.#context;
    const sessions = [...this.#sessions];
    const cancels = [
      clock.after(graceMs, () => sessions.forEach((session) => session.shutDown())),
      clock.after(graceMs + CLOSE_REPLY_MS, () => sessions.forEach((session) => session.terminate())),
    ];
    for (const session of sessions) session.drain();
    await Promise.all(sessions.map((session) => session.closed));
    for (const cancel of cancels) cancel();
    // Until here it listens: whoever comes while sessions drain hears 503, not silence.
    const stopped = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await stopped;
    await this.#parts.engines.dispose();
  }

  #upgrade(request: IncomingMessage, head: Buffer, admission: Admission): void {
    if (this.#closed) return this.#refuse(request, refusal('draining', 'the server is shutting down', 'connect again now'));
    const { socket: tcp } = request;
    this.#sockets.handleUpgrade(request, tcp, head, (socket) => this.#open({ socket, bytesRead: () => tcp.bytesRead }, admission));
  }

  #refuse({ socket, headers }: IncomingMessage, error: VisavisError): void {
    const { logger, metrics, randomBytes } = this.#context;
    const errorId = Buffer.from(randomBytes(9)).toString('base64url');
    const ours = error.code === 'serverError';
    metrics.errors.inc({ code: error.code });
    const fields = { errorId, ...readTrace(headers), code: error.code, detail: error.message, ...(ours && { err: error.cause }) };
    logger[ours ? 'error' : 'warn'](fields, 'upgrade refused');
    refuseUpgrade(socket, ours ? refusal('serverError', 'the server failed', 'try again; its log has the reason') : error, errorId);
  }

  #open(connection: Connection, admission: Admission): void {
    const session = new Session(connection, admission, this.#parts);
    this.#sessions.add(session);
    void session.closed.then(() => this.#sessions.delete(session));
  }

  /** Host and port to connect to: where the server listens everywhere, loopback. */
  get #authority(): string {
    const { host } = this.#context.settings;
    const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    return `${reachable.includes(':') ? `[${reachable}]` : reachable}:${this.port}`;
  }
}
