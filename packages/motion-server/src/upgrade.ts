import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode, VisavisError } from '@visavis/protocol/errors';
import type { AppRegistry } from './apps.js';
import { WEBSOCKET_PATH } from './paths.js';
import { hintOf, refusal } from './refusal.js';
import type { TokenGrant, TokenSigner } from './tokens.js';
import { readTrace, type Trace } from './trace.js';

/** Who may open a session, and with which avatar. */
export interface Admission {
  readonly appId: string;
  readonly avatarId: string;
  /** Unix seconds. */
  readonly expireAt: number;
  /** From the headers of the upgrade; requests may have their own. */
  readonly trace?: Trace | undefined;
}

/** HTTP status of a refusal; SDKs tell the cases apart by it and by the message. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  sessionTokenInvalid: 400,
  sessionTokenExpired: 401,
  appIDMismatch: 400,
  appIDUnrecognized: 404,
  avatarNotFound: 404,
  // Neither 404 (an unknown app, to SDKs) nor 400 (a bad token).
  invalidRequest: 421,
  draining: 503,
};

/**
 * Decides on an upgrade request, by its headers or else its query. Throws `invalidRequest` (wrong path),
 * `appIDUnrecognized`, `sessionTokenInvalid`, `sessionTokenExpired`, `appIDMismatch` or `avatarNotFound`.
 */
export async function admit(request: IncomingMessage, apps: AppRegistry, tokens: TokenSigner): Promise<Admission> {
  const { path, query } = splitUrl(request.url ?? '');
  if (path !== WEBSOCKET_PATH) throw refusal('invalidRequest', `sessions are opened at ${WEBSOCKET_PATH}`, 'check the ingress endpoint');
  const appId = header(request, 'x-app-id') ?? query.get('appId') ?? '';
  const app = apps.byId(appId);
  if (!app) throw refusal('appIDUnrecognized', 'appIDUnrecognized', 'send the id of an app of this server as X-App-ID or appId');
  const grant = await tokens.verify(header(request, 'x-session-key') ?? query.get('sessionKey') ?? '');
  if (grant.appId !== appId) throw refusal('appIDMismatch', 'app id mismatch', 'use a session token that was made with an API key of this app');
  const avatarId = query.get('id') ?? '';
  checkAvatar(avatarId, app.avatars, grant);
  return { appId, avatarId, expireAt: grant.expireAt, trace: readTrace(request.headers) };
}

function checkAvatar(avatarId: string, ofApp: readonly string[] | undefined, grant: TokenGrant): void {
  const allowed = [ofApp, grant.avatars].every((list) => list?.includes(avatarId) !== false);
  if (avatarId !== '' && allowed) return;
  throw refusal('avatarNotFound', `Avatar not found: ${avatarId.slice(0, 200)}`, 'name an avatar that the app and the session token allow as ?id=');
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Total, unlike `new URL`: a request line may hold anything. */
function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  return { path: path.replace(/\/+$/, ''), query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)) };
}

/**
 * Answers an upgrade request with an HTTP error and hangs up. SDKs read the message; the code, the hint and the id of the
 * log line are for people.
 */
export function refuseUpgrade(socket: Duplex, error: VisavisError, errorId: string): void {
  const status = STATUS[error.code] ?? 500;
  const body = Buffer.from(`${JSON.stringify({ message: error.message, code: error.code, hint: hintOf(error) })}\n`);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    `X-Error-Id: ${errorId}`,
    'Connection: close',
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
