import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { VisavisError, type ErrorCode } from '@visavis/protocol/errors';
import type { AppRegistry } from './apps.js';
import { WEBSOCKET_PATH } from './paths.js';
import type { TokenGrant, TokenSigner } from './tokens.js';

/** Who may open a session, and with which avatar. */
export interface Admission {
  readonly appId: string;
  readonly avatarId: string;
  /** Unix seconds. */
  readonly expireAt: number;
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
  if (path !== WEBSOCKET_PATH) throw new VisavisError('invalidRequest', `sessions are opened at ${WEBSOCKET_PATH}; check the ingress endpoint`);
  const appId = header(request, 'x-app-id') ?? query.get('appId') ?? '';
  const app = apps.byId(appId);
  if (!app) throw new VisavisError('appIDUnrecognized', 'appIDUnrecognized');
  const grant = await tokens.verify(header(request, 'x-session-key') ?? query.get('sessionKey') ?? '');
  if (grant.appId !== appId) throw new VisavisError('appIDMismatch', 'app id mismatch');
  const avatarId = query.get('id') ?? '';
  checkAvatar(avatarId, app.avatars, grant);
  return { appId, avatarId, expireAt: grant.expireAt };
}

function checkAvatar(avatarId: string, ofApp: readonly string[] | undefined, grant: TokenGrant): void {
  const allowed = [ofApp, grant.avatars].every((list) => list?.includes(avatarId) !== false);
  if (avatarId !== '' && allowed) return;
  throw new VisavisError('avatarNotFound', `Avatar not found: ${avatarId.slice(0, 200)}`);
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

/** Answers an upgrade request with an HTTP error and hangs up; the header X-Error-Id says where the log has more. */
export function refuseUpgrade(socket: Duplex, error: VisavisError, errorId: string): void {
  const status = STATUS[error.code] ?? 500;
  const body = Buffer.from(`${JSON.stringify({ message: error.message })}\n`);
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
