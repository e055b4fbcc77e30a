import OpusScript from 'opusscript';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useBrowser } from '../stage.js';
import type {} from './page/page.js';

/** Chromium's own fake microphone beeps; nobody is asked. */
const FAKE = ['--use-fake-device-for-media-stream'];

const stage = useBrowser(FAKE);

const open = (permissions: string[]): Promise<Page> => stage.open('engine', { permissions });

/** What goes up in about a second and a half, and what is left open afterwards. */
async function speak(page: Page, opusUplinkEnabled: boolean): Promise<{ codec: string; bytes: number[] }[]> {
  const { pieces, trackStates, echoCancellation } = await page.evaluate(async (opus) => {
    const { client, fakes } = engine;
    const tracks: MediaStreamTrack[] = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      tracks.push(...stream.getTracks());
      return stream;
    };
    const transport = new fakes.MemoryTransport();
    const controller = new client.AvatarController({ audioFormat: { sampleRate: 16_000, inputAudioFormat: 'pcm', opusUplinkEnabled: opus } });
    await controller.connect(transport);
    await controller.startMicrophone();
    const settings = tracks[0]!.getSettings();
    while (transport.microphone.length < 75) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.dispose();
    return {
      pieces: transport.microphone.map(({ codec, bytes }) => ({ codec, bytes: [...bytes] })),
      trackStates: tracks.map(({ readyState }) => readyState), echoCancellation: settings.echoCancellation,
    };
  }, opusUplinkEnabled);
  expect(trackStates, 'the device is given back').toEqual(['ended']);
  expect(echoCancellation).toBe(true);
  return pieces;
}

const loudest = (samples: readonly number[]): number => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe('the microphone, in a browser', () => {
  it('goes up as PCM by the worklet: 16 kHz, heard', async () => {
    const pieces = await speak(await open(['microphone']), false);
    const samples = pieces.flatMap(({ bytes }) => [...new Int16Array(Uint8Array.from(bytes).buffer)]);
    expect(new Set(pieces.map(({ codec }) => codec))).toEqual(new Set(['pcm']));
    expect(samples.length / pieces.length).toBeCloseTo(320, -1);
    expect(loudest(samples), 'the fake device beeps').toBeGreaterThan(1_000);
  });

  it('goes up as Opus by WebCodecs: packets of 20 ms that any decoder reads', async () => {
    const pieces = await speak(await open(['microphone']), true);
    expect(new Set(pieces.map(({ codec }) => codec))).toEqual(new Set(['opus']));
    const decoder = new OpusScript(48_000, 1, OpusScript.Application.VOIP);
    const decoded = pieces.map(({ bytes }) => decoder.decode(Buffer.from(bytes)));
    const samples = decoded.flatMap((bytes) => [...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)]);
    decoder.delete();
    expect(samples.length).toBe(pieces.length * 960);
    expect(loudest(samples)).toBeGreaterThan(1_000);
  });

  it('that the user refuses says so, and the avatar speaks on', async () => {
    const page = await open([]);
    const seen = await page.evaluate(async () => {
      const { client, fakes, RecordingDevice } = engine;
      const controller = new client.AvatarController({ output: new client.WorkletOutput(new RecordingDevice()) });
      const codes: string[] = [];
      controller.onError = ({ code }) => codes.push(code);
      await controller.connect(new fakes.MemoryTransport());
      const finished = new Promise<{ playedMs: number; interrupted: boolean }>((resolve) => { controller.onPlaybackFinished = resolve; });
      controller.yieldAudioData(new Uint8Array(16_000), true);
      const rejected = await controller.startMicrophone().then(() => 'on', ({ code }: { code: string }) => code);
      const { playedMs } = await finished;
      controller.dispose();
      return { codes, rejected, playedMs };
    });
    expect(seen).toEqual({ codes: ['microphoneDenied'], rejected: 'microphoneDenied', playedMs: 500 });
  });
});
