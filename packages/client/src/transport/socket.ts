/** What a transport needs of a WebSocket; the browser's is one. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  /** Bytes given to `send` that are not on the wire yet. */
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export type OpenSocket = (url: string) => SocketLike;

export const BROWSER_SOCKET: OpenSocket = (url) => new WebSocket(url) as unknown as SocketLike;
