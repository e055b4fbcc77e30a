/**
 * The process of one publisher: one avatar in one room. Holds the native library, which its parent can thereby lose and
 * replace. Decides nothing: what to say and when is the stage's, what became of it is told there.
 */
import { PublisherRoom } from './room.js';
import { READY, type FromPublisher, type ToPublisher } from './messages.js';

const tell = (message: FromPublisher): void => { process.send?.(message, undefined, undefined, () => undefined); };
const room = new PublisherRoom(tell);

process.on('message', (message: ToPublisher) => room.handle(message));
process.send?.(READY, undefined, undefined, () => undefined);
// Its parent is gone: nobody is left to speak for.
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => {
  process.stderr.write(`publisher: ${error.stack ?? String(error)}\n`);
  process.exit(1);
});
