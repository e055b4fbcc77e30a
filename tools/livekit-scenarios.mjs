/**
 * npm run livekit:scenarios: the avatar in rooms of a real livekit-server, three ways, with assertions on pose and sound in Chromium.
 * Brings what it needs, the server and the third-party plugin's Python, and says in the end which way was tried and held. Fails
 * where one did not hold, or could not be tried.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCENARIOS = [
  { name: 'direct publish', file: 'packages/livekit/test/room.test.ts' },
  { name: 'an agent with our plugin', file: 'test/livekit/agents.test.ts' },
  { name: 'egress by the unmodified Python plugin', file: 'test/livekit/egress.test.ts', within: 'by an unmodified third-party plugin' },
];

const missing = [['.ci/livekit-server'], ['.ci/livekit-agent', 'make']].map(prepare).filter((problem) => problem !== undefined);
const folder = mkdtempSync(join(tmpdir(), 'visavis-scenarios-'));
try {
  const report = join(folder, 'report.json');
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
  const args = ['run', '--project', 'browser', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...SCENARIOS.map(({ file }) => file)];
  spawnSync(process.execPath, [vitest, ...args], { cwd: ROOT, stdio: 'inherit' });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  for (const problem of missing) process.stdout.write(`${problem}\n`);
  const held = SCENARIOS.map((scenario) => judge(scenario, testResults));
  process.exitCode = held.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Undefined, or why it is not there. */
function prepare([command, ...args]) {
  const { status, error } = spawnSync(join(ROOT, command), args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  return status === 0 ? undefined : `${[command, ...args].join(' ')} did not succeed${error ? `: ${error.message}` : ', see above'}`;
}

function judge({ name, file, within }, results) {
  const all = results.filter((result) => result.name.endsWith(file)).flatMap((result) => result.assertionResults);
  const tests = all.filter(({ ancestorTitles }) => within === undefined || ancestorTitles.includes(within));
  const count = (status) => tests.filter((test) => test.status === status).length;
  const [passed, failed] = [count('passed'), count('failed')];
  const holds = passed > 0 && passed === tests.length;
  const text = holds ? `ran and passed, ${passed} tests` : failed > 0 ? `ran and FAILED: ${failed} of ${tests.length} tests` : 'NOT RUN';
  process.stdout.write(`${name}: ${text}\n`);
  return holds;
}
