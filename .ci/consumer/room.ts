// The README's backends of rooms, as a consumer outside the workspace compiles them; where there is a LiveKit server, one says a word in it.
import { createMotionServer, devConfig } from '@visavis/motion-server';
import { joinRoom, mintViewerToken, publishToRoom } from '@visavis/livekit/node';
import { createPresenter, newAvatarSession } from '@visavis/server-sdk';

const motionServer = await createMotionServer({ ...devConfig(), model: 'baseline' });
Object.assign(process.env, { VISAVIS_CONSOLE_URL: motionServer.consoleUrl, VISAVIS_INGRESS_URL: motionServer.ingressUrl, VISAVIS_APP_ID: 'dev-app', VISAVIS_API_KEY: 'dev-key' });
async function* yourTts(text: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (text !== '' && !signal.aborted) yield new Uint8Array(32_000);
}

const keys = { apiKey: process.env.LIVEKIT_API_KEY!, apiSecret: process.env.LIVEKIT_API_SECRET! };
const stage = await joinRoom({ url: process.env.LIVEKIT_URL!, ...keys, room: 'lobby', identity: 'ava' });
const presenter = createPresenter(stage, { avatarId: 'ava' });

async function answer(text: string): Promise<void> {
  presenter.interrupt();
  const turn = presenter.beginTurn();
  for await (const pcm of yourTts(text, turn.signal)) await turn.send(pcm);
  await turn.end();
}
stage.onText(answer);
const token = await mintViewerToken({ ...keys, room: 'lobby', identity: 'viewer-17', microphone: true });

const finished = new Promise<{ playedMs: number }>((resolve) => { stage.onPlaybackFinished(resolve); });
await answer('hello');
const { playedMs } = await finished;
await presenter.close();
await stage.close();

const session = newAvatarSession({ avatarId: 'ava', sampleRate: 24_000 });
await session.start();
const other = await publishToRoom(session, { url: process.env.LIVEKIT_URL!, ...keys, room: 'lobby', identity: 'ava' });
const heard = new Promise<{ playedMs: number }>((resolve) => { other.onPlaybackFinished(resolve); });
session.sendAudio(new Uint8Array(48_000), true);
console.log(`packed rooms: played ${playedMs} and ${(await heard).playedMs} ms; a viewer's token has ${token.split('.').length} parts`);
await other.close();
await session.close();
await motionServer.close();
