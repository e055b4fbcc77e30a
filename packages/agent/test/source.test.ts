import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { PlayingClient } from './playing-client.js';

/** The README's example, as it stands there, in a process of its own. */
const EXAMPLE = new URL('./readme-example.mjs', import.meta.url);
let child: ChildProcess | undefined;

afterEach(async () => {
  if (child && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(EXAMPLE, { force: true });
});

async function lines(process: ChildProcess, enough: (lines: readonly string[]) => boolean): Promise<string[]> {
  const seen: string[] = [];
  for await (const line of createInterface({ input: process.stdout! })) {
    seen.push(line);
    if (enough(seen)) break;
  }
  return seen;
}

it('the example in the README speaks, is cut, and says what was heard', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const code = /```js\n(import \{ createServer[\s\S]*?)```/.exec(readme)?.[1];
  if (!code) throw new Error('the README has no example');
  await writeFile(EXAMPLE, code);
  child = spawn(process.execPath, [EXAMPLE.pathname], { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [ready] = await lines(child, (seen) => seen.length > 0);
  const port = /\d+$/.exec(ready!)![0];
  const { ticket } = await (await fetch(`http://127.0.0.1:${port}/api/ticket`, { method: 'POST' })).json() as { ticket: string };
  const client = await PlayingClient.join(`ws://127.0.0.1:${port}/relay`, ticket);
  const told = lines(child, (seen) => seen.length > 1);
  client.line.send('text', { text: 'this is a rather long text, that is cut before its end. It has two sentences.' });
  await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 20_000 }).toBeGreaterThan(1_200);
  client.line.send('text', { text: 'hello' });
  await client.finished.first(({ state }) => state === 'finished');
  const [cut, heard] = await told;
  client.leave();
  expect(cut).toMatch(/^cut after: You said: this/);
  expect(cut).not.toContain('sentences');
  expect(heard).toBe('heard: You said: hello');
  expect(client.requests.map(({ state, hasMotion }) => [state, hasMotion])).toEqual([['interrupted', true], ['finished', true]]);
});
