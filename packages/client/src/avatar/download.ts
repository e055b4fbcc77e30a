import { VisavisError, type ErrorCode } from '@visavis/protocol/errors';

export interface DownloadOptions {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** What a failure other than 404 is called. */
  readonly failure: ErrorCode;
  /** What a 404 is called. */
  readonly missing: ErrorCode;
  /** Share received, 0..1; 0 throughout where the server gives no length. */
  readonly onProgress?: (share: number) => void;
}

/** Fetches `url` whole, refusing more than `maxBytes`. Rejects with a coded error, or the signal's reason when aborted. */
export async function download(url: string, options: DownloadOptions): Promise<ArrayBuffer> {
  try {
    const response = await options.fetch(url, { signal: options.signal });
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
  const expected = Number(response.headers.get('content-length')) || 0;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    received += next.value.byteLength;
    if (received > options.maxBytes) {
      await reader?.cancel();
      throw new VisavisError(options.failure, `${url} is larger than ${options.maxBytes} bytes`, { retryable: false });
    }
    chunks.push(next.value as Uint8Array<ArrayBuffer>);
    if (expected > 0) options.onProgress?.(Math.min(1, received / expected));
  }
  return new Blob(chunks).arrayBuffer();
}
