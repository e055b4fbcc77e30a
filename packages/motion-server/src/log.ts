import type { BaseLogger } from 'pino';

/** What the server logs to; any pino logger will do. Keys, tokens and query strings are masked before it gets them. */
export type Logger = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;

const MASK = '[redacted]';
/** Deeper than anything that is logged here; also ends a chain of causes that goes round. */
const MAX_DEPTH = 6;
/** A credential in a query; a signed token wherever it is. */
const PATTERNS = [/(?<=\b(?:session_?key|token|api_?key)=)[^&\s"']+/gi, /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g];

/**
 * A logger that lets no secret through, whatever it is handed: the given ones, tokens, and credentials in query strings
 * are masked in every string, errors and their causes included. The last line of defence: none is meant to be logged.
 */
export function redacting(logger: Logger, secrets: readonly string[]): Logger {
  const scrub = createScrub(secrets);
  const pass = (level: keyof Logger) => (fields: object, message?: string) => {
    logger[level](walk(fields, scrub, 0) as object, message && scrub(message));
  };
  return { debug: pass('debug'), info: pass('info'), warn: pass('warn'), error: pass('error') };
}

function createScrub(secrets: readonly string[]): (text: string) => string {
  // Longest first: a secret may begin with another.
  const known = [...secrets].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  return (text) => {
    const masked = known.reduce((left, secret) => left.replaceAll(secret, MASK), text);
    return PATTERNS.reduce((left, pattern) => left.replace(pattern, MASK), masked);
  };
}

function walk(value: unknown, scrub: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((item) => walk(item, scrub, depth + 1));
  const fields = value instanceof Error ? errorFields(value) : Object.entries(value);
  return Object.fromEntries(fields.map(([key, item]) => [key, walk(item, scrub, depth + 1)]));
}

function errorFields(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  return Object.entries({ ...error, type: name, message, stack, ...(cause !== undefined && { cause }) });
}
