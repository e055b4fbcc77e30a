/**
 * The `visavis` command: serve a Motion Server, turn a WAV into motion, speak on a page, check and pack avatars, record and
 * replay sessions.
 * Each command is a file of ./commands; nothing here knows how they work.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAvatarCommand } from './commands/avatar.js';
import { addModelsCommand } from './commands/models.js';
import { addMotionCommand } from './commands/motion.js';
import { addRecordCommand } from './commands/record.js';
import { addReplayCommand } from './commands/replay.js';
import { addServeCommand } from './commands/serve.js';
import { addSpeakCommand } from './commands/speak.js';
import { reportFailure } from './failure.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

const program = new Command('visavis')
  .description('Real-time talking avatars: speech audio in, facial motion out.')
  .version(version)
  .configureHelp({ sortSubcommands: true });

addAvatarCommand(program);
addServeCommand(program);
addMotionCommand(program);
addSpeakCommand(program);
addModelsCommand(program);
addRecordCommand(program);
addReplayCommand(program);

pointToHelp(program);
program.parseAsync().catch(reportFailure);

/** After a wrong option: where the right ones of that command are. */
function pointToHelp(command: Command, path = command.name()): void {
  command.showHelpAfterError(`(see ${path} --help)`);
  for (const inner of command.commands) pointToHelp(inner, `${path} ${inner.name()}`);
}
