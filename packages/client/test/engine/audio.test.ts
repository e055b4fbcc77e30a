import { afterEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../../test/browser.js';
import { useStage } from '../stage.js';
import { bestLag, encodeOpus, opusEnvelopes, speechLike } from './opus-fixture.js';
import type {} from './page/page.js';

const stage = useStage('engine');

afterEach(() => { expect(stage.thrown).toEqual([]); });

describe('PCM through the worklet', () => {
  it.each([[16_000, 48_000], [48_000, 48_000], [24_000, 44_100]])('at %i Hz is heard whole on a device of %i Hz, sample by sample, and reported', async (sampleRate, deviceRate) => {
    const seen = await stage.page.evaluate(async ([rate, outRate]) => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice({ sampleRate: outRate });
      const controller = new client.AvatarController({
        output: new client.WorkletOutput(device), audioFormat: { sampleRate: rate, inputAudioFormat: 'pcm' },
      });
      const positions: number[] = [];
      const states: string[] = [];
      controller.onConversationState = (state) => states.push(state);
      controller.onPlaybackPosition = ({ playedMs }) => positions.push(playedMs);
      const finished = new Promise<{ playedMs: number; interrupted: boolean }>((resolve) => { controller.onPlaybackFinished = resolve; });
      const tone = Int16Array.from({ length: rate }, (_, i) => Math.round(16_000 * Math.sin((2 * Math.PI * 250 * (i + 0.5)) / rate)));
      const bytes = new Uint8Array(tone.buffer);
      // Cut anywhere, also through a sample.
      for (let at = 0; at < bytes.length; at += 7_777) controller.yieldAudioData(bytes.subarray(at, at + 7_777));
      controller.yieldAudioData(new Uint8Array(0), true);
      const { playedMs, interrupted } = await finished;
      await device.until((heard) => heard.length > outRate + 1_000);
      controller.dispose();
      return { playedMs, interrupted, positions, states, heard: device.heard };
    }, [sampleRate, deviceRate] as const);
    expect(seen.playedMs).toBeCloseTo(1000, 3);
    expect(seen.interrupted).toBe(false);
    expect(seen.states).toEqual(['playing', 'idle']);
    expect(seen.positions.length).toBeGreaterThan(2);
    expect(seen.positions).toEqual([...seen.positions].sort((a, b) => a - b));
    const start = seen.heard.findIndex((sample) => sample !== 0);
    const ideal = Array.from({ length: deviceRate }, (_, i) => (16_000 / 32_768) * Math.sin((2 * Math.PI * 250 * (i + (0.5 * deviceRate) / sampleRate)) / deviceRate));
    const worst = Math.max(...ideal.slice(4_000, 40_000).map((sample, i) => Math.abs(sample - seen.heard[start + 4_000 + i]!)));
    expect(worst, 'no sample lost, added or moved').toBeLessThan(0.002);
    expect(seen.heard.slice(start + deviceRate).every((sample) => Math.abs(sample) < 0.001)).toBe(true);
  });

  it('falls silent on interrupt within the fade, without a step, and stays so', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice({ sampleRate: 48_000 });
      const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
      const results: { interrupted: boolean }[] = [];
      controller.onPlaybackFinished = (result) => results.push(result);
      const tone = Int16Array.from({ length: 16_000 * 20 }, (_, i) => Math.round(16_000 * Math.sin((2 * Math.PI * 200 * i) / 16_000)));
      controller.yieldAudioData(new Uint8Array(tone.buffer), true);
      await device.until((heard) => heard.length > 9_600);
      controller.interrupt();
      const from = device.heard.length;
      const quiet = (heard: number[]): boolean => heard.slice(-4_800).every((sample) => sample === 0);
      await device.until((heard) => heard.length > from + 4_800 && quiet(heard));
      const afterMs = device.heard.length;
      await device.until((heard) => heard.length > afterMs + 9_600);
      controller.interrupt();
      controller.dispose();
      return { heard: device.heard, results };
    });
    expect(seen.results).toEqual([{ conversationId: expect.any(String), playedMs: expect.any(Number), interrupted: true }]);
    const start = seen.heard.findIndex((sample) => sample !== 0);
    const end = seen.heard.findLastIndex((sample) => sample !== 0);
    expect(end).toBeLessThan(seen.heard.length - 9_600);
    const steps = seen.heard.slice(start, end + 2).map((sample, i, all) => (i > 0 ? Math.abs(sample - all[i - 1]!) : 0));
    const steepest = (16_000 / 32_768) * ((2 * Math.PI * 200) / 48_000);
    expect(Math.max(...steps), 'nothing clicks').toBeLessThan(steepest * 1.3);
    const tail = seen.heard.slice(end - 96, end + 1).map(Math.abs);
    expect(Math.max(...tail), 'faded before it ended').toBeLessThan(0.2);
  });

  it('pauses in silence and goes on where it stopped', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice({ sampleRate: 48_000 });
      const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
      const finished = new Promise<{ playedMs: number }>((resolve) => { controller.onPlaybackFinished = resolve; });
      const ramp = Int16Array.from({ length: 16_000 }, (_, i) => 8_000 + Math.round((16_000 * i) / 16_000));
      controller.yieldAudioData(new Uint8Array(ramp.buffer), true);
      await device.until((heard) => heard.length > 9_600);
      controller.pause();
      await device.until((heard) => heard.slice(-2_400).every((sample) => sample === 0));
      const pausedAt = controller.getAudioTime();
      const state = controller.conversationState;
      await controller.resume();
      const { playedMs } = await finished;
      controller.dispose();
      return { heard: device.heard, pausedAt, state, playedMs };
    });
    expect(seen.state).toBe('paused');
    expect(seen.pausedAt).toBeGreaterThan(100);
    expect(seen.playedMs).toBeCloseTo(1000, 3);
    // The ramp tells which sample is heard: from full level before the gap to full level after it, none is lost or repeated.
    const start = seen.heard.findIndex((sample) => sample !== 0);
    const gap = seen.heard.indexOf(0, start + 4_800);
    const end = seen.heard.findIndex((sample, i) => i > gap && sample !== 0);
    const AWAY = 500;
    const heardBetween = (seen.heard[end + AWAY]! - seen.heard[gap - AWAY]!) / (16_000 / 32_768 / 48_000);
    expect(end - gap).toBeGreaterThan(2_000);
    expect(Math.abs(heardBetween - 2 * AWAY)).toBeLessThan(8);
  });
});

