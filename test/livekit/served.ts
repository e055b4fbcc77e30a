/** `visavis serve` as its users run it: a process, with a config file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/visavis.js', import.meta.url));

export interface Served {
  readonly consoleUrl: string;
  readonly ingressUrl: string;
  close(): Promise<void>;
}

export async function serve(config: object): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-serve-'));
  const file = join(folder, 'server.json');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, [COMMAND, 'serve', '--config', file, '--port', '0', '--workers', '0', '--model', 'baseline'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const urls = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [name = '', url = ''] = line.split(/=(.*)/s);
    urls.set(name, url);
    if (urls.has('VISAVIS_CONSOLE_URL') && urls.has('VISAVIS_INGRESS_URL')) return { consoleUrl: urls.get('VISAVIS_CONSOLE_URL')!, ingressUrl: urls.get('VISAVIS_INGRESS_URL')!, close };
  }
  await close();
  throw new Error('visavis serve ended before it said where it is');
}
