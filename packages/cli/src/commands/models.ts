import { ModelStore, type PullProgress } from '@visavis/agent/models';
import type { Command } from 'commander';

const MIB = 1024 * 1024;

export function addModelsCommand(program: Command, store = (folder?: string) => new ModelStore(folder === undefined ? {} : { folder })): void {
  const models = program.command('models').description('the embedded voice\'s models: fetched once, checked, then used offline');
  const folder = ['--folder <path>', 'where they lie (default: VISAVIS_MODELS, else the cache folder)'] as const;
  models.command('list').description('what there is, and what is on this machine').option(...folder)
    .action(async ({ folder: at }: { folder?: string }) => list(store(at)));
  models.command('pull').description('fetch models, all of them unless named').argument('[id...]').option(...folder)
    .action(async (ids: string[], { folder: at }: { folder?: string }) => pull(store(at), ids));
  models.command('verify').description('read every file and compare its hash; status 1 unless all are ready').option(...folder)
    .action(async ({ folder: at }: { folder?: string }) => verify(store(at)));
}

async function list(store: ModelStore): Promise<void> {
  console.log(store.folder);
  for (const { id, title, license, files } of store.catalog) {
    const size = files.reduce((sum, { bytes }) => sum + bytes, 0) / MIB;
    console.log(`${id.padEnd(15)} ${(await store.isThere(id)) ? 'here   ' : 'missing'} ${size.toFixed(0).padStart(4)} MiB  ${title} (${license})`);
  }
}

async function pull(store: ModelStore, ids: readonly string[]): Promise<void> {
  for (const id of ids.length > 0 ? ids : store.catalog.map((model) => model.id)) {
    await store.pull(id, { onProgress: showProgress });
    process.stderr.write(process.stderr.isTTY ? '\n' : '');
    console.log(`${id}: ${store.folderOf(id)}`);
  }
}

async function verify(store: ModelStore): Promise<void> {
  for (const { id } of store.catalog) {
    const state = await store.verify(id);
    console.log(`${id.padEnd(15)} ${state}`);
    if (state !== 'ready') process.exitCode = 1;
  }
}

/** One line that is written over, on a terminal alone. */
function showProgress({ model, file, bytes, totalBytes }: PullProgress): void {
  if (!process.stderr.isTTY) return;
  const share = Math.floor((100 * bytes) / totalBytes);
  process.stderr.write(`\r${model} ${String(share).padStart(3)} %  ${(bytes / MIB).toFixed(0)} of ${(totalBytes / MIB).toFixed(0)} MiB  ${file.padEnd(28)}`);
}
