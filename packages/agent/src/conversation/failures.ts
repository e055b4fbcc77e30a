import { VisavisError } from '@visavis/protocol/errors';

/** What may fail of a conversation, as a user may be told. */
export type FailingPart = 'llm' | 'tts' | 'stt' | 'vad';

const NAMES: Readonly<Record<FailingPart, string>> = {
  llm: 'the language model',
  tts: 'the voice',
  stt: 'the speech recognition',
  vad: 'the voice detection',
};

/** An error of a provider as a client is told of it: a plain sentence; the provider's own words are the cause. */
export function failureOf(part: FailingPart, error: unknown): VisavisError {
  const cause = innermost(error);
  if (VisavisError.isInstance(cause)) return new VisavisError(cause.code, cause.message, { fatal: false, retryable: cause.retryable, detail: { ...cause.detail, part }, cause });
  const status = (cause as { statusCode?: unknown } | undefined)?.statusCode;
  const detail = { part, ...(typeof status === 'number' ? { status } : {}) };
  return new VisavisError('upstreamError', `${NAMES[part]} ${sentence(status, cause)}`, { fatal: false, retryable: true, detail, cause });
}

function sentence(status: unknown, cause: unknown): string {
  if (status === 429) return 'is busy (429); wait a moment, then try again';
  if (status === 401 || status === 403) return `refuses its key (${status}); check the configuration`;
  if (/time.?out|timed out/i.test(String((cause as Error | undefined)?.message))) return 'did not answer in time; try again';
  return 'failed; try again';
}

/** LiveKit Agents wraps what its providers throw: `{ type, error, recoverable }`. */
function innermost(error: unknown): unknown {
  for (let at = error, depth = 0; depth < 5; depth++) {
    const inner = (at as { error?: unknown } | undefined)?.error;
    if (inner === undefined || inner === null || typeof inner === 'string') return at;
    at = inner;
  }
  return error;
}
