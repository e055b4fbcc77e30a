import { VisavisError } from '@visavis/protocol/errors';
import type { Part } from './schema.js';

const WHO: Readonly<Record<Part, string>> = { stt: 'speech recognition', llm: 'the language model', tts: 'the voice' };
/** What the plugins' messages say where no status is given beside them. */
const STATUS_IN_TEXT = /\b(?:response|status(?: code)?):? (\d{3})\b|^(\d{3}) /;
const TIMEOUT = /timed? ?out|silent/i;

/**
 * What a provider failed of, with a code: `providerKeyRefused` (401, 403), `providerBusy` (429), `providerTimeout`, else
 * `providerFailed`. `error` is what its object emitted, or that event's `error`. Errors that have a code stay as they are.
 */
export function toProviderError(error: unknown, part: Part): VisavisError {
  const inner = causeOf(error);
  if (VisavisError.isInstance(inner)) return inner;
  const message = inner instanceof Error ? inner.message : String(inner);
  const status = statusOf(inner, message);
  const detail = status === undefined ? {} : { status };
  const says = (code: 'providerKeyRefused' | 'providerBusy' | 'providerTimeout' | 'providerFailed', text: string): VisavisError =>
    new VisavisError(code, `${WHO[part]} ${text}`, { cause: inner, detail });
  if (status === 401 || status === 403) return says('providerKeyRefused', `refused the key (HTTP ${status}): check the provider's key and plan, or choose ${part}: embedded`);
  if (status === 429) return says('providerBusy', 'answers too many requests (HTTP 429): wait a moment, or raise the limit of your plan');
  if (TIMEOUT.test(message)) return says('providerTimeout', `did not answer in time: check the network, or choose ${part}: embedded`);
  return says('providerFailed', `failed: ${oneLine(message)}`);
}

/** The error inside the framework's events, and inside those of its adapters. */
function causeOf(error: unknown): unknown {
  let inner = error;
  for (let depth = 0; depth < 3 && !(inner instanceof Error) && typeof inner === 'object' && inner !== null && 'error' in inner; depth++) inner = inner.error;
  return inner;
}

function statusOf(error: unknown, message: string): number | undefined {
  for (const name of ['statusCode', 'status']) {
    const value = (error as Record<string, unknown> | undefined)?.[name];
    if (typeof value === 'number' && value >= 400 && value < 600) return value;
  }
  const found = STATUS_IN_TEXT.exec(message);
  return found ? Number(found[1] ?? found[2]) : undefined;
}

function oneLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 200);
}
