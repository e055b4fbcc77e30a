/** Motion Servers of our own to try: `visavis serve` from the build, stopped by SIGTERM. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../packages/cli/bin/visavis.js', import.meta.url));
const DEV = { apiKey: 'dev-key', appId: 'dev-app', avatarId: 'ava' };

/** Small enough to be reached in a moment, large enough for every other check. */
const LIMITS = { maxMessageBytes: 1024 * 1024, handshakeMs: 700, idleMs: 2500, sessionMs: 5000, pingMs: 400, maxSessionsPerApp: 3, maxBadMessages: 4 };
const OTHER = { appId: 'other-app', apiKey: 'other-key' };

async function serve(...args) {
  const server = spawn(process.execPath, [cli, 'serve', ...args, '--port', '0', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => server.once('exit', (code) => resolve(code)));
  const stop = () => {
    server.kill('SIGTERM');
    return exited;
  };
  const urls = {};
  for await (const line of createInterface({ input: server.stdout })) {
    const [, name, value] = /^VISAVIS_(CONSOLE|INGRESS)_URL=(.+)$/.exec(line) ?? [];
    if (name) urls[name] = value;
    if (urls.CONSOLE && urls.INGRESS) return { ...DEV, consoleUrl: urls.CONSOLE, ingressUrl: urls.INGRESS, stop };
  }
  throw new Error('the server ended before it printed its endpoints; run "npm run build" first if there is no build');
}

/** The server that everybody starts. */
export async function startDev() {
  const { stop, ...settings } = await serve('--dev');
  return { settings, stop };
}

/** One with two apps and small limits, which a check may stop. */
export async function startStrict() {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-conformance-'));
  const file = join(folder, 'server.json');
  const apps = [{ appId: DEV.appId, apiKeys: [DEV.apiKey], avatars: [DEV.avatarId] }, { appId: OTHER.appId, apiKeys: [OTHER.apiKey] }];
  writeFileSync(file, JSON.stringify({ apps, limits: LIMITS, closeOnTokenExpiry: true }));
  try {
    const settings = await serve('--config', file);
    return { settings: { ...settings, otherApp: OTHER, limits: LIMITS, closesOnTokenExpiry: true }, stop: settings.stop };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
