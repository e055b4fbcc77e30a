/**
 * npm run conformance: the unmodified third-party SDK against `visavis serve --dev`.
 * Starts the server from the built cli, makes a Python venv with the pinned SDK under .cache/conformance (once), runs
 * spatius/run.py, stops the server. PYTHON names another interpreter (3.10 or later); an argument, another speech wav.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const requirements = `${root}conformance/spatius/requirements.txt`;
const venv = `${root}.cache/conformance/venv`;
const python = `${venv}/bin/python`;
const speechWav = process.argv[2] ?? `${root}apps/demo/assets/samples/austen.wav`;

/** Runs a command to its end, its output shown; throws where it fails. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error ?? status !== 0) throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** Makes the venv, or leaves it where it already has these requirements. */
function prepareVenv() {
  const stamp = `${venv}/requirements.sha256`;
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  mkdirSync(`${root}.cache/conformance`, { recursive: true });
  run(process.env.PYTHON ?? 'python3', ['-m', 'venv', '--clear', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stamp, wanted);
}

/** The server's process and the endpoints it prints. */
async function startServer() {
  const cli = `${root}packages/cli/bin/visavis.js`;
  const server = spawn(process.execPath, [cli, 'serve', '--dev', '--port', '0', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const endpoints = {};
  for await (const line of createInterface({ input: server.stdout })) {
    const [, name, value] = /^(VISAVIS_(?:CONSOLE|INGRESS)_URL)=(.+)$/.exec(line) ?? [];
    if (name) endpoints[name] = value;
    if (Object.keys(endpoints).length === 2) return { server, endpoints };
  }
  throw new Error('the server ended before it printed its endpoints; run "npm run build" first if there is no build');
}

/** SIGTERM, and resolves when the process has gone. */
async function stop(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await gone;
}

prepareVenv();
const { server, endpoints } = await startServer();
try {
  const args = [`${root}conformance/spatius/run.py`, ...(existsSync(speechWav) ? [speechWav] : [])];
  const { status } = spawnSync(python, args, { stdio: 'inherit', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...endpoints } });
  process.exitCode = status ?? 1;
} finally {
  await stop(server);
}
