import type { WebSocket } from 'ws';
import type { Clock } from './clock.js';

/** The public SDKs' interval; a peer that stays silent for one whole interval after a ping is gone. */
export const KEEPALIVE_MS = 20_000;

/**
 * Pings `socket` every `intervalMs` and terminates it where nothing at all came back in between, which is how
 * a half-open connection shows. Returns the function that stops it; it stops by itself when the socket closes.
 */
export function keepAlive(socket: WebSocket, clock: Clock, intervalMs = KEEPALIVE_MS): () => void {
  let heard = true;
  const hear = (): void => void (heard = true);
  const beat = (): void => {
    if (!heard) return socket.terminate();
    heard = false;
    socket.ping();
    cancel = clock.after(intervalMs, beat);
  };
  let cancel = clock.after(intervalMs, beat);
  const stop = (): void => {
    cancel();
    socket.off('pong', hear).off('ping', hear).off('message', hear).off('close', stop);
  };
  socket.on('pong', hear).on('ping', hear).on('message', hear).on('close', stop);
  return stop;
}
