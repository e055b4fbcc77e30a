import type { AvatarController, Transport } from '@visavis/client';

/** A transport that gave up is tried again when the network or the visitor comes back. Returns what ends that. */
export function tryAgainWhenBack(controller: AvatarController, transport: Transport): () => void {
  const again = (): void => {
    if (transport.state === 'failed' && !document.hidden) controller.connect(transport).catch(() => undefined);
  };
  const over = new AbortController();
  addEventListener('online', again, over);
  for (const event of ['visibilitychange', 'pointerdown', 'keydown']) document.addEventListener(event, again, over);
  return () => over.abort();
}