describe('volume', () => {
  it('goes to nothing when muted and comes back, without a click, and time goes on', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice({ sampleRate: 48_000 });
      const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
      const tone = Int16Array.from({ length: 16_000 * 20 }, (_, i) => Math.round(16_000 * Math.sin((2 * Math.PI * 200 * i) / 16_000)));
      controller.yieldAudioData(new Uint8Array(tone.buffer), true);
      const loudest = (heard: number[]): number => heard.slice(-2_400).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      await device.until((heard) => heard.length > 9_600);
      controller.muted = true;
      await device.until((heard) => loudest(heard) < 1e-4);
      const mutedAt = controller.getAudioTime();
      const from = device.heard.length;
      await device.until((heard) => heard.length > from + 9_600);
      const moved = controller.getAudioTime() - mutedAt;
      controller.setVolume(0.25);
      controller.muted = false;
      const back = device.heard.length;
      await device.until((heard) => heard.length > back + 9_600);
      const level = loudest(device.heard);
      const { muted } = controller;
      const volume = controller.getVolume();
      controller.dispose();
      return { heard: device.heard, moved, level, muted, volume };
    });
    expect(seen.moved).toBeGreaterThan(50);
    expect(seen.level).toBeCloseTo((16_000 / 32_768) * 0.25, 2);
    expect([seen.muted, seen.volume]).toEqual([false, 0.25]);
    const start = seen.heard.findIndex((sample) => sample !== 0);
    const steps = seen.heard.slice(start).map((sample, i, all) => (i > 0 ? Math.abs(sample - all[i - 1]!) : 0));
    expect(Math.max(...steps), 'nothing clicks').toBeLessThan((16_000 / 32_768) * ((2 * Math.PI * 200) / 48_000) * 1.3);
  });
});

describe('Opus through the worklet', () => {
  const samples = speechLike(700);
  const messages = opusEnvelopes(encodeOpus(samples), samples.length).map((bytes) => [...bytes]);

  it.each(['WebCodecs', 'WebAssembly'] as const)('decoded by %s is aligned to the sample and exactly as long', async (decoder) => {
    const heard = await stage.page.evaluate(async ({ envelopes, decoder: wanted }) => {
      const { RecordingDevice, client, opus } = engine;
      const device = new RecordingDevice({ sampleRate: 48_000 });
      const controller = new client.AvatarController({
        output: new client.WorkletOutput(device), createDecoder: wanted === 'WebCodecs' ? opus.createOpusDecoder : opus.createWasmDecoder,
      });
      const errors: string[] = [];
      controller.onError = ({ message }) => errors.push(message);
      const finished = new Promise<{ playedMs: number }>((resolve) => { controller.onPlaybackFinished = resolve; });
      for (const bytes of envelopes) controller.yieldAudioData(Uint8Array.from(bytes));
      const { playedMs } = await finished;
      const length = device.heard.length;
      await device.until((all) => all.length > length + 4_800);
      controller.dispose();
      return { samples: device.heard, playedMs, errors, native: typeof AudioDecoder };
    }, { envelopes: messages, decoder });
    expect(heard.errors).toEqual([]);
    expect(heard.native).toBe('function');
    expect(heard.playedMs).toBeCloseTo(700, 3);
    expect(bestLag(samples, heard.samples)).toMatchObject({ correlation: expect.closeTo(1, 1) });
    const { lag, correlation } = bestLag(samples, heard.samples);
    expect(correlation).toBeGreaterThan(0.97);
    // Played sample 0 is heard sample `lag`: nothing is heard before it, and nothing after the last.
    const first = heard.samples.findIndex((sample) => sample !== 0);
    const last = heard.samples.findLastIndex((sample) => sample !== 0);
    expect(first - lag).toBeGreaterThanOrEqual(-2);
    expect(last - lag).toBeLessThan(samples.length);
  });

  it('goes on after a damaged packet, with silence in its place', async () => {
    const packets = encodeOpus(samples);
    packets[10] = Uint8Array.of(0x78 | 3, 0x3f, 1, 2, 3);
    const damaged = opusEnvelopes(packets, samples.length).map((bytes) => [...bytes]);
    const seen = await stage.page.evaluate(async (envelopes) => {
      const { RecordingDevice, client } = engine;
      const controller = new client.AvatarController({ output: new client.WorkletOutput(new RecordingDevice({ sampleRate: 48_000 })) });
      const codes = new Set<string>();
      controller.onError = ({ code }) => codes.add(code);
      const finished = new Promise<{ playedMs: number }>((resolve) => { controller.onPlaybackFinished = resolve; });
      for (const bytes of envelopes) controller.yieldAudioData(Uint8Array.from(bytes));
      const { playedMs } = await finished;
      controller.dispose();
      return { playedMs, codes: [...codes] };
    }, damaged);
    expect(seen.playedMs).toBeCloseTo(700, 3);
    expect(seen.codes).toEqual(['invalidAudioInput']);
  });
});

