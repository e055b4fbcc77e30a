import { describe, expect, it } from 'vitest';
import { createPose, CHANNEL, MASK } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { useStage } from '../stage.js';
import type {} from './page/page.js';

const stage = useStage('engine');

const LENGTH_MS = 8_000;
/** What one step of the codec, 1/255, is in time here. */
const STEP_MS = LENGTH_MS / 0.8 / 255;

/** Eight seconds at 25 fps: each frame's jaw says its own time, from 0.1 at the start to 0.9 at the end. */
const motion = encodeEnvelope('serverResponseAnimation', {
  connectionId: 'c', reqId: 'r', end: true,
  motion: encodeMotion({
    fps: 25, firstFrame: 0, mask: MASK.speech,
    poses: Array.from({ length: 200 }, (_, i) => {
      const pose = createPose();
      pose.values[CHANNEL.jawOpen] = 0.1 + (0.8 * i) / 200;
      return pose;
    }),
  }),
});

describe('an AvatarView with its controller, in a browser', () => {
  it('applies poses that follow the sound heard, and none of the cut utterance after an interrupt', async () => {
    const seen = await stage.page.evaluate(async (envelope) => {
      const { client, RecordingDevice } = engine;
      const { AvatarManager, AvatarView, AvatarController, WorkletOutput } = client;
      const manager = new AvatarManager({ baseUrl: '/avatars/' });
      const avatar = await manager.load('ava');
      const controller = new AvatarController({ output: new WorkletOutput(new RecordingDevice({ sampleRate: 48_000 })) });
      const view = new AvatarView(avatar, document.getElementById('view')!, { controller, quality: 'low' });
      const applied: { jaw: number; heardMs: number; offsetMs: number | undefined; cut: boolean }[] = [];
      let cut = false;
      let notify = (): void => undefined;
      await new Promise<void>((resolve) => { view.onFirstRendering = resolve; });
      view.onPoseApplied = (pose) => {
        applied.push({ jaw: pose.weights[17]!, heardMs: view.controller.getAudioTime(), offsetMs: view.controller.stats().avOffsetMs, cut });
        notify();
      };
      const until = (test: () => boolean): Promise<void> => new Promise((resolve) => { notify = () => { if (test()) resolve(); }; });
      const id = view.controller.yieldAudioData(new Uint8Array(256_000), true)!;
      view.controller.yieldFramesData([Uint8Array.from(envelope)], id);
      await until(() => applied.filter(({ offsetMs }) => offsetMs !== undefined).length > 6);
      view.controller.interrupt();
      cut = true;
      const start = performance.now();
      const after = applied.length;
      await until(() => applied.length > after + 3 && performance.now() - start > 200);
      const same = view.controller === controller;
      view.dispose();
      return { applied, same, audioState: controller.audioState };
    }, [...motion]);
    expect(seen.same).toBe(true);
    expect(seen.audioState).toBe('closed');
    const speaking = seen.applied.filter(({ heardMs, cut, offsetMs }) => !cut && heardMs > 100 && offsetMs !== undefined);
    expect(speaking.length).toBeGreaterThan(3);
    // A pose is asked for after the one before was applied: its time lies between what was heard then and now.
    speaking.slice(1).forEach(({ jaw, heardMs }, i) => {
      const shownMs = ((jaw - 0.1) / 0.8) * LENGTH_MS;
      expect(shownMs).toBeLessThan(heardMs + STEP_MS);
      expect(shownMs).toBeGreaterThan(speaking[i]!.heardMs - STEP_MS);
    });
    const jaws = seen.applied.filter(({ cut }) => cut).map(({ jaw }) => jaw);
    expect(jaws).toEqual([...jaws].sort((a, b) => b - a));
    expect(jaws.at(-1)).toBe(0);
  });

  it('makes a controller by the SDK’s configuration where none is given', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { AvatarManager, AvatarSDK, AvatarView } = engine.client;
      await AvatarSDK.initialize('app', { renderQuality: 'low' });
      const avatar = await AvatarManager.shared.load('ava');
      const view = new AvatarView(avatar, document.getElementById('view')!);
      const { conversationState, presence, audioState, connectionState } = view.controller;
      view.controller.setVolume(0.25);
      const volume = view.controller.getVolume();
      view.dispose();
      return { conversationState, presence, audioState, connectionState, volume, supported: AvatarSDK.isDeviceSupported(), score: AvatarSDK.deviceScore() };
    });
    expect(seen).toMatchObject({ conversationState: 'idle', presence: 'idle', audioState: 'uninitialized', connectionState: 'disconnected', volume: 0.25, supported: true });
    expect(seen.score.cpuScore).toBeGreaterThan(0);
    expect(seen.score.gpuScore).toBeGreaterThan(0);
  });
});
