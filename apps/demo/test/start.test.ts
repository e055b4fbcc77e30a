import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

it('starts by the README\'s command with a configuration beside the caller, and notes beside the configuration', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-start-'));
  mkdirSync(join(folder, 'notes'));
  writeFileSync(join(folder, 'notes', 'tea.md'), '# Tea\n\nTea is served at four.\n');
  writeFileSync(join(folder, 'agent.yaml'), 'tts: { provider: embedded, engine: flite }\nllm: { provider: embedded, knowledge: ./notes }\n');
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--offline', '--config', relative(ROOT, join(folder, 'agent.yaml'))], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { told += text; });
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url = /ready: (\S+)/.exec(line)?.[1];
    if (url) break;
  }
  expect(url, told).toBeDefined();
  expect((await fetch(url!)).status).toBe(200);
  const exited = once(child, 'exit');
  // npm and what it started, as a terminal's Ctrl-C ends them.
  process.kill(-child.pid!, 'SIGINT');
  await exited;
  await expect.poll(() => fetch(url!).then(() => true, () => false), { timeout: 10_000 }).toBe(false);
  rmSync(folder, { recursive: true });
});
