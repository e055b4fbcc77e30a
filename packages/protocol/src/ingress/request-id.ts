const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

/**
 * A request id in the form this field's SDKs use: `YYYYMMDDHHMMSS_` in UTC and 12 characters of `[A-Za-z0-9_-]`.
 * `nowMs` is Unix time; `randomBytes` gives that many random bytes.
 */
export function createRequestId(nowMs: number, randomBytes: (count: number) => Uint8Array): string {
  const stamp = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 14);
  const tail = Array.from(randomBytes(12), (byte) => ALPHABET[byte & 63]).join('');
  return `${stamp}_${tail}`;
}
