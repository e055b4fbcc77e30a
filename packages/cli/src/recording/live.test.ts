import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CHANNEL } from '@visavis/face';
import { HeadlessClient, parseRecording, replaySession, SessionRecorder, WebSocketTransport } from '@visavis/client/replay';
import { parseWav } from '@visavis/motion';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { openNodeSocket } from './record-session.js';
import { startSpeechStack, type SpeechStack } from './speech-stack.js';

const FPS = 60;
const SPEECH_MS = 7_100;
const speech = parseWav(readFileSync(new URL('../../../../apps/demo/assets/samples/austen.wav', import.meta.url)));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Live {
  readonly poses: Float32Array[];
  readonly file: Uint8Array;
  readonly results: { readonly playedMs: number; readonly interrupted: boolean }[];
}

/** Ahead of what is heard, more than a turn of the clock takes. */
const AHEAD_MS = 50;

/** On a slow machine: what is to be heard next is still on its way. Without a connection it comes only as the clock turns. */
function isShort({ controller }: HeadlessClient): boolean {
  if (controller.connectionState !== 'connected' || controller.conversationState !== 'playing') return false;
  const { bufferedAudioMs, bufferedMotionMs } = controller.stats();
  const wantedMs = Math.min(AHEAD_MS, SPEECH_MS - controller.getAudioTime() - 1);
  return Math.min(bufferedAudioMs, bufferedMotionMs) < wantedMs;
}

/** The socket opened last. */
let socket: WebSocket;

/**
 * A client on a real socket to a real relay and Motion Server, with its clock turned by hand: poses are drawn while
 * messages come as they may. `act` is called before each pose with the time of the clock.
 */
async function live(stack: SpeechStack, isOver: (results: Live['results'], nowMs: number) => boolean, act: (client: HeadlessClient, nowMs: number) => void = () => undefined): Promise<Live> {
  const client = new HeadlessClient();
  cleanups.push(() => client.dispose());
  const parts: Uint8Array[] = [];
  const openSocket = (url: string) => {
    const opened = openNodeSocket(url);
    socket = opened as unknown as WebSocket;
    return opened;
  };
  const recorder = new SessionRecorder({ write: (bytes) => void parts.push(bytes), openSocket, timer: client.timer });
  const [poses, results]: [Float32Array[], { playedMs: number; interrupted: boolean }[]] = [[], []];
  const { controller } = client;
  controller.onPlaybackFinished = ({ playedMs, interrupted }) => void results.push({ playedMs, interrupted });
  const transport = new WebSocketTransport({ avatarId: 'ava', getTicket: stack.getTicket, openSocket: recorder.openSocket, timer: client.timer });
  await controller.connect(transport);
  for (let frame = 0; !isOver(results, client.timer.now()); frame++) {
    const nowMs = (frame * 1000) / FPS;
    await client.advanceTo(nowMs);
    poses.push(controller.poseAt(nowMs).values.slice());
    act(client, nowMs);
    do {
      await delay(1); // messages come in
      await client.settle();
    } while (isShort(client));
  }
  recorder.stop();
  return { poses, file: Buffer.concat(parts), results };
}

async function replayed(file: Uint8Array) {
  const poses: Float32Array[] = [];
  const report = await replaySession(parseRecording(file), { fps: FPS, onPose: ({ values }) => void poses.push(values.slice()) });
  return { report, poses };
}

async function stack(): Promise<SpeechStack> {
  const started = await startSpeechStack(speech, 'ava');
  cleanups.push(() => started.close());
  return started;
}

describe('a session over real sockets, and its recording', () => {
  it('give the same poses, bit for bit', async () => {
    const { poses, file, results } = await live(await stack(), (all) => all.length > 0);
    const again = await replayed(file);
    expect(poses.length).toBeGreaterThan(7.1 * FPS);
    expect(again.poses.slice(0, poses.length)).toEqual(poses);
    expect(Math.max(...poses.map((values) => values[CHANNEL.jawOpen]!))).toBeGreaterThan(0.3);
    expect(results).toEqual([{ playedMs: 7_100, interrupted: false }]);
    expect(again.report.utterances).toMatchObject([{ audioMs: 7_100, heardMs: 7_100, motionFrames: 213, end: 'finished', gaps: [], lateMotion: 0, droppedAudio: 0, droppedMotion: 0 }]);
    expect(again.report.errors).toEqual([]);
    const { audioPerSecond, motionPerSecond } = again.report.bytes;
    expect(audioPerSecond! + motionPerSecond!).toBeLessThan(5_000);
    expect(Math.abs(again.report.utterances[0]!.avOffset!.medianMs)).toBeLessThanOrEqual(40);
  });

  it('give the same poses through an interrupt', async () => {
    let cutMs: number | undefined;
    const { poses, file, results } = await live(await stack(), (_, nowMs) => nowMs - (cutMs ?? nowMs) > 500, (client, nowMs) => {
      if (cutMs !== undefined || client.controller.getAudioTime() < 800) return;
      client.controller.interrupt('the user cut in');
      cutMs = nowMs;
    });
    const again = await replayed(file);
    expect(again.poses.slice(0, poses.length)).toEqual(poses);
    expect(results).toMatchObject([{ interrupted: true }]);
    expect(again.report.interrupts).toMatchObject([{ atMs: cutMs, by: 'client', silentAfterMs: 0, flushedAfterMs: expect.any(Number) as number }]);
    expect(again.report.utterances).toMatchObject([{ end: 'interrupted', heardMs: results[0]!.playedMs }]);
  });

  it('give the same poses through a cut that the stream outlives', async () => {
    let isCut = false;
    const { poses, file, results } = await live(await stack(), (all) => all.length > 0, ({ controller }) => {
      if (isCut || controller.getAudioTime() < 100) return;
      isCut = true;
      socket.terminate();
    });
    const again = await replayed(file);
    expect(again.poses.slice(0, poses.length)).toEqual(poses);
    expect(results).toEqual([{ playedMs: 7_100, interrupted: false }]);
    expect(again.report.connections).toBe(2);
    expect(again.report.errors).toMatchObject([{ code: 'websocketClosedAbnormally' }]);
    expect(again.report.utterances).toMatchObject([{ audioMs: 7_100, heardMs: 7_100, motionFrames: 213, end: 'finished' }]);
  });
});
