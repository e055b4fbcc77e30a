import { decodeClientMessage, encodeServerMessage, type ClientMessage, type Numbers, type ServerBodies, type ServerKind } from '@visavis/protocol/downlink';
import type { SocketLike } from '../transport/index.js';

/** A WebSocket whose other end is the test. */
export class ManualSocket implements SocketLike {
  readonly url: string;
  binaryType = 'blob';
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  /** What the client sent, decoded. */
  readonly sent: ClientMessage[] = [];

  constructor(url: string) {
    this.url = url;
  }

  send(data: Uint8Array): void {
    const message = decodeClientMessage(data);
    if (message) this.sent.push(message);
  }

  /** The client hangs up. */
  close(): void {
    this.readyState = 3;
  }

  /** The server accepts. */
  accept(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  /** The server sends a message. */
  say<K extends ServerKind>(kind: K, body: ServerBodies[K], numbers: Partial<Numbers> = {}): void {
    this.sayBytes(encodeServerMessage(kind, body, numbers));
  }

  sayBytes(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer });
  }

  /** The server, or the network, ends it. */
  drop(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}
