/** The page of bench:page: what a page pays for an avatar. Drives the client as an application does; the bench reads the heap. */
import { AvatarController, AvatarManager, AvatarSDK, AvatarView } from '@visavis/client';
import { CHANNEL, createPose, MASK } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';

const RATE = 16_000;
const WARM_UP_FRAMES = 20;
const WARM_UP_MS = 20_000;
const FPS = 30;
const manager = new AvatarManager({ baseUrl: '/avatars/' });
const element = document.getElementById('view');
const longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true });

/** What each frame's callbacks take of the main thread, drawing commands included; the GPU's own time is not among it. */
const frames = [];
const request = globalThis.requestAnimationFrame.bind(globalThis);
globalThis.requestAnimationFrame = (callback) => request((timeMs) => {
  const beganMs = performance.now();
  callback(timeMs);
  frames.push(performance.now() - beganMs);
});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const voice = (ms) => new Uint8Array(Int16Array.from({ length: (ms * RATE) / 1000 }, (_, i) => 8_000 * Math.sin(i / 12) * Math.sin(i / 1_300)).buffer);

function motion(ms) {
  const poses = Array.from({ length: Math.ceil((ms * FPS) / 1000) }, (_, i) => {
    const pose = createPose();
    pose.values[CHANNEL.jawOpen] = 0.4 + 0.4 * Math.sin(i);
    return pose;
  });
  const messages = [];
  for (let first = 0; first < poses.length; first += 30) {
    const part = poses.slice(first, first + 30);
    messages.push(encodeEnvelope('serverResponseAnimation', {
      connectionId: 'bench', reqId: 'r', end: first + 30 >= poses.length, motion: encodeMotion({ fps: FPS, firstFrame: first, mask: MASK.speech, poses: part }),
    }));
  }
  return messages;
}

/** Says `ms` of sound with its motion; resolves when it is heard, or cut after `cutMs`. */
function say(controller, ms, cutMs = Infinity) {
  const done = new Promise((resolve) => { controller.onPlaybackFinished = resolve; });
  const id = controller.yieldAudioData(voice(ms), true);
  controller.yieldFramesData(motion(ms), id);
  if (cutMs < ms) setTimeout(() => controller.interrupt(), cutMs);
  return done;
}

async function show(options = {}) {
  const view = new AvatarView(await manager.load('ava'), element, options);
  await new Promise((resolve, reject) => {
    view.onFirstRendering = resolve;
    view.onError = reject;
  });
  return view;
}

/** From nothing to the first picture: how long, and the main thread's long tasks meanwhile. */
async function firstLoad() {
  await AvatarSDK.initialize('bench');
  const beganMs = performance.now();
  const view = await show();
  const ms = performance.now() - beganMs;
  await sleep(500);
  view.dispose();
  return { ms, longTasks: longTasks.splice(0) };
}

/** Costs of the frames of `ms` of speech, at the lowest quality; `idle` ones of a face that only lives. The first pictures wait for shaders. */
async function costs(ms) {
  const view = await show({ quality: 'low' });
  const { controller } = view;
  await controller.initializeAudioContext();
  await say(controller, 500);
  for (const untilMs = performance.now() + WARM_UP_MS; frames.length < WARM_UP_FRAMES && performance.now() < untilMs;) await sleep(50);
  frames.length = 0;
  await sleep(ms / 2);
  const idle = frames.splice(0);
  await say(controller, ms);
  view.dispose();
  return { idle, speaking: frames.splice(0) };
}

/** Says `count` short utterances, one after another on each of a few controllers; every third is cut. */
async function utterances(count) {
  globalThis.speakers ??= await Promise.all(Array.from({ length: 4 }, async () => {
    const controller = new AvatarController();
    await controller.initializeAudioContext();
    return controller;
  }));
  let left = count;
  const errors = [];
  await Promise.all(globalThis.speakers.map(async (controller) => {
    controller.onError = ({ code }) => errors.push(code);
    while (left-- > 0) {
      await say(controller, 120, left % 3 === 0 ? 60 : Infinity);
      controller.poseAt(performance.now());
    }
  }));
  return errors;
}

/** Makes and disposes of `count` views, each with its controller, once it was seen. */
async function mounts(count) {
  for (let i = 0; i < count; i++) {
    const view = await show({ quality: 'low' });
    await view.controller.initializeAudioContext();
    view.dispose();
  }
}

globalThis.bench = { firstLoad, costs, utterances, mounts };
document.documentElement.dataset.ready = 'yes';
