/** The unmodified Python SDK: a venv with it under .cache/conformance, made once, and a run of spatius/run.py. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const requirements = `${root}conformance/spatius/requirements.txt`;
const venv = `${root}.cache/conformance/venv`;
const python = `${venv}/bin/python`;

/** Runs a command to its end, its output on stderr; throws where it fails. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
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

/** Runs its checks against the targets, the second one with small limits; gives one result each, as it comes. */
export async function* runSpatius([{ consoleUrl, ingressUrl, apiKey, appId, avatarId, isPublic }, strict], speechWav, match) {
  prepareVenv();
  const env = {
    ...process.env, PYTHONDONTWRITEBYTECODE: '1', VISAVIS_CONSOLE_URL: consoleUrl, VISAVIS_INGRESS_URL: ingressUrl, VISAVIS_API_KEY: apiKey,
    VISAVIS_APP_ID: appId, VISAVIS_AVATAR_ID: avatarId, VISAVIS_PUBLIC: isPublic ? '1' : '',
    ...(strict && { VISAVIS_STRICT: JSON.stringify({ consoleUrl: strict.consoleUrl, ingressUrl: strict.ingressUrl, otherApp: strict.otherApp, limits: strict.limits }) }),
  };
  const args = [`${root}conformance/spatius/run.py`, ...(match ? ['--match', match] : []), ...(existsSync(speechWav) ? ['--speech', speechWav] : [])];
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) yield { suite: 'spatius', ...JSON.parse(line) };
  const status = await exited;
  if (status !== 0 && status !== 1) throw new Error(`spatius/run.py ended with ${status}`);
}
