/**
 * npm run conformance: the public protocol, spoken to a Motion Server by an unmodified third-party SDK and by bare
 * WebSockets. See README.md, or --help.
 */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { runBare } from './bare/index.mjs';
import { Target } from './bare/target.mjs';
import { countsOf, lineOf, tableOf } from './report.mjs';
import { startDev, startStrict } from './server.mjs';
import { runSpatius } from './spatius.mjs';

const HELP = `node conformance/run.mjs [options]

Without endpoints it starts "visavis serve --dev", and one with small limits, from the build, and tries those.

  --console URL --ingress URL   the server to try (VISAVIS_CONSOLE_URL, VISAVIS_INGRESS_URL)
  --app ID --api-key KEY        its app (dev-app, dev-key) and
  --avatar ID                   avatar (ava)
  --other-app ID                another app of it, for the error of a token that is not its own
  --limits JSON                 its limits where they are small enough to wait for:
                                maxMessageBytes handshakeMs idleMs sessionMs pingMs maxSessionsPerApp maxBadMessages
  --public                      leave out what Visavis adds to the public protocol
  --only SUITE                  bare or spatius
  --match TEXT                  only checks with this in their name
  --speech FILE                 mono 16-bit wav for the SDK to send
  --json                        the results as JSON on stdout, the lines on stderr
`;

const options = readOptions({
  options: {
    console: { type: 'string', default: process.env.VISAVIS_CONSOLE_URL }, ingress: { type: 'string', default: process.env.VISAVIS_INGRESS_URL },
    app: { type: 'string', default: 'dev-app' }, 'api-key': { type: 'string', default: process.env.VISAVIS_API_KEY ?? 'dev-key' },
    avatar: { type: 'string', default: 'ava' }, 'other-app': { type: 'string' }, limits: { type: 'string' }, public: { type: 'boolean', default: false },
    only: { type: 'string' }, match: { type: 'string', default: '' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
    speech: { type: 'string', default: fileURLToPath(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)) },
  },
});

/** The options, or an end with status 2 and one line that says which of them is wrong. */
function readOptions(definition) {
  try {
    const { values } = parseArgs(definition);
    if (values.only !== undefined && !['bare', 'spatius'].includes(values.only)) throw new Error(`there is no suite "${values.only}": --only takes bare or spatius`);
    if (!values.console !== !values.ingress) throw new Error('give both --console and --ingress, or neither');
    return { ...values, ...(values.limits && { limits: limitsOf(values.limits) }) };
  } catch (error) {
    console.error(`conformance: ${error.message.split('. ')[0]} (see --help)`);
    process.exit(2);
  }
}

function limitsOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('--limits takes JSON, such as {"idleMs":2000}');
  }
}

/** The servers to try: the one named, or two of ours. */
async function servers() {
  if (!options.console) return Promise.all([startDev(), startStrict()]);
  const settings = {
    consoleUrl: options.console, ingressUrl: options.ingress, appId: options.app, apiKey: options['api-key'], avatarId: options.avatar,
    ...(options['other-app'] && { otherApp: { appId: options['other-app'] } }), ...(options.limits && { limits: options.limits }),
  };
  return [{ settings, stop: () => undefined }];
}

async function* results(targets) {
  if (options.only !== 'bare') yield* runSpatius(targets, options.speech, options.match);
  // Last, for it stops a server that may be stopped.
  if (options.only !== 'spatius') yield* runBare(targets, (name) => name.includes(options.match));
}

async function main() {
  const say = options.json ? console.error : console.log;
  const started = await servers();
  const all = [];
  try {
    const targets = started.map(({ settings }) => new Target({ ...settings, isPublic: options.public }));
    for await (const result of results(targets)) {
      all.push(result);
      say(lineOf(result));
    }
  } finally {
    await Promise.all(started.map(({ stop }) => stop()));
  }
  if (all.length === 0) console.error(`conformance: no check has "${options.match}" in its name`);
  else say(`\n${tableOf(all)}`);
  if (options.json) console.log(JSON.stringify({ ...countsOf(all), checks: all }, undefined, 2));
  process.exitCode = all.length > 0 && countsOf(all).failed === 0 ? 0 : 1;
}

if (options.help) console.log(HELP);
else await main();
