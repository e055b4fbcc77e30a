import { expect, it } from 'vitest';
import { FakeMotionServer, Inbox } from '../test/index.js';
import { newAvatarSession } from './avatar-session.js';
import { TokenCache } from './token-cache.js';

it('tells its listeners what its callbacks are told, after them, and of interrupts, until they leave', async () => {
  const server = await FakeMotionServer.start();
  const told = new Inbox<string>();
  const session = newAvatarSession({
    apiKey: 'key', appId: 'app', avatarId: 'ava', consoleUrl: server.consoleUrl, ingressUrl: server.ingressUrl, tokens: new TokenCache(),
    onAudio: () => told.push('own audio'), onMotion: () => told.push('own motion'),
  });
  const leave = session.subscribe({
    onAudio: ({ reqId }) => told.push(`audio ${reqId === asked}`), onMotion: ({ end }) => told.push(`motion ${end}`), onInterrupt: () => told.push('interrupt'),
  });
  await session.start();
  const peer = await server.connection();
  const asked = session.sendAudio(Uint8Array.of(1, 2), true);
  peer.send('serverResponseAnimation', { reqId: asked, audio: { sampleRate: 24_000, packetMs: 20, packets: [Uint8Array.of(1)] } });
  peer.send('serverResponseAnimation', { reqId: asked, end: true });
  await told.count(4);
  session.interrupt();
  leave();
  const next = session.sendAudio(Uint8Array.of(3), true);
  peer.send('serverResponseAnimation', { reqId: next, end: true });
  await told.count(6);
  expect(told.items).toEqual(['own audio', 'audio true', 'own motion', 'motion true', 'interrupt', 'own motion']);
  await session.close();
  await server.stop();
});
