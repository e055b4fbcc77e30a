import type { WebSocket } from 'ws';
import type { Clock } from './clock.js';

/** A peer that does not answer a close frame within this time is cut off. */
const CLOSE_GRACE_MS = 1000;

/** Longest close reason the WebSocket protocol carries, bytes (RFC 6455, 5.5). */
const MAX_REASON_BYTES = 123;

/** Closes `socket` and resolves when it is closed: after the peer's reply, or cut off after one second. */
export function closeSocket(socket: WebSocket, clock: Clock, code: number, reason = ''): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(CLOSE_GRACE_MS, () => socket.terminate());
    socket.once('close', () => {
      cancel();
      resolve();
    });
    socket.close(code, boundedReason(reason));
  });
}

function boundedReason(reason: string): string {
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : reason.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_REASON_BYTES);
}
