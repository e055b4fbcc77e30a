/**
 * `npm start`: the Motion Server, the reference backend and the page in one process, on loopback.
 * Knows no wire and no motion; the parts are wired in ./demo, one client's talk is in ./talk.
 */
import { defaultModelFolder, ModelStore } from '@visavis/agent/models';
import type { VoiceName } from '@visavis/agent/providers';
import { FLITE_VOICES, KOKORO_VOICES } from '@visavis/agent/tts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { startDemo } from './demo.js';

const DEFAULT_PORT = 8080;

const HELP = `
On the first start the models of speech recognition and of the natural voice (about 200 MiB) are fetched once, checked, and
kept in ${defaultModelFolder()} (VISAVIS_MODELS sets another folder).
The page is there at once, by typing and with the light voice, and takes up the models as they come.

Everything runs on this machine unless a file of providers says otherwise:
  npm start -- --config providers.yaml
or the environment does: VISAVIS_LLM=openai-compatible VISAVIS_LLM_URL=http://127.0.0.1:11434/v1 VISAVIS_LLM_MODEL=... npm start
`;

interface Options {
  readonly port: number;
  readonly voice?: VoiceName;
  readonly config?: string;
  readonly transport: 'websocket' | 'livekit';
  readonly offline?: boolean;
}

function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(port >= 0 && port <= 65_535)) throw new InvalidArgumentError('Give a port from 0 to 65535; 0 takes a free one.');
  return port;
}

/** One line that is written over, on a terminal alone. */
function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

function log(line: string): void {
  showProgress('');
  console.error(line);
}

const program = new Command('visavis-demo')
  .description('The Visavis demo: a page to talk with an avatar, spoken or typed.')
  .addOption(new Option('-p, --port <n>', 'port of the page, on this machine alone').env('VISAVIS_PORT').argParser(portNumber).default(DEFAULT_PORT))
  .addOption(new Option('-c, --config <file>', 'who hears, thinks and speaks: a .yaml or .env file').env('VISAVIS_AGENT_CONFIG'))
  .addOption(new Option('--voice <name>', 'an embedded voice for every avatar (default: the one that suits it)').choices([...KOKORO_VOICES, ...FLITE_VOICES]))
  .addOption(new Option('--transport <name>', 'what carries the avatar to the page; livekit starts a local LiveKit server').choices(['websocket', 'livekit']).default('websocket'))
  .option('--offline', 'fetch no models; use those that are here')
  .addHelpText('after', HELP)
  .action(async ({ port, voice, config, transport, offline = false }: Options) => {
    const demo = await startDemo({ port, transport, ...(voice ? { voice } : {}), configFile: config, offline, models: new ModelStore(), log, onProgress: showProgress });
    console.log(`Visavis is ready: ${demo.url}`);
    console.log(`It ${demo.description}.`);
    const stop = (): void => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      log('Stopping. Press Ctrl-C again to end at once.');
      void demo.close();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`visavis-demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
