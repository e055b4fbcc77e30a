import { expect, it } from 'vitest';
import { useStage } from '../stage.js';
import type {} from './page/page.js';

const stage = useStage('engine');

it('a device that has all it takes is supported, and scored: software rendering low', async () => {
  const seen = await stage.page.evaluate(() => ({ supported: engine.client.AvatarSDK.isDeviceSupported(), ...engine.client.AvatarSDK.deviceScore() }));
  expect(seen).toMatchObject({ supported: true, gpuScore: 15 });
  expect(seen.cpuScore).toBeGreaterThan(0);
  expect(seen.cpuScore).toBeLessThanOrEqual(100);
});

it.each(['AudioWorkletNode', 'WebAssembly'] as const)('a device without %s is not', async (missing) => {
  expect(await stage.page.evaluate((name) => {
    const kept = globalThis[name];
    Reflect.deleteProperty(globalThis, name);
    const supported = engine.client.AvatarSDK.isDeviceSupported();
    Object.assign(globalThis, { [name]: kept });
    return supported;
  }, missing)).toBe(false);
});

it('a device without WebGL is not, and its score says so', async () => {
  const seen = await stage.page.evaluate(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = () => null;
    const { AvatarSDK } = engine.client;
    const told = { supported: AvatarSDK.isDeviceSupported(), gpuScore: AvatarSDK.deviceScore().gpuScore };
    HTMLCanvasElement.prototype.getContext = real;
    return told;
  });
  expect(seen).toEqual({ supported: false, gpuScore: 0 });
});

it('a change of the output device in mid-utterance loses no sound, and the clock goes on', async () => {
  const seen = await stage.page.evaluate(async () => {
    const { client, RecordingDevice } = engine;
    const device = new RecordingDevice();
    const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
    const codes: string[] = [];
    controller.onError = ({ code }) => codes.push(code);
    await controller.initializeAudioContext();
    const positions: number[] = [];
    const finished = new Promise<{ playedMs: number; interrupted: boolean }>((resolve) => { controller.onPlaybackFinished = resolve; });
    controller.onPlaybackPosition = ({ playedMs }) => positions.push(playedMs);
    controller.yieldAudioData(new Uint8Array(48_000), true); // 1.5 s of 16 kHz
    while (controller.getAudioTime() < 400) await new Promise((resolve) => { setTimeout(resolve, 10); });
    // What a headset that is plugged in is to the context: another sink, here one that nobody hears.
    await (device.contexts[0] as AudioContext & { setSinkId(sink: { type: 'none' }): Promise<void> }).setSinkId({ type: 'none' });
    const { playedMs, interrupted } = await finished;
    controller.dispose();
    return { codes, positions, playedMs, interrupted };
  });
  expect(seen).toMatchObject({ codes: [], playedMs: 1_500, interrupted: false });
  expect(seen.positions).toEqual([...seen.positions].sort((a, b) => a - b));
  expect(seen.positions.some((ms) => ms > 600 && ms < 1_500), 'reported after the change').toBe(true);
});
