import type { Command } from 'commander';
import { readInput, writeOutput } from '../files.js';
import { wholeNumber } from '../numbers.js';

interface ReplayFlags {
  readonly fps: number;
  readonly out?: string;
  readonly json?: true;
}

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description('play a recording through the client, without a page, and say how it went')
    .argument('<file>', 'what `visavis record` or a SessionRecorder wrote')
    .option('--fps <n>', 'poses per second, 1 to 240', wholeNumber(1, 240), 60)
    .option('-o, --out <poses.json>', 'write the poses: { fps, channels, frames }')
    .option('--json', 'print the report as JSON')
    .action(async (path: string, { fps, out, json }: ReplayFlags) => {
      const { replayFile } = await import('../recording/replay-file.js');
      const { report, poses } = await replayFile(await readInput(path), path, fps, out !== undefined);
      if (out !== undefined) await writeOutput(out, `${JSON.stringify(poses)}\n`);
      if (json) return console.log(JSON.stringify(report, undefined, 2));
      const { formatReport } = await import('../recording/table.js');
      console.log(formatReport(report));
    });
}
