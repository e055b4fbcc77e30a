/**
 * node packages/livekit/test/two-avatars.mjs [FILE]: two avatars that talk in one room of a real livekit-server, in one page: a picture
 * of it, taken when both mouths are open. Default: docs/images/livekit-two-avatars.png. Needs Chromium.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createMotionServer, devConfig } from '@visavis/motion-server';
import { mintViewerToken, publishToRoom } from '@visavis/livekit/node';
import { parseWav } from '@visavis/motion';
import { newAvatarSession } from '@visavis/server-sdk';
import { runnerImport } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [file = here('../../../docs/images/livekit-two-avatars.png')] = process.argv.slice(2);
const AVATARS = ['ava', 'leo'];
const OPEN = 0.12;
/** Until what is held was drawn. */
const SETTLE_MS = 6_000;
/** Where each begins in the recording, seconds. */
const FROM_S = [0, 2.5];

const { module: browsers } = await runnerImport(here('../../../test/browser.ts'));
const { module: servers } = await runnerImport(here('../../../test/livekit-server.ts'));
const [server, pages, browser, motionServer] = await Promise.all([
  servers.startLiveKitServer(), browsers.serveWithVite(), browsers.launchBrowser(['--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns']),
  createMotionServer(devConfig({ avatars: AVATARS })),
]);
const stages = [];
try {
  const { samples, sampleRate } = parseWav(readFileSync(here('../../../apps/demo/assets/samples/austen.wav')));
  const sessions = AVATARS.map((avatarId) => newAvatarSession({ consoleUrl: motionServer.consoleUrl, ingressUrl: motionServer.ingressUrl, apiKey: 'dev-key', appId: 'dev-app', avatarId, sampleRate }));
  await Promise.all(sessions.map((session) => session.start()));
  for (const [i, identity] of AVATARS.entries()) stages.push(await publishToRoom(sessions[i], { url: server.url, ...servers.KEYS, room: 'two', identity }));
  const page = await browser.newPage({ viewport: { width: 720, height: 450 } });
  page.setDefaultTimeout(0);
  page.on('pageerror', (error) => { throw error; });
  await page.goto(`${pages.url}/packages/livekit/test/page/two.html`);
  await page.waitForSelector('html[data-ready]');
  const token = await mintViewerToken({ ...servers.KEYS, room: 'two', identity: 'viewer' });
  await page.evaluate(([url, jwt, identities]) => globalThis.twoAvatars.show(url, jwt, identities), [server.url, token, AVATARS]);
  for (const [i, session] of sessions.entries()) {
    const part = samples.slice(FROM_S[i] * sampleRate);
    session.sendAudio(new Uint8Array(part.buffer), true);
  }
  const jaws = await page.evaluate((jaw) => globalThis.twoAvatars.catchOpen(jaw), OPEN);
  process.stdout.write(`jaws open by ${jaws.map((jaw) => jaw.toFixed(2)).join(' and ')}\n`);
  await sleep(SETTLE_MS);
  await page.screenshot({ path: file });
  process.stdout.write(`wrote ${file}\n`);
  await Promise.all(sessions.map((session) => session.close()));
} finally {
  await browser.close();
  await pages.close();
  await Promise.all(stages.map((stage) => stage.close()));
  await motionServer.close();
  await server.kill();
}
process.exit();
