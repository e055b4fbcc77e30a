/** W3C Trace Context as it is passed on: only what is of its form. */
export interface Trace {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** version-traceid-parentid-flags: not version ff, and neither id all zeros. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** A list of key=value; the length is what everybody must be able to pass on. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

/** What a client said of its trace, in a message or in HTTP headers; `undefined` where that is none. */
export function readTrace(said: object | undefined): Trace | undefined {
  const { traceparent, tracestate } = (said ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return undefined;
  return typeof tracestate === 'string' && TRACESTATE.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}