describe('the audio device', () => {
  it('is given back: twenty mounts leave no context open', async () => {
    const states = await stage.page.evaluate(async () => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice();
      for (let i = 0; i < 20; i++) {
        const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
        controller.yieldAudioData(new Uint8Array(6_400));
        // Some are taken down before they have made a sound.
        if (i % 4 === 0) await controller.initializeAudioContext();
        controller.dispose();
        controller.dispose();
      }
      await Promise.all(device.contexts.map((context) => context.state === 'closed' || new Promise((resolve) => { context.onstatechange = resolve; })));
      return device.contexts.map(({ state }) => state);
    });
    expect(states).toHaveLength(20);
    expect(new Set(states)).toEqual(new Set(['closed']));
  });

  it('taken away by the system and given back goes on where it was, and its clock stands meanwhile', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice({ sampleRate: 48_000 });
      const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
      const states: string[] = [];
      controller.onAudioState = (state) => states.push(state);
      const finished = new Promise<{ playedMs: number; interrupted: boolean }>((resolve) => { controller.onPlaybackFinished = resolve; });
      const ramp = Int16Array.from({ length: 16_000 }, (_, i) => 8_000 + i);
      controller.yieldAudioData(new Uint8Array(ramp.buffer), true);
      await device.until((heard) => heard.length > 9_600);
      await device.contexts[0]!.suspend();
      const stood = controller.getAudioTime();
      await new Promise((resolve) => setTimeout(resolve, 400));
      const moved = controller.getAudioTime() - stood;
      await controller.initializeAudioContext();
      const { playedMs, interrupted } = await finished;
      await device.until((heard) => heard.slice(-2_400).every((sample) => sample === 0));
      controller.dispose();
      const first = device.heard.findIndex((sample) => sample !== 0);
      return { moved, playedMs, interrupted, states, sound: device.heard.slice(first + 200, first + 47_000) };
    });
    expect(seen.moved).toBe(0);
    expect(seen).toMatchObject({ interrupted: false, states: ['running', 'locked', 'running', 'closed'] });
    expect(seen.playedMs).toBeCloseTo(1000, 3);
    // The ramp rises from sample to sample: nothing was lost or repeated.
    const steps = seen.sound.slice(1).map((sample, i) => sample - seen.sound[i]!);
    expect(Math.min(...steps)).toBeGreaterThan(-1e-4);
    expect(Math.max(...steps)).toBeLessThan(1e-3);
  });

  it('says that it is locked, and a tap unlocks it', async () => {
    const locked = await launchBrowser(['--autoplay-policy=document-user-activation-required']);
    try {
      const tab = await locked.newPage();
      const told: { event: string; value: unknown }[] = [];
      const heard = (event: string): Promise<unknown> => new Promise((resolve) => {
        tab.on('console', (line) => {
          if (line.type() !== 'info') return;
          const each = JSON.parse(line.text()) as { event: string; value: unknown };
          told.push(each);
          if (each.event === event) resolve(each.value);
        });
      });
      const refused = heard('error');
      await tab.goto(`${stage.url}/packages/client/test/engine/page/locked.html`);
      expect(await refused).toEqual({ code: 'playbackStartFailed', retryable: true, playedMs: 0 });
      const finished = heard('finished');
      await tab.mouse.click(20, 20);
      expect(await finished).toBeCloseTo(1000, 3);
      expect(told.filter(({ event }) => event === 'state').map(({ value }) => value)).toContain('locked');
    } finally {
      await locked.close();
    }
  });
});
