import { parseWav } from '@visavis/motion';
import { Option, type Command } from 'commander';
import { address } from '../addresses.js';
import { readInput } from '../files.js';
import { wholeNumber } from '../numbers.js';
import type { MotionServerAccess, SpeechStack } from '../recording/speech-stack.js';
import type { RecordOptions } from '../recording/record-session.js';

type Problem = Parameters<RecordOptions['onProblem']>[0];

const MAX_SECONDS = 4 * 3_600;

interface RecordFlags {
  readonly out: string;
  readonly ticketUrl?: string;
  readonly url?: string;
  readonly ticket?: string;
  readonly avatar: string;
  readonly say?: string;
  readonly seconds?: number;
  readonly console?: string;
  readonly ingress?: string;
  readonly appId: string;
  readonly apiKey: string;
}

export function addRecordCommand(program: Command): void {
  program
    .command('record')
    .description('write down what a session sends its client, for `visavis replay`')
    .argument('[in.wav]', '16-bit PCM WAV to speak through a Motion Server; without it, a running backend is recorded')
    .requiredOption('-o, --out <file>', 'where to write the recording')
    .option('--ticket-url <url>', 'where the page of a running backend asks for tickets, such as http://127.0.0.1:8080/api/ticket; it answers a POST with { "url": "ws://...", "ticket" }', address('http'))
    .option('--url <url>', 'the relay of a running backend, such as ws://127.0.0.1:8080/relay, with --ticket', address('ws'))
    .addOption(new Option('--ticket <ticket>', 'a ticket for --url, good for one connection').env('VISAVIS_TICKET'))
    .option('--avatar <id>', 'avatar to ask for', 'ava')
    .option('--say <text>', 'send this to the backend as if a user had typed it, and end when the answer was heard')
    .option('--seconds <n>', 'end after so long (default: with the utterance, or at Ctrl-C)', wholeNumber(1, MAX_SECONDS))
    .addOption(new Option('--console <url>', 'console of a running Motion Server (default: one of its own)').argParser(address('http')).env('VISAVIS_CONSOLE_URL'))
    .addOption(new Option('--ingress <url>', 'ingress of a running Motion Server').argParser(address('ws')).env('VISAVIS_INGRESS_URL'))
    .addOption(new Option('--app-id <id>', 'app on that server').env('VISAVIS_APP_ID').default('dev-app'))
    .addOption(new Option('--api-key <key>', 'API key of that app').env('VISAVIS_API_KEY').default('dev-key', 'the key of --dev'))
    .action(async (input: string | undefined, flags: RecordFlags) => {
      const signal = abortedBySignals();
      const recorded = input === undefined ? await recordBackend(flags, signal) : await recordWav(input, flags, signal);
      const { byteLength, durationMs, utterances, stopped } = recorded;
      const size = `${(durationMs / 1000).toFixed(1)} s, ${Math.ceil(byteLength / 1024)} KB, ${utterances} utterance${utterances === 1 ? '' : 's'}`;
      console.log(`${flags.out}: ${size}${stopped ? `; the recorder stopped at its bound (${stopped})` : ''}`);
    });
}

async function recordBackend(flags: RecordFlags, signal: AbortSignal): ReturnType<typeof record> {
  const { ticketUrl, url, ticket } = flags;
  if (ticketUrl !== undefined && url !== undefined) throw new Error('give one of --ticket-url and --url');
  const options = { oneUtterance: flags.say !== undefined, onProblem: printProblem };
  if (ticketUrl !== undefined) {
    const { askTicket } = await import('../recording/ticket.js');
    return record(flags, { ...options, getTicket: () => askTicket(ticketUrl) }, signal);
  }
  if (url === undefined || ticket === undefined) throw new Error('say what to record: a WAV file, --ticket-url, or --url with --ticket');
  const { onlyTicket } = await import('../recording/ticket.js');
  return record(flags, { ...options, getTicket: onlyTicket({ url, ticket }) }, signal);
}

async function recordWav(path: string, flags: RecordFlags, signal: AbortSignal): ReturnType<typeof record> {
  const other = (['ticketUrl', 'url', 'say'] as const).find((name) => flags[name] !== undefined);
  if (other) throw new Error(`give one of a WAV file and --${other === 'ticketUrl' ? 'ticket-url' : other}: a WAV is spoken by a backend of the command's own`);
  const speech = await speechOf(path);
  const { startSpeechStack } = await import('../recording/speech-stack.js');
  const stack: SpeechStack = await startSpeechStack(speech, flags.avatar, accessOf(flags));
  const over = new AbortController();
  const recording = record(flags, { getTicket: stack.getTicket, ready: stack.ready, oneUtterance: true, onProblem: printUnlessSpeech }, AbortSignal.any([signal, over.signal]));
  try {
    return await Promise.race([recording, stack.failed]);
  } finally {
    over.abort();
    await recording.catch(() => undefined);
    await stack.close();
  }
}

function printProblem({ code, message }: Problem): void {
  process.stderr.write(`visavis: ${message} (${code})\n`);
}

/** What a client hears of speech that fails; the command knows the cause, and ends with it. */
function printUnlessSpeech(problem: Problem): void {
  if (problem.code !== 'upstreamError') printProblem(problem);
}

async function record({ out, avatar, say, seconds }: RecordFlags, options: Pick<RecordOptions, 'getTicket' | 'ready' | 'oneUtterance' | 'onProblem'>, signal: AbortSignal) {
  const { recordSession } = await import('../recording/record-session.js');
  return recordSession({ out, avatarId: avatar, say, seconds, ...options }, signal);
}

async function speechOf(path: string): Promise<ReturnType<typeof parseWav>> {
  const file = await readInput(path);
  try {
    return parseWav(file);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}

function accessOf({ console: consoleUrl, ingress: ingressUrl, appId, apiKey }: RecordFlags): MotionServerAccess | undefined {
  if ((consoleUrl === undefined) !== (ingressUrl === undefined)) throw new Error('give both --console and --ingress, as `visavis serve` prints them');
  return consoleUrl === undefined ? undefined : { consoleUrl, ingressUrl: ingressUrl!, appId, apiKey };
}

/** The first SIGINT or SIGTERM ends the recording; a second one ends the process as usual. */
function abortedBySignals(): AbortSignal {
  const abort = new AbortController();
  const stop = (): void => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    abort.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return abort.signal;
}
