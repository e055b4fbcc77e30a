import { WebSocket } from 'ws';

/** Close codes with which `ws` itself ends a connection over what it received. */
const BROKEN_CODES = [1002, 1007, 1009];

/**
 * A WebSocket that tells of a frame that `ws` will not take, before the close goes out: `broken`, with the close code
 * (1009: the message is over `maxPayload`). At its header, so nothing of the message is kept.
 */
export class IngressSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    // `ws` closes with a bare code; whoever gives a reason is the session.
    if (code !== undefined && reason === undefined && BROKEN_CODES.includes(code)) this.emit('broken', code);
    super.close(code, reason);
  }
}
