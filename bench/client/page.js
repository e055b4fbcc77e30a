/**
 * The page of bench:client: the client as applications use it, a tap in its sound, and a note of every pose it gives.
 * Measures nothing by itself: what was noted goes to the bench whole.
 */
import { AvatarController, AvatarManager, AvatarSDK, AvatarView, WebSocketTransport, WorkletOutput } from '@visavis/client';
import { decodeServerMessage } from '@visavis/protocol/downlink';
import { CHANNEL } from '@visavis/face';
import { TapDevice } from './tap.js';

const notes = { poses: [], arrivals: [], interrupts: [], errors: [], ages: [], standIns: [], stalls: [] };
const WARM_UP_FRAMES = 20;
const WARM_UP_MS = 20_000;
let device;
let controller;
let view;
let finished;

/** Poses are noted as the view asks for them: when, and what the mouth shows. */
function notePoses() {
  const poseAt = controller.poseAt.bind(controller);
  controller.poseAt = (nowMs) => {
    const pose = poseAt(nowMs);
    const atMs = performance.now();
    notes.poses.push([atMs, pose.values[CHANNEL.jawOpen], pose.values[CHANNEL.mouthFunnel], controller.conversationState === 'playing' ? 1 : 0]);
    device.readClock();
    requestAnimationFrame(() => notes.ages.push(performance.now() - atMs));
    return pose;
  };
}

function openSocket(url) {
  const socket = new WebSocket(url);
  socket.addEventListener('message', ({ data }) => {
    const { case: kind } = decodeServerMessage(new Uint8Array(data)) ?? {};
    if (kind === 'audio' || kind === 'motion') notes.arrivals.push([performance.now(), kind, data.byteLength]);
  });
  return socket;
}

/** The first pictures wait for shaders; where even then none come, the bench tells that nothing was measured. */
async function warmUp() {
  for (const untilMs = performance.now() + WARM_UP_MS; notes.ages.length < WARM_UP_FRAMES && performance.now() < untilMs;) await sleep(50);
  for (const list of Object.values(notes)) list.length = 0;
}

/** `isDrawn`: with the avatar on a small canvas; else poses are asked for at every refresh, and nothing is drawn. */
async function open({ isDrawn, isHeard, sampleRate }) {
  device = new TapDevice(isHeard, sampleRate);
  controller = new AvatarController({ output: new WorkletOutput(device) });
  controller.onError = ({ code, message }) => notes.errors.push(`${code}: ${message}`);
  controller.onPlaybackFinished = () => finished?.();
  controller.onMotionSource = (source) => { if (source === 'signal') notes.standIns.push(performance.now()); };
  controller.onPlaybackStall = () => notes.stalls.push(performance.now());
  await controller.initializeAudioContext();
  await device.ready;
  notePoses();
  if (isDrawn) {
    await AvatarSDK.initialize('bench');
    const avatar = await new AvatarManager({ baseUrl: '/avatars/' }).load('ava');
    view = new AvatarView(avatar, document.getElementById('view'), { controller, quality: 'low' });
    await new Promise((resolve) => { view.onFirstRendering = resolve; });
    await warmUp();
  } else {
    const tick = () => {
      requestAnimationFrame(tick);
      controller.poseAt(performance.now());
    };
    tick();
  }
  const getTicket = () => globalThis.benchTicket();
  await controller.connect(new WebSocketTransport({ getTicket, avatarId: 'ava', openSocket }));
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks the backend for an utterance and hears it out. */
async function hear(name) {
  const done = new Promise((resolve) => { finished = resolve; });
  controller.sendText(name);
  await done;
  await sleep(100);
  return take();
}

/** What is noted in `windowMs` at the start of a long utterance and at its end; what lies between is let go as it comes. */
async function hearEnds(name, ms, windowMs) {
  const done = new Promise((resolve) => { finished = resolve; });
  controller.sendText(name);
  while (controller.getAudioTime() < windowMs) await sleep(50);
  const early = take();
  while (controller.getAudioTime() < ms - windowMs) {
    await sleep(1_000);
    take(false);
  }
  await done;
  await sleep(100);
  return { early, late: take() };
}

/** Cuts an utterance `afterMs` into its sound, and goes on noting for a while. */
async function cut(name, afterMs) {
  controller.sendText(name);
  while (controller.getAudioTime() < afterMs) await sleep(5);
  notes.interrupts.push(performance.now());
  controller.interrupt();
  await sleep(500);
  return take();
}

/** What was noted since the last time; samples, each in its place, as base64 of 32-bit floats. `isWanted` false: lets it go. */
function take(isWanted = true) {
  const { blocks, stamps, stampsInSteps } = device;
  device.blocks = [];
  device.stamps = stamps.slice(-50);
  if (!isWanted) {
    for (const name of ['poses', 'arrivals', 'ages']) notes[name].length = 0;
    return undefined;
  }
  const made = blocks.flatMap(({ frame, madeMs }) => madeMs.map((ms, i) => [frame + i * 128, ms - performance.timeOrigin]));
  const sound = toBase64(new Uint8Array(joined(blocks).buffer));
  const taken = { ...structuredClone(notes), firstFrame: blocks[0]?.frame ?? 0, rate: device.context.sampleRate, made, stamps, stampsInSteps, sound };
  for (const list of Object.values(notes)) list.length = 0;
  return taken;
}

/** A graph that is new, or idle, may leave blocks out. */
function joined(blocks) {
  const first = blocks[0]?.frame ?? 0;
  const { frame, samples } = blocks.at(-1) ?? { frame: 0, samples: [] };
  const all = new Float32Array(frame - first + samples.length);
  for (const block of blocks) all.set(block.samples, block.frame - first);
  return all;
}

function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

globalThis.bench = { open, hear, hearEnds, cut, sleep };
document.documentElement.dataset.ready = 'yes';
