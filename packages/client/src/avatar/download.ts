import { VisavisError, type ErrorCode } from '@visavis/protocol/errors';

export interface DownloadOptions {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** What a failure other than 404 is called. */
  readonly failure: ErrorCode;
  /** What a 404 is called. */
  readonly missing: ErrorCode;
  /** How the browser's own HTTP cache is used. Default: as usual. */
  readonly cache?: RequestCache;
  /** Bytes received so far, and in all where the server says so. */
  readonly onBytes?: (received: number, expected: number | undefined) => void;
}

/** Fetches `url` whole, refusing more than `maxBytes`. Rejects with a coded error, or the signal's reason when aborted. */
export async function download(url: string, options: DownloadOptions): Promise<ArrayBuffer> {
  try {
    const response = await options.fetch(url, { signal: options.signal, ...(options.cache && { cache: options.cache }) });
    if (!response.ok) throw refusal(url, response.status, options);
    return await readBody(url, response, options);
  } catch (cause) {
    options.signal.throwIfAborted();
    throw VisavisError.isInstance(cause) ? cause : new VisavisError(options.failure, `${url}: ${String(cause)}`, { cause });
  }
}

function refusal(url: string, status: number, { missing, failure }: DownloadOptions): VisavisError {
  const code = status === 404 ? missing : failure;
  return new VisavisError(code, `${url} answered HTTP ${status}; check the avatar's id and AvatarManager.shared.baseUrl`, {
    detail: { httpStatus: status },
  });
}

async function readBody(url: string, response: Response, options: DownloadOptions): Promise<ArrayBuffer> {
  const reader = response.body?.getReader();
  // Of a compressed body this is less than what comes out of it.
  const declared = Number(response.headers.get('content-length')) || undefined;
  if (declared !== undefined && declared > options.maxBytes) return tooLarge(url, options, reader);
  const expected = response.headers.has('content-encoding') ? undefined : declared;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    received += next.value.byteLength;
    if (received > options.maxBytes) return tooLarge(url, options, reader);
    chunks.push(next.value as Uint8Array<ArrayBuffer>);
    options.onBytes?.(received, expected);
  }
  return new Blob(chunks).arrayBuffer();
}

async function tooLarge(url: string, { failure, maxBytes }: DownloadOptions, reader: { cancel(): Promise<void> } | undefined): Promise<never> {
  await reader?.cancel();
  throw new VisavisError(failure, `${url} is larger than ${maxBytes} bytes; make it smaller, with "visavis avatar pack" for one`, { retryable: false, detail: { maxBytes } });
}
