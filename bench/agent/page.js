/**
 * The page of bench:agent: the client as applications use it, with recorded speech for a microphone and a tap in its sound.
 * All times are the wall clock's milliseconds, which the bench shares.
 */
import { AvatarController, WebSocketTransport, WorkletOutput } from '@visavis/client';
import { TapDevice } from '../client/tap.js';

/** Quieter than this, -46 dB, counts as silence: the end of a fade, a voice's own noise. */
const LOUD = 0.005;
const QUANTUM = 128;
/** Speech is what comes within so much of its active level, dB, in frames of so long (after ITU-T P.56): breath before a word is none. */
const P56_MARGIN_DB = 15.9;
const FRAME_MS = 10;
/** Fewer in a row are a click, or a breath. */
const FRAMES_IN_A_ROW = 3;
/** Speech is scheduled so far ahead, in seconds. */
const AHEAD_S = 0.06;

/** A loudspeaker whose sound also reaches the microphone. */
class LoopDevice extends TapDevice {
  destination(context) {
    const junction = super.destination(context);
    const stream = context.createMediaStreamDestination();
    junction.connect(stream);
    mic.createMediaStreamSource(stream.stream).connect(leak);
    return junction;
  }
}

const mic = new AudioContext({ sampleRate: 48_000 });
const room = mic.createMediaStreamDestination();
const leak = mic.createGain();
leak.gain.value = 0;
leak.connect(room);
navigator.mediaDevices.getUserMedia = () => Promise.resolve(room.stream.clone());

const clips = new Map();
const errors = [];
/** Wall times of quanta that were loud; those of the last minute. */
let loud = [];
let device;
let controller;

async function open() {
  await mic.resume();
  device = new LoopDevice(true);
  controller = new AvatarController({ output: new WorkletOutput(device) });
  controller.onError = ({ code, message }) => errors.push(`${code}: ${message}`);
  await controller.initializeAudioContext();
  await device.ready;
  const tick = () => {
    requestAnimationFrame(tick);
    controller.poseAt(performance.now());
  };
  tick();
  await controller.connect(new WebSocketTransport({ getTicket: () => globalThis.benchTicket(), avatarId: 'ava' }));
  await controller.startMicrophone();
}

function listen() {
  const { blocks } = device;
  device.blocks = [];
  for (const { samples, madeMs } of blocks) {
    for (let i = 0; i < madeMs.length; i++) {
      if (samples.subarray(i * QUANTUM, (i + 1) * QUANTUM).some((sample) => Math.abs(sample) > LOUD)) loud.push(madeMs[i]);
    }
  }
  loud = loud.filter((ms) => ms > Date.now() - 60_000);
}

async function load(name, base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const clip = await mic.decodeAudioData(bytes.buffer);
  clips.set(name, { clip, ...speechOf(clip) });
}

/** When its speech begins and ends: the threshold is the highest that lies the margin below the mean power of what reaches it. */
function speechOf(clip) {
  const samples = clip.getChannelData(0);
  const length = (clip.sampleRate * FRAME_MS) / 1000;
  const powers = Array.from({ length: Math.floor(samples.length / length) }, (_, n) => samples.subarray(n * length, (n + 1) * length).reduce((sum, x) => sum + x * x, 0) / length);
  const margin = 10 ** (P56_MARGIN_DB / 10);
  let sum = 0;
  const threshold = [...powers].sort((one, other) => other - one).find((power, n) => (sum += power) / (n + 1) >= power * margin) ?? 0;
  const begins = powers.map((_, n) => n + FRAMES_IN_A_ROW <= powers.length && powers.slice(n, n + FRAMES_IN_A_ROW).every((power) => power > threshold));
  return { onsetMs: begins.indexOf(true) * FRAME_MS, endMs: (begins.lastIndexOf(true) + FRAMES_IN_A_ROW) * FRAME_MS };
}

/** Says a clip into the microphone; resolves at once with when its voice begins and ends. */
function say(name) {
  const { clip, onsetMs, endMs } = clips.get(name);
  const source = new AudioBufferSourceNode(mic, { buffer: clip });
  source.connect(room);
  const atMs = Date.now() + AHEAD_S * 1000;
  source.start(mic.currentTime + AHEAD_S);
  return { onsetMs: atMs + onsetMs, endMs: atMs + endMs };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** When the first sound after `sinceMs` was made; undefined after `limitMs` without. */
async function firstSound(sinceMs, limitMs) {
  for (const untilMs = Date.now() + limitMs; Date.now() < untilMs; await sleep(10)) {
    listen();
    const first = loud.find((ms) => ms > sinceMs);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** When the last sound before a silence that lasts until `untilMs` was made; undefined where there is still sound then. */
async function lastSound(untilMs) {
  await sleep(untilMs - Date.now());
  listen();
  const last = loud.findLast((ms) => ms <= untilMs);
  return last !== undefined && untilMs - last > 150 ? last : undefined;
}

function press() {
  const atMs = Date.now();
  controller.interrupt();
  return atMs;
}

globalThis.bench = { open, load, say, firstSound, lastSound, press, setLeak: (gain) => { leak.gain.value = gain; }, errors: () => errors.splice(0) };
document.documentElement.dataset.ready = 'yes';
