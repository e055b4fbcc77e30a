/**
 * `npm start`: the Motion Server, the reference backend and the page in one process, on loopback.
 * Knows no wire and no motion; the parts are wired in ./demo, one conversation is in ./performer.
 */
import { createFliteVoice, FLITE_VOICES, type FliteVoiceName } from '@visavis/agent/tts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { startDemo } from './demo.js';

const DEFAULT_PORT = 8080;

function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(port >= 0 && port <= 65_535)) throw new InvalidArgumentError('Give a port from 0 to 65535; 0 takes a free one.');
  return port;
}

const program = new Command('visavis-demo')
  .description('The Visavis demo: a page with an avatar that speaks what you type.')
  .addOption(new Option('-p, --port <n>', 'port of the page').env('VISAVIS_PORT').argParser(portNumber).default(DEFAULT_PORT))
  .addOption(new Option('--voice <name>', 'flite voice').choices(FLITE_VOICES).default('slt'))
  .action(async ({ port, voice }: { port: number; voice: FliteVoiceName }) => {
    const demo = await startDemo({ port, voice: createFliteVoice(voice), log: (line) => console.error(line) });
    console.log(`Visavis is ready: ${demo.url}`);
    const stop = (): void => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      void demo.close();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`visavis-demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
