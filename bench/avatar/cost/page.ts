/** The page behind bench:avatar: loads, poses, draws and disposes of avatars as an application does, and takes the times. */
import { createPose, seededRandom, VISEME_NAMES, visemePose, type Pose } from '@visavis/face';
import { AvatarManager, type Avatar } from '../../../packages/client/src/avatar/index.js';
import type { RenderQuality } from '../../../packages/client/src/look/index.js';
import { AvatarView, type PoseSource } from '../../../packages/client/src/view/index.js';

interface Source {
  readonly manifestUrl?: string;
  readonly fileUrl?: string;
  readonly name?: string;
}

declare const glMeter: { frame(): unknown; bytes(): number; forget(): void };

const stage = document.getElementById('stage')!;

async function load(manager: AvatarManager, { manifestUrl, fileUrl, name }: Source): Promise<Avatar> {
  if (manifestUrl !== undefined) return manager.load(new URL(manifestUrl, location.href).href);
  return manager.loadFile(new File([await (await fetch(fileUrl!)).blob()], name!));
}

/** A view that has drawn once, from then on only when `draw` is called. */
async function firstFrame(avatar: Avatar, quality: RenderQuality = 'high'): Promise<{ view: AvatarView; pose: Pose; draw(): void }> {
  const pose = createPose();
  let tick = (): void => undefined;
  const timer = {
    now: () => performance.now(), cancel: () => undefined,
    request: (callback: () => void) => {
      tick = callback;
      return 1;
    },
  };
  const view = new AvatarView<PoseSource>(avatar, stage, { controller: { poseAt: () => pose }, timer, quality });
  await new Promise<void>((resolve, reject) => {
    let waits = true;
    const end = (settle: () => void): void => {
      waits = false;
      settle();
    };
    view.onError = (error) => { end(() => { reject(error); }); };
    view.onFirstRendering = () => { end(resolve); };
    const next = (): void => {
      tick();
      if (waits) setTimeout(next, 1);
    };
    next();
  });
  return { view, pose, draw: () => tick() };
}

/** From the call to the first picture: the first time with an empty cache, then by another manager from the browser's cache. */
async function loads(source: Source): Promise<{ coldMs: number; warmMs: number | undefined }> {
  await new AvatarManager().clearAll();
  const once = async (): Promise<number> => {
    const beganMs = performance.now();
    const { view } = await firstFrame(await load(new AvatarManager(), source));
    const tookMs = performance.now() - beganMs;
    view.dispose();
    return tookMs;
  };
  const coldMs = await once();
  return { coldMs, warmMs: source.manifestUrl === undefined ? undefined : await once() };
}

/** Times of single applications of moving poses, all 52 weights and the head at once, in milliseconds. */
async function applications(source: Source, count: number): Promise<number[]> {
  const avatar = await load(new AvatarManager(), source);
  const rig = await avatar.createRig();
  const random = seededRandom(1);
  const poses = Array.from({ length: 64 }, () => {
    const pose = createPose();
    pose.weights.forEach((_, i) => { pose.weights[i] = random(); });
    pose.rotation.forEach((_, i) => { pose.rotation[i] = (random() - 0.5) / 2; });
    return pose;
  });
  for (let i = 0; i < 200; i++) rig.apply(poses[i % poses.length]!);
  const times = Array.from({ length: count }, (_, i) => {
    const beganMs = performance.now();
    rig.apply(poses[i % poses.length]!);
    return performance.now() - beganMs;
  });
  rig.dispose();
  return times;
}

/** What one picture asks of WebGL, and what the avatar keeps there. The second frame: the first also prepares reflections. */
async function picture(source: Source): Promise<{ frame: unknown; bytes: number }> {
  glMeter.forget();
  const { view, pose, draw } = await firstFrame(await load(new AvatarManager(), source));
  pose.values.set(visemePose('aa').values);
  draw();
  glMeter.frame();
  draw();
  const seen = { frame: glMeter.frame(), bytes: glMeter.bytes() };
  view.dispose();
  return seen;
}

/** Loads, speaks a viseme and disposes, `count` times, at low quality: what is kept by mistake is kept at any. What is left of WebGL's memory afterwards. */
async function cycles(source: Source, count: number): Promise<{ bytes: number; children: number }> {
  for (let i = 0; i < count; i++) {
    const { view, pose, draw } = await firstFrame(await load(new AvatarManager(), source), 'low');
    pose.values.set(visemePose(VISEME_NAMES[i % VISEME_NAMES.length]!).values);
    draw();
    view.dispose();
  }
  return { bytes: glMeter.bytes(), children: stage.childElementCount };
}

Object.assign(globalThis, { avatarBench: { loads, applications, picture, cycles, isolated: crossOriginIsolated } });
document.documentElement.dataset['ready'] = 'yes';
