import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRelay } from '@visavis/server-sdk';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const wav = here('../../../../apps/demo/assets/samples/austen.wav');

beforeAll(() => {
  if (!existsSync(here('../../dist/visavis.js'))) throw new Error('the command runs as it is installed, from dist: run npm run build first');
});
vi.setConfig({ testTimeout: 120_000 });

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

/** Runs a command to its end. */
async function ended(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  const started = spawn(process.execPath, [here('../../bin/visavis.js'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  child = started;
  let stderr = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const [code] = (await once(started, 'close')) as [number | null];
  return { code, stderr };
}

describe('visavis record', () => {
  it('writes what a WAV becomes over the file that was there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'visavis-'));
    const out = join(folder, 'session.vvrec');
    writeFileSync(out, 'an earlier recording');
    expect(await ended('record', wav, '--seconds', '3', '--out', out)).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(out, 'utf8')).toMatch(/^\{"format":"visavis-recording".*\n(.*\n)+.*"kind":"in".*\n(.*\n)*.*"kind":"stop","reason":"asked"\}\n$/);
    rmSync(folder, { recursive: true });
  });
});

describe('visavis record ends with status 1, one line and the file as it was', () => {
  let folder: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'visavis-'));
    out = join(folder, 'session.vvrec');
    writeFileSync(out, 'an earlier recording');
  });
  afterEach(() => {
    expect(readFileSync(out, 'utf8')).toBe('an earlier recording');
    rmSync(folder, { recursive: true });
  });
  it('where the relay refuses the ticket', async () => {
    const relay = createRelay({ manifestUrl: (id) => id });
    const server = createServer().listen(0, '127.0.0.1');
    relay.attach(server, '/relay');
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/relay`;
    const { code, stderr } = await ended('record', '--url', url, '--ticket', 'bad', '--say', 'hi', '--out', out);
    await relay.dispose();
    server.close();
    expect(stderr).toMatch(/^visavis: this ticket is unknown, used or expired.*\(ticketInvalid\)\n$/);
    expect(code).toBe(1);
  });

  it('where nothing listens', async () => {
    const { code, stderr } = await ended('record', '--url', 'ws://127.0.0.1:9/relay', '--ticket', 'bad', '--out', out);
    expect(stderr).toMatch(/^visavis: the relay took no connection: .*\n$/);
    expect(code).toBe(1);
  });

  it.each([
    ['its avatar is unknown', ['--avatar', 'bob'], /avatarNotFound/],
    ['its console does not answer', ['--console', 'http://127.0.0.1:9/v1/console', '--ingress', 'ws://127.0.0.1:9/v2/driveningress'], /connectionFailed/],
  ])('when a WAV cannot be spoken: %s', async (_, options, cause) => {
    const { code, stderr } = await ended('record', wav, ...options, '--out', out);
    expect(stderr).toMatch(/^visavis: [^\n]+\n$/);
    expect(stderr).toMatch(cause);
    expect(code).toBe(1);
  });

  it.each([
    [['record', wav, '--ticket-url', 'http://127.0.0.1:9/'], /give one of a WAV file and --ticket-url/],
    [['record', '--url', 'ws://127.0.0.1:9/', '--ticket-url', 'http://127.0.0.1:9/'], /give one of --ticket-url and --url/],
    [['record', '--ticket-url', 'gibberish'], /--ticket-url.* is not a URL/],
    [['speak', 'hello', '--url', 'nonsense'], /--url.* is not a URL/],
  ])('for options that make no sense: %j', async (args, said) => {
    const { code, stderr } = await ended(...args, ...(args[0] === 'record' ? ['--out', out] : []));
    expect(stderr).toMatch(said);
    expect(code).toBe(1);
  });
});
