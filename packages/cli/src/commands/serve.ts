import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODEL_NAMES, type ModelName } from '@visavis/motion/onnx';
import { AvatarLibrary, createMotionServer, devConfig, type MotionServer, type MotionServerConfig, type OpenEgress } from '@visavis/motion-server';
import { Option, type Command } from 'commander';
import { pino } from 'pino';
import { readInput } from '../files.js';
import { wholeNumber } from '../numbers.js';

const DEFAULT_PORT = 8787;
/** The default avatars, beside the built command. */
const PACKAGED_AVATARS = fileURLToPath(new URL('avatars', import.meta.url));
const GRACE_MS = 5_000;
const MAX_WORKERS = 64;
/** Native, and large: whoever publishes into rooms installs them. */
const EGRESS_PACKAGES = ['@visavis/livekit/node', '@livekit/rtc-node', 'livekit-server-sdk'];
/** One core is left to the sockets. */
const DEFAULT_WORKERS = Math.min(MAX_WORKERS, Math.max(1, availableParallelism() - 1));

interface ServeOptions {
  readonly dev?: true;
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly workers?: number;
  readonly model?: ModelName;
  readonly avatars?: readonly string[];
  readonly logLevel: string;
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run a Motion Server')
    .option('--dev', 'app dev-app, API key dev-key, every avatar that is there; on loopback only')
    .option('-c, --config <file>', 'JSON file: { "apps": [{ "appId", "apiKeys", "avatars" }], ... }')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('-p, --port <n>', `port to listen on, 0 takes a free one (default: ${DEFAULT_PORT})`, wholeNumber(0, 65_535))
    .option('-w, --workers <n>', `threads that make motion, 0 for none of their own (default: the config's, or one less than there are cores: ${DEFAULT_WORKERS})`, wholeNumber(0, MAX_WORKERS))
    .option('-a, --avatars <folder>', "folder of avatars to give out, or an avatar's own; may be given several times (default: the config's, or those that come with the command)", collect)
    .addOption(new Option('-m, --model <name>', "what makes motion (default: the config's, or the network, or with a warning the baseline where that does not load)").choices(MODEL_NAMES))
    .addOption(new Option('--log-level <level>', 'what to log, as JSON on stderr').choices(['silent', 'error', 'warn', 'info', 'debug']).default('warn'))
    .action(async (options: ServeOptions) => {
      const server = await start(options);
      console.log(`VISAVIS_CONSOLE_URL=${server.consoleUrl}`);
      console.log(`VISAVIS_INGRESS_URL=${server.ingressUrl}`);
      console.log(`VISAVIS_AVATARS_URL=${server.avatarsUrl}`);
      closeOnSignal(server);
    });
}

async function start(options: ServeOptions): Promise<MotionServer> {
  const config = await configOf(options);
  try {
    const openEgress = findEgress(config);
    return await createMotionServer({ ...config, ...(openEgress && { openEgress }), logger: pino({ level: options.logLevel }, pino.destination(2)) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'invalidConfiguration' && options.config) throw new Error(`the config ${options.config}: ${message}`, { cause: error });
    if (code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${config.port} is taken: choose another with --port, or --port 0 for a free one`, { cause: error });
  }
}

/** What publishes into LiveKit rooms, where that is installed beside the command; it is loaded when the first session asks for it. */
function findEgress({ egress }: MotionServerConfig): OpenEgress | undefined {
  try {
    for (const name of EGRESS_PACKAGES) import.meta.resolve(name);
  } catch {
    if (!egress?.urls?.length) return undefined;
    throw new Error(`egress.urls needs LiveKit: npm install ${EGRESS_PACKAGES.map((name) => name.replace(/\/node$/, '')).join(' ')}`);
  }
  let loaded: Promise<OpenEgress> | undefined;
  return async (request, events) => (await (loaded ??= loadEgress()))(request, events);
}

async function loadEgress(): Promise<OpenEgress> {
  const { createLiveKitEgress } = await import('@visavis/livekit/node');
  return createLiveKitEgress();
}

async function configOf({ dev, config, host, port, workers, model, avatars }: ServeOptions): Promise<MotionServerConfig> {
  if (!dev === !config) throw new Error('give either --dev or --config FILE');
  const avatarFolders = avatars?.map((path) => resolve(path)) ?? [PACKAGED_AVATARS];
  if (avatars) await checkAvatars(avatarFolders);
  const base = config ? { avatarFolders, ...(await readConfig(config)), ...(avatars && { avatarFolders }) } : await devConfigOf(avatarFolders);
  const given = { ...(host !== undefined && { host }), ...(port !== undefined && { port }), ...(workers !== undefined && { workers }), ...(model && { model }) };
  // What a config names by a path lies beside it.
  return { port: DEFAULT_PORT, workers: DEFAULT_WORKERS, ...base, ...given, ...(config && { folder: dirname(resolve(config)) }) };
}

const collect = (folder: string, before: readonly string[] = []): string[] => [...before, folder];

async function devConfigOf(avatarFolders: readonly string[]): Promise<MotionServerConfig> {
  const ids = (await new AvatarLibrary({ folders: avatarFolders }).list()).map(({ id }) => id);
  return devConfig({ avatarFolders, ...(ids.length > 0 && { avatars: ids }) });
}

/** A folder that was asked for must have something in it. */
async function checkAvatars(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const problems: string[] = [];
    const library = new AvatarLibrary({ folders: [folder], onProblem: (error, at) => problems.push(`${at}: ${error.message}`) });
    if ((await library.list()).length === 0) throw new Error(problems[0] ?? `there is no avatar in ${folder}: an avatar is a folder with an avatar.json in it`);
  }
}

async function readConfig(path: string): Promise<MotionServerConfig> {
  const text = new TextDecoder().decode(await readInput(path));
  try {
    return JSON.parse(text) as MotionServerConfig; // checked whole by createMotionServer
  } catch (cause) {
    throw new Error(`the config ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The first SIGINT or SIGTERM drains the server; a second one ends the process as usual. */
function closeOnSignal(server: MotionServer): void {
  const stop = (): void => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    void server.close({ graceMs: GRACE_MS });
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}
