import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

beforeAll(() => {
  if (!existsSync(here('../../dist/visavis.js'))) throw new Error('the command runs as it is installed, from dist: run npm run build first');
});
vi.setConfig({ testTimeout: 120_000 });

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

/** Starts the server; its two endpoints. */
async function serve(...options: string[]): Promise<{ console: URL; ingress: URL }> {
  const started = spawn(process.execPath, [here('../../bin/visavis.js'), 'serve', '--dev', '--port', '0', '--log-level', 'error', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  const urls: URL[] = [];
  for await (const line of createInterface({ input: started.stdout })) {
    urls.push(new URL(line.slice(line.indexOf('=') + 1)));
    if (urls.length === 2) break;
  }
  return { console: urls[0]!, ingress: urls[1]! };
}

async function sessionToken(server: { console: URL }): Promise<string> {
  const body = JSON.stringify({ expireAt: Math.floor(Date.now() / 1000) + 60 });
  const answer = await fetch(`${server.console.href}/session-tokens`, { method: 'POST', headers: { 'X-Api-Key': 'dev-key' }, body });
  return ((await answer.json()) as { sessionToken: string }).sessionToken;
}

describe('visavis serve', () => {
  it.each(['0', '2'])('with %s workers ends on SIGTERM: sessions are told to connect again, with 1012', async (workers) => {
    const server = await serve('--workers', workers);
    const session = await sessionToken(server);
    const socket = connect(Number(server.ingress.port), '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write([
      `GET ${server.ingress.pathname}/websocket?id=ava&appId=dev-app&sessionKey=${session} HTTP/1.1`, 'Host: test', 'Connection: Upgrade',
      'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', '',
    ].join('\r\n'));
    await once(socket, 'data');
    child!.kill('SIGTERM');
    const [code] = (await once(child!, 'exit')) as [number | null];
    expect(code).toBe(0);
    await closed; // what was sent before the exit may be read after it
    const text = Buffer.concat(parts).toString('latin1');
    expect(text).toMatch(/^HTTP\/1.1 101 /);
    expect(text).toContain('draining');
    expect(text).toContain('\x03\xf4the server is shutting down'); // the close frame: 1012 and the reason
    socket.destroy();
  });

  it('names a config that is wrong, and what is wrong with it, in one line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'visavis-'));
    try {
      const path = join(folder, 'bad.json');
      writeFileSync(path, '{ "apps": [{ "appId": 3 }], "prot": 1 }');
      const { status, stderr } = spawnSync(process.execPath, [here('../../bin/visavis.js'), 'serve', '--config', path], { encoding: 'utf8' });
      expect(status).toBe(1);
      expect(stderr).toMatch(/^visavis: the config \S+bad\.json: apps\[0\]\.appId: must be a string; .*there is no setting "prot"\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
