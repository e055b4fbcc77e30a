// A backend and a Motion Server in one process, from the packed packages: says one word and waits for its end.
import { createServer } from 'node:http';
import { createMotionServer, devConfig } from '@visavis/motion-server';
import { createPresenter, createRelay, newAvatarSession } from '@visavis/server-sdk';

const motionServer = await createMotionServer(devConfig());
const access = { appId: 'dev-app', apiKey: 'dev-key', avatarId: 'ava', consoleUrl: motionServer.consoleUrl, ingressUrl: motionServer.ingressUrl };

const relay = createRelay({ manifestUrl: (avatarId) => `/avatars/${avatarId}/avatar.json` });
relay.onClient((client) => void createPresenter(client, access));
const server = createServer();
relay.attach(server, '/relay');

let messages = 0;
let finish = (): void => undefined;
const ended = new Promise<void>((resolve) => { finish = resolve; });
const session = newAvatarSession({
  ...access,
  onAudio: () => { messages += 1; },
  onMotion: ({ end }) => {
    messages += 1;
    if (end) finish();
  },
});
await session.start();
session.sendAudio(new Uint8Array(32_000), true);
await ended;
await session.close();
await relay.dispose();
await motionServer.close();
console.log(`packed packages answered with ${messages} messages`);
