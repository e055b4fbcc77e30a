import { CHANNEL, createPose, MASK, type Pose } from '@visavis/face';
import type { ClientBodies, ClientKind, Numbers, ServerBodies, ServerKind } from '@visavis/protocol/downlink';
import { ControlAction, PlaybackState, PresenceState } from '@visavis/protocol/downlink';
import type { EnvelopeBodies, EnvelopeKind } from '@visavis/protocol/ingress';
import { encodeMotion, type MotionFrames } from '@visavis/protocol/motion';

/** The cases behind the golden vectors in ../vectors: one of each message, with every field set somewhere. */

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A mouth that opens and closes while the head turns. */
export function talkingPoses(count: number): Pose[] {
  return Array.from({ length: count }, (_, i) => {
    const pose = createPose();
    const open = Math.sin((i / 7) * Math.PI) ** 2;
    pose.weights[CHANNEL.jawOpen] = 0.5 * open;
    pose.weights[CHANNEL.mouthClose] = 0.1 * open;
    pose.weights[CHANNEL.mouthSmileLeft] = 0.2 + 0.1 * open;
    pose.weights[CHANNEL.mouthSmileRight] = 0.2 + 0.12 * open;
    pose.weights[CHANNEL.mouthPucker] = i % 2 ? 1 : 0;
    pose.weights[CHANNEL.browInnerUp] = 0.3;
    pose.rotation[0] = -0.05 + 0.01 * i;
    pose.rotation[1] = 0.02;
    pose.translation[2] = -0.004;
    return pose;
  });
}

export const MOTION_CASES: Record<string, MotionFrames> = {
  'one frame at rest, nothing driven': { fps: 25, firstFrame: 0, mask: new Uint8Array(58), poses: [createPose()] },
  'all channels at rest': { fps: 30, firstFrame: 7, mask: MASK.all, poses: [createPose(), createPose()] },
  'twelve frames of talking': { fps: 30, firstFrame: 90, mask: MASK.all, poses: talkingPoses(12) },
  'speech channels only, 60 fps': { fps: 60, firstFrame: 4_000_000, mask: MASK.speech, poses: talkingPoses(3) },
};

type EnvelopeCase = { [K in EnvelopeKind]: { kind: K; body: EnvelopeBodies[K] } }[EnvelopeKind];

export const ENVELOPE_CASES: Record<string, EnvelopeCase> = {
  configure: {
    kind: 'clientConfigureSession',
    body: { sampleRate: 16000, extraParams: { 'visavis.capabilities': 'audio,interrupted-end' } },
  },
  'configure for egress': {
    kind: 'clientConfigureSession',
    body: {
      sampleRate: 24000, bitrate: 48000, audioFormat: 1, egressType: 1,
      livekitEgress: { url: 'wss://room.example', roomName: 'r', publisherId: 'p', extraAttributes: { a: 'b' }, idleTimeout: 60, apiToken: 't' },
    },
  },
  confirm: { kind: 'serverConfirmSession', body: { connectionId: 'c0ffee' } },
  'confirm with grants': { kind: 'serverConfirmSession', body: { connectionId: 'c0ffee', granted: { 'visavis.fps': '30' } } },
  'audio input': { kind: 'clientAudioInput', body: { reqId: '20261122120000_abcdefghijkl', audio: bytes(1, 2, 3), end: true } },
  'audio input with options': {
    kind: 'clientAudioInput',
    body: {
      reqId: 'r', traceContext: { traceparent: '00-1-2-01', tracestate: 'k=v' },
      requestOptions: {
        emotion: 'happy', emotionIntensity: 0.5, startMs: 1000, warmupMs: 400,
        words: [{ text: 'hi', startMs: 10, endMs: 90 }], phonemes: [{ text: 'h', startMs: 10, endMs: 40 }],
      },
    },
  },
  'audio input that goes on, with times': {
    kind: 'clientAudioInput',
    body: {
      reqId: 'r', audio: bytes(4, 5),
      requestOptions: { words: [{ text: 'there', startMs: 1200, endMs: 1490 }], phonemes: [{ text: 'ð', startMs: 1200, endMs: 1260 }] },
    },
  },
  'end alone': { kind: 'clientAudioInput', body: { reqId: 'r', end: true } },
  interrupt: { kind: 'clientInterrupt', body: { reqId: 'r' } },
  error: {
    kind: 'serverError',
    body: {
      connectionId: 'c', reqId: 'r', code: 3, message: 'unsupported sample rate: 11025',
      detail: { code: 'unsupportedSampleRate', retryable: false, hint: 'use 16000' },
    },
  },
  'animation with motion': {
    kind: 'serverResponseAnimation',
    body: { connectionId: 'c', reqId: 'r', motion: encodeMotion(MOTION_CASES['twelve frames of talking']!) },
  },
  'animation with audio': {
    kind: 'serverResponseAnimation',
    body: {
      connectionId: 'c', reqId: 'r',
      audio: { sampleRate: 16000, packetMs: 20, firstSample: 648, preSkip: 312, packets: [bytes(8, 9), bytes(7)], last: true, totalSamples: 1920 },
    },
  },
  'animation end': { kind: 'serverResponseAnimation', body: { connectionId: 'c', reqId: 'r', end: true } },
};

