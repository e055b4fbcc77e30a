/** Ends the task that is running, so that a page goes on to answer and to draw between two parts of long work. */
export function pause(): Promise<void> {
  // Not a timer, which browsers slow down after a few.
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
