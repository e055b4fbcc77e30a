import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeCommitted } from './committed.js';
import { minimise } from './minimise.js';
import { report } from './report.js';
import { TargetFolder } from './state.js';
import { supervise } from './supervise.js';
import type { Target } from './target.js';
import { TARGETS, targetNamed } from './targets/index.js';

const HELP = `npm run fuzz -- [run] [options]     fuzz until every target has had its CPU time; goes on where it stopped
npm run fuzz -- report [options]    print the table, write it to fuzz/README.md and bench/results/fuzz.json
npm run fuzz -- corpus [options]    rewrite fuzz/corpus with the fewest inputs that reach what the run's corpus reaches

  --dir <folder>       state of the run (fuzz/.cache/run)
  --targets <a,b>      ${TARGETS.map(({ name }) => name).join(', ')} (all)
  --minutes <n>        CPU minutes per target (30)
  --processes <n>      at once (2)
  --seed <n>           of the random numbers (1)`;

const OPTIONS = {
  dir: { type: 'string' }, targets: { type: 'string' }, minutes: { type: 'string' }, processes: { type: 'string' }, seed: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** The command. `root`: the repository; `outDir`: where the bundle lies. Resolves to the exit status. */
export async function main(args: string[], { root, outDir }: { root: string; outDir: string }): Promise<number> {
  const asked = read(args);
  if (asked instanceof Error) {
    console.error(`fuzz: ${asked.message.split('. ')[0]} (see --help)`);
    return 2;
  }
  const { values, command, targets } = asked;
  const runFolder = values.dir ?? join(root, 'fuzz/.cache/run');
  const corpusFolder = join(root, 'fuzz/corpus');
  if (values.help || !['run', 'report', 'corpus'].includes(command)) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  if (command === 'report') return report(targets, runFolder, { json: join(root, 'bench/results/fuzz.json'), page: join(root, 'fuzz/README.md') });
  if (command === 'corpus') {
    for (const target of targets) await rewriteCorpus(target, runFolder, corpusFolder, join(outDir, 'places.json'));
    return 0;
  }
  await supervise({
    targets, runFolder, corpusFolder, childPath: join(outDir, 'child.mjs'), cpuSeconds: 60 * Number(values.minutes ?? 30),
    processes: Number(values.processes ?? 2), seed: Number(values.seed ?? 1),
  });
  return report(targets, runFolder);
}

/** What the arguments ask for, or what is wrong with them. */
function read(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    return { values, command: positionals[0] ?? 'run', targets: values.targets?.split(',').map(targetNamed) ?? TARGETS };
  } catch (error) {
    return error as Error;
  }
}

async function rewriteCorpus(target: Target, runFolder: string, corpusFolder: string, placesPath: string): Promise<void> {
  const inputs = await minimise(target, runFolder, corpusFolder, placesPath);
  const fixed = new TargetFolder(runFolder, target.name).readState().fixed.map(({ input }) => new Uint8Array(Buffer.from(input, 'base64')));
  writeCommitted(corpusFolder, target.name, inputs, fixed);
  console.log(`${target.name}: ${inputs.length} inputs, ${inputs.reduce((sum, { length }) => sum + length, 0)} bytes`);
}
