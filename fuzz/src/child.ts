/** The process that tries inputs: `child.mjs <target> <run folder> <CPU seconds> <seed> <corpus folder>`. Told by its watcher. */
import { fileURLToPath } from 'node:url';
import { FuzzLoop, readPlaces } from './loop.js';
import { readCommitted } from './committed.js';
import { TargetFolder } from './state.js';
import { targetNamed } from './targets/index.js';

const [name = '', runFolder = '', cpuSeconds = '', seed = '', corpusFolder = ''] = process.argv.slice(2);
const ALIVE_MS = 1000;

const folder = new TargetFolder(runFolder, name);
let toldMs = -Infinity;
process.once('disconnect', () => process.exit(1));

/** The first word, before anything is tried: silence counts from here on. */
alive();

const loop = new FuzzLoop({
  target: targetNamed(name),
  folder,
  committed: readCommitted(corpusFolder, name),
  places: readPlaces(fileURLToPath(new URL('places.json', import.meta.url))),
  cpuSeconds: Number(cpuSeconds),
  seed: Number(seed),
  alive,
  say: (line) => console.log(line),
});
await loop.run();
process.disconnect?.();
process.exit(0);

function alive(): void {
  if (performance.now() - toldMs < ALIVE_MS) return;
  toldMs = performance.now();
  process.send?.({ rssBytes: process.memoryUsage.rss() });
}
