// The packed command, given by its path: serves one request with motion and audio, then ends on SIGTERM.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { newAvatarSession } from '@visavis/server-sdk';

const [command = ''] = process.argv.slice(2);
const server = spawn(command, ['serve', '--workers', '1', '--dev', '--port', '0', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'inherit'] });
process.once('exit', () => server.kill('SIGKILL'));
const exited = once(server, 'exit');
const urls: string[] = [];
for await (const line of createInterface({ input: server.stdout })) {
  urls.push(line.slice(line.indexOf('=') + 1));
  if (urls.length === 2) break;
}
const [consoleUrl = '', ingressUrl = ''] = urls;

let [motion, audio] = [0, 0];
let finish = (): void => undefined;
const ended = new Promise<void>((resolve) => { finish = resolve; });
const session = newAvatarSession({
  appId: 'dev-app', apiKey: 'dev-key', avatarId: 'ava', consoleUrl, ingressUrl,
  onAudio: () => { audio += 1; },
  onMotion: ({ end }) => {
    motion += 1;
    if (end) finish();
  },
});
await session.start();
session.sendAudio(new Uint8Array(32_000), true);
await ended;
await session.close();
server.kill('SIGTERM');
const [code] = (await exited) as [number | null];
console.log(`the packed command answered with ${motion} messages of motion and ${audio} of audio, and ended with ${code}`);
if (motion === 0 || audio === 0 || code !== 0) process.exitCode = 1;
