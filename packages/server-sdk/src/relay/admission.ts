import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '@visavis/protocol/errors';

export interface AdmissionRules {
  /** Origins pages may come from, such as `https://app.example`. Default: the page's own host and port only. */
  readonly allowedOrigins?: readonly string[];
  /** DNS names this relay is reached by. `localhost` and addresses always are: rebinding needs a name. */
  readonly allowedHosts?: readonly string[];
}

export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Whether an upgrade may go on. A foreign page is refused by its Origin; a page that rebound a name of its own to
 * our address (on loopback too) by its Host. No Origin at all means no browser: the ticket decides alone.
 */
export function refusalOf(request: IncomingMessage, rules: AdmissionRules): Refusal | undefined {
  const { host, origin } = request.headers;
  if (!isOurHost(host, rules.allowedHosts ?? [])) {
    return { status: 403, code: 'originRefused', message: 'this Host is not served here; add it to allowedHosts' };
  }
  if (origin !== undefined && !isAllowedOrigin(origin, host ?? '', rules.allowedOrigins)) {
    return { status: 403, code: 'originRefused', message: 'this Origin may not connect; add it to allowedOrigins' };
  }
  return undefined;
}

function isOurHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (!host || !URL.canParse(`http://${host}`)) return false;
  const name = new URL(`http://${host}`).hostname;
  return name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0 || allowed.some((one) => one.toLowerCase() === name);
}

function isAllowedOrigin(origin: string, host: string, allowed: readonly string[] | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (allowed) return allowed.some((one) => URL.canParse(one) && new URL(one).origin === url.origin && url.origin !== 'null');
  return /^https?:$/.test(url.protocol) && url.host === new URL(`${url.protocol}//${host}`).host;
}

/** Answers an upgrade request with an HTTP error and a JSON body, and hangs up. */
export function refuseUpgrade(socket: Duplex, { status, code, message }: Refusal): void {
  const body = JSON.stringify({ code, message });
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n'));
}
