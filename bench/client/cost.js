/** The page of bench:page: what a page pays for an avatar. Drives the client as an application does; the bench reads the heap. */
import { AvatarController, AvatarManager, AvatarSDK, AvatarView } from '@visavis/client';
import { CHANNEL, createPose, MASK } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { faceGlb } from '../../packages/client/test/rig/make/glb.ts';

const RATE = 16_000;
/** Frames by which the browser has compiled what runs in each. */
const WARM_UP_MS = 8_000;
const FPS = 30;
const manager = new AvatarManager({ baseUrl: '/avatars/' });
const element = document.getElementById('view');

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

/** What the bench finds in the browser's trace between `name-begin` and `name-end`. */
async function marked(name, work) {
  performance.mark(`${name}-begin`);
  const result = await work();
  performance.mark(`${name}-end`);
  return result;
}

/** `small` is a single mesh with a mouth: what is left behind is the client's, and software draws it soon. */
const avatarOf = (id) => (id === 'small' ? manager.loadFile(new File([faceGlb(['jawOpen'])], 'small.glb')) : manager.load(id));

async function show(options = {}, id = 'ava') {
  const view = new AvatarView(await avatarOf(id), element, options);
  await new Promise((resolve, reject) => {
    view.onFirstRendering = resolve;
    view.onError = reject;
  });
  return view;
}

/** From nothing to the first picture: how many milliseconds. */
async function firstLoad() {
  await AvatarSDK.initialize('bench');
  const beganMs = performance.now();
  const view = await marked('load', () => show());
  const ms = performance.now() - beganMs;
  view.dispose();
  return ms;
}

/**
 * From here on the graphics process draws no pixels: in software it would show five frames a second, and code that runs so
 * seldom stays uncompiled. What the page calls is the same.
 */
function discardPixels() {
  const gl = element.querySelector('canvas').getContext('webgl2');
  gl.enable(gl.RASTERIZER_DISCARD);
}

/** Frames of `ms` of speech, and of half as much of a face that only lives. */
async function costs(ms) {
  const view = await show({ quality: 'low' });
  const { controller } = view;
  await controller.initializeAudioContext();
  discardPixels();
  await say(controller, 500);
  await sleep(WARM_UP_MS);
  await marked('idle', () => sleep(ms / 2));
  await marked('speaking', () => say(controller, ms));
  view.dispose();
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

/** Makes and disposes of `count` views of an avatar, each with its controller and sound, once it was seen. */
async function mounts(count, id) {
  for (let i = 0; i < count; i++) {
    const view = await show({ quality: 'low' }, id);
    await view.controller.initializeAudioContext();
    await say(view.controller, 60);
    view.dispose();
  }
}

globalThis.bench = { firstLoad, costs, utterances, mounts };
document.documentElement.dataset.ready = 'yes';