type ClientCase = { [K in ClientKind]: { kind: K; body: ClientBodies[K]; numbers?: Partial<Numbers> } }[ClientKind];
type ServerCase = { [K in ServerKind]: { kind: K; body: ServerBodies[K]; numbers?: Partial<Numbers> } }[ServerKind];

export const CLIENT_CASES: Record<string, ClientCase> = {
  hello: {
    kind: 'hello',
    body: { ticket: 't1', avatarId: 'ava', audioCodecs: ['opus', 'pcm'], fps: 60, lastSeen: { reqId: 'r', playedMs: 900, state: PlaybackState.PLAYING } },
  },
  'hello to resume': {
    kind: 'hello',
    body: { ticket: 't2', avatarId: 'ava', audioCodecs: ['opus'], lastSeen: { reqId: 'r', playedMs: 900 }, resumable: true, resumeToken: 's3cret' },
    numbers: { received: 300 },
  },
  'text, numbered': { kind: 'text', body: { text: 'Guten Tag' }, numbers: { sequence: 4, received: 301 } },
  mic: { kind: 'mic', body: { sequence: 3, codec: 1, data: bytes(1, 2) } },
  text: { kind: 'text', body: { text: 'Guten Tag' } },
  interrupt: { kind: 'interrupt', body: { reason: 'button' } },
  'playback position': { kind: 'playbackPosition', body: { reqId: 'r', playedMs: 1234, state: PlaybackState.PAUSED } },
  'playback finished': { kind: 'playbackFinished', body: { reqId: 'r', playedMs: 1234, interrupted: true } },
  ping: { kind: 'ping', body: { timeMs: 12.5 } },
};

export const SERVER_CASES: Record<string, ServerCase> = {
  welcome: {
    kind: 'welcome',
    body: { epoch: 1, avatarId: 'ava', manifestUrl: '/avatars/ava/manifest.json', audio: { codec: 'opus', sampleRate: 48000 }, serverVersion: '0.1.0' },
  },
  'welcome to a stream that goes on': {
    kind: 'welcome',
    body: { epoch: 2, avatarId: 'ava', manifestUrl: '/m.json', audio: { codec: 'opus', sampleRate: 16000 }, resumeToken: 's3cret', resumed: true },
    numbers: { received: 4 },
  },
  'motion, numbered': { kind: 'motion', body: { epoch: 2, reqId: 'r', envelope: bytes(8, 5) }, numbers: { sequence: 302 } },
  'audio envelope': { kind: 'audio', body: { epoch: 2, reqId: 'r', payload: { case: 'envelope', value: bytes(8, 5) } } },
  'audio pcm': { kind: 'audio', body: { epoch: 2, reqId: 'r', payload: { case: 'pcm', value: bytes(0, 1) }, end: true, sampleRate: 24000 } },
  motion: { kind: 'motion', body: { epoch: 2, reqId: 'r', envelope: bytes(8, 5), end: true } },
  flush: { kind: 'control', body: { action: ControlAction.FLUSH, epoch: 3 } },
  transcript: { kind: 'transcript', body: { role: 'avatar', reqId: 'r', text: 'Hi', words: [{ text: 'Hi', startMs: 0, endMs: 200 }], final: true } },
  presence: { kind: 'presence', body: { state: PresenceState.THINKING } },
  error: { kind: 'error', body: { code: 'queueFull', retryable: true, hint: 'slow down', reqId: 'r', fatal: false } },
  pong: { kind: 'pong', body: { timeMs: 12.5 } },
};

export const ROOM_CASES = {
  'a beat in silence': { run: 1_234_567, stream: 7, sentMs: 1_000.5, epoch: 3 },
  'a cue, whole': { run: 1, stream: 7, sentMs: 2_000, epoch: 3, cue: { reqId: 'r', utterance: 2, atMs: 1_990.25, timeMs: 40, untilMs: 540 } },
  'motion, the one before again': { run: 1, sentMs: 2_000, epoch: 3, cue: { utterance: 2, untilMs: 740 }, motion: [Uint8Array.of(1, 2), Uint8Array.of(3)], motionEnd: true },
  'messages': { run: 1, stream: 7, sentMs: 2_000, epoch: 4, messages: [Uint8Array.of(9), Uint8Array.of()] },
};
