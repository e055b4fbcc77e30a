let turn: Promise<void> | undefined;

/** Resolves in the next turn of the event loop; all that wait for it share one callback. */
export function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) => setImmediate(() => {
    turn = undefined;
    resolve();
  }));
  return turn;
}
