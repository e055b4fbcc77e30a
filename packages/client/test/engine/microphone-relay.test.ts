import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRelay, type MicrophonePcm, type Relay } from '@visavis/server-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBrowser } from '../stage.js';
import type {} from './page/page.js';

const stage = useBrowser(['--use-fake-device-for-media-stream']); // Chromium's own, which beeps
let http: Server;
let relay: Relay;
let hear: (piece: MicrophonePcm) => void = () => undefined;

beforeAll(async () => {
  http = createServer();
  await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve); });
  relay = createRelay({ manifestUrl: () => '/avatar.json', allowedOrigins: [stage.url] });
  relay.attach(http, '/relay');
  relay.onClient((client) => { client.onMicrophone((piece) => { hear(piece); }); });
});

afterAll(async () => {
  await relay?.dispose();
  http?.close();
});

/** A beep and what lies before and after it, as the backend has it: s16le at 16 kHz. */
const PIECES = 75;

it.each([['Opus', true], ['PCM', false]])('a browser’s microphone is heard by the backend behind the relay, as %s', async (_, opusUplinkEnabled) => {
  const pieces: MicrophonePcm[] = [];
  const heard = new Promise<void>((resolve) => { hear = (piece) => { if (pieces.push(piece) === PIECES) resolve(); }; });
  const page = await stage.open('engine', { permissions: ['microphone'] });
  const { port } = http.address() as AddressInfo;
  const ticket = { url: `ws://127.0.0.1:${port}/relay`, ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket };
  await page.evaluate(async ([given, opus]) => {
    const { AvatarController, WebSocketTransport } = engine.client;
    const controller = new AvatarController({ audioFormat: { sampleRate: 16_000, inputAudioFormat: 'pcm', opusUplinkEnabled: opus } });
    await controller.connect(new WebSocketTransport({ getTicket: () => Promise.resolve(given), avatarId: 'ava' }));
    await controller.startMicrophone();
  }, [ticket, opusUplinkEnabled] as const);
  await heard;
  await page.close();
  const samples = pieces.map(({ pcm }) => new Int16Array(pcm.slice().buffer));
  expect(new Set(samples.slice(1).map(({ length }) => length)), '20 ms each, after what the first lacks by a filter').toEqual(new Set([320]));
  expect(pieces.some(({ isFilled }) => isFilled)).toBe(false);
  const loudest = samples.map((piece) => piece.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
  expect(Math.max(...loudest), 'the beep').toBeGreaterThan(1_000);
  expect(Math.min(...loudest), 'and the silence around it').toBeLessThan(300);
});
