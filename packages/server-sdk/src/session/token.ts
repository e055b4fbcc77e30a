import { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import { codedError, failureError, isRecord, MAX_ERROR_TEXT, parseJson, reportedText } from './failure.js';
import { guarded } from './guarded.js';

const TIMEOUT_MS = 10_000;
/** Far above any token; an answer that is longer is no answer. */
const MAX_TOKEN_BODY_BYTES = 64 * 1024;

export interface TokenRequest {
  readonly consoleUrl: string;
  readonly apiKey: string;
  /** Unix milliseconds; the wire carries whole seconds. */
  readonly expireAtMs: number;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/**
 * Asks the console for a session token. Rejects with the code the refusal stands for, `protocolError` where the
 * answer holds no token, `connectionFailed` where none comes within 10 s.
 */
export function fetchSessionToken(request: TokenRequest): Promise<string> {
  const controller = new AbortController();
  const fail = (text: string, cause?: unknown): VisavisError =>
    codedError('connectionFailed', { phase: 'session_token', text, cause });
  const guard = {
    clock: request.clock,
    timeoutMs: TIMEOUT_MS,
    signal: controller.signal,
    late: () => fail('the console did not answer within 10 s'),
    aborted: () => fail('the token request was called off'),
  };
  return guarded<string>(guard, (resolve, reject) => {
    exchange(request, controller.signal).then(resolve, (error: unknown) => {
      reject(VisavisError.isInstance(error) ? error : fail('the console could not be reached', error));
    });
    return () => controller.abort();
  });
}

async function exchange(request: TokenRequest, signal: AbortSignal): Promise<string> {
  const response = await request.fetch(`${request.consoleUrl}/session-tokens`, {
    method: 'POST',
    headers: { 'X-Api-Key': request.apiKey, 'Content-Type': 'application/json' },
    body: JSON.stringify({ expireAt: Math.floor(request.expireAtMs / 1000) }),
    redirect: 'manual',
    signal,
  });
  const { status } = response;
  const body = await readText(response, status === 200 ? MAX_TOKEN_BODY_BYTES : MAX_ERROR_TEXT);
  return tokenOf(status, body);
}

function tokenOf(status: number, body: string): string {
  const answer = parseJson(body);
  const refused = isRecord(answer) && Array.isArray(answer['errors']) && answer['errors'].length > 0;
  if (status !== 200 || refused) throw failureError({ phase: 'session_token', status, text: reportedText(body) });
  if (isRecord(answer) && typeof answer['sessionToken'] === 'string' && answer['sessionToken'] !== '') return answer['sessionToken'];
  throw codedError('protocolError', { phase: 'session_token', status, text: 'the console\'s answer holds no sessionToken; check consoleUrl' });
}

/** At most `limit` bytes of a body, as text; what follows is not read. */
async function readText(response: Response, limit: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    size += part.length;
    if (size >= limit) break;
  }
  return Buffer.concat(parts).subarray(0, limit).toString('utf8');
}
