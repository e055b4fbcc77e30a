import { CHANNEL, createPose, MASK } from '@visavis/face';
import { ControlAction } from '@visavis/protocol/downlink';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWasmDecoder } from '../audio/index.js';
import { ManualOutput, ManualTimer, MemoryTransport } from '../test/index.js';
import { AvatarController } from './avatar-controller.js';
import type { PlaybackResult } from './conversations.js';

let output: ManualOutput;
let timer: ManualTimer;
let controller: AvatarController;
let events: string[];
let results: PlaybackResult[];

beforeEach(() => {
  output = new ManualOutput();
  timer = new ManualTimer();
  events = [];
  results = [];
  let count = 0;
  controller = new AvatarController({ output, timer, createId: () => `c${++count}` });
  controller.onConversationState = (state) => events.push(state);
  controller.onPlaybackStall = () => events.push('stall');
  controller.onError = ({ code }) => events.push(code);
  controller.onPlaybackFinished = (result) => results.push(result);
});

const pcm = (ms: number): Uint8Array => new Uint8Array(ms * 32);

/** Motion of `count` frames at 50 fps from `first`, the jaw half open. */
function motion(first: number, count: number, end = false, reqId = 'r'): Uint8Array {
  const pose = createPose();
  pose.values[CHANNEL.jawOpen] = 0.5;
  return encodeEnvelope('serverResponseAnimation', {
    connectionId: 'x', reqId, end,
    motion: encodeMotion({ fps: 50, firstFrame: first, mask: MASK.speech, poses: Array.from({ length: count }, () => pose) }),
  });
}

/** Turns time and sound on together, showing a pose every 20 ms; the jaw of each. */
function play(ms: number): number[] {
  const jaws: number[] = [];
  for (let done = 0; done < ms; done += 20) {
    timer.advance(20);
    output.streams.at(-1)?.play(20);
    jaws.push(controller.poseAt(timer.now()).values[CHANNEL.jawOpen]!);
  }
  return jaws;
}

describe('a conversation', () => {
  it('starts with audio and motion, moves the mouth while heard, and ends once', () => {
    const id = controller.yieldAudioData(pcm(500), true)!;
    expect(id).toBe('c1');
    expect(output.stream.isRunning).toBe(false);
    expect(controller.yieldFramesData([motion(0, 25, true)], id)).toBe(true);
    expect(output.stream.isRunning).toBe(true);
    expect(Math.max(...play(400))).toBeCloseTo(0.5, 2);
    expect(controller.presence).toBe('speaking');
    const tail = play(400);
    expect(tail.at(-1)).toBe(0);
    expect(tail[13], 'closed within 150 ms of the end at 100 ms').toBe(0);
    expect(events).toEqual(['playing', 'idle']);
    expect(results).toEqual([{ conversationId: 'c1', playedMs: 500, interrupted: false }]);
    expect(controller.presence).toBe('idle');
    expect(timer.pendingCount).toBe(0);
  });

  it('starts alone after 200 ms without motion, and motion joins later', () => {
    const id = controller.yieldAudioData(pcm(2_000), true)!;
    timer.advance(199);
    expect(output.stream.isRunning).toBe(false);
    timer.advance(1);
    expect(output.stream.isRunning).toBe(true);
    expect(Math.max(...play(400))).toBe(0);
    controller.yieldFramesData([motion(0, 100)], id);
    expect(Math.max(...play(200))).toBeCloseTo(0.5, 2);
  });

  it('does not start on less than 60 ms of audio', () => {
    controller.yieldAudioData(pcm(40));
    timer.advance(1_000);
    expect(output.stream.isRunning).toBe(false);
    controller.yieldAudioData(pcm(40));
    expect(output.stream.isRunning).toBe(true);
  });

  it('is cut by an interrupt: silence, no pose of it again, and one report', () => {
    const id = controller.yieldAudioData(pcm(2_000), true)!;
    controller.yieldFramesData([motion(0, 100, true)], id);
    play(300);
    controller.interrupt();
    controller.interrupt();
    expect(output.stream.isCut).toBe(true);
    const jaws = play(300);
    expect(jaws).toEqual([...jaws].sort((a, b) => b - a));
    expect(jaws[9]).toBe(0);
    expect(controller.yieldFramesData([motion(50, 50)], id)).toBe(false);
    expect(results).toEqual([{ conversationId: 'c1', playedMs: 300, interrupted: true }]);
  });

  it('is cut by audio after its end, which opens another', () => {
    controller.yieldAudioData(pcm(1_000), true);
    timer.advance(200);
    play(100);
    expect(controller.yieldAudioData(pcm(500), true)).toBe('c2');
    expect(output.streams[0]!.isCut).toBe(true);
    expect(results).toEqual([{ conversationId: 'c1', playedMs: 100, interrupted: true }]);
    timer.advance(200);
    play(600);
    expect(results[1]).toEqual({ conversationId: 'c2', playedMs: 500, interrupted: false });
  });

  it('pauses with a natural mouth and goes on where it stopped', async () => {
    const id = controller.yieldAudioData(pcm(1_000), true)!;
    controller.yieldFramesData([motion(0, 50, true)], id);
    play(300);
    controller.pause();
    expect(play(300).at(-1)).toBe(0);
    expect(controller.getAudioTime()).toBe(300);
    await controller.resume();
    expect(Math.max(...play(100))).toBeCloseTo(0.5, 2);
    expect(events).toEqual(['playing', 'paused', 'playing']);
  });

  it('goes on without motion in audioIndependent, and waits for it in strictSync', () => {
    const id = controller.yieldAudioData(pcm(3_000), true)!;
    controller.yieldFramesData([motion(0, 10)], id);
    expect(play(600).at(-1)).toBe(0);
    expect(controller.getAudioTime(), 'after a wait of 80 ms').toBe(540);
    expect(events).toEqual(['playing']);

    controller.frameStarvationMode = 'strictSync';
    const next = controller.yieldAudioData(pcm(3_000), true)!;
    timer.advance(5_000);
    expect(output.stream.isRunning).toBe(false);
    controller.yieldFramesData([motion(0, 10)], next);
    play(600);
    expect(controller.getAudioTime()).toBeLessThanOrEqual(200);
    expect(events.slice(1)).toEqual(['idle', 'playing', 'stall']);
    controller.yieldFramesData([motion(10, 140, true)], next);
    play(600);
    expect(controller.getAudioTime()).toBeGreaterThan(700);
  });

  it('ends without sound when it had none', () => {
    expect(controller.yieldAudioData(new Uint8Array(0), true)).toBe('c1');
    timer.advance(200);
    expect(results).toEqual([{ conversationId: 'c1', playedMs: 0, interrupted: false }]);
  });

  it('holds ten minutes that came at once, and keeps the output a little ahead', () => {
    for (let minute = 0; minute < 10; minute++) controller.yieldAudioData(pcm(60_000), minute === 9);
    timer.advance(200);
    expect(output.stream.writtenMs).toBeLessThan(2_000);
    play(5_000);
    expect(output.stream.aheadMs).toBeGreaterThan(1_000);
    expect(output.stream.aheadMs).toBeLessThan(2_000);
    expect(events).toEqual(['playing']);
  });

  it('refuses audio beyond its bound and says so, and plays what it took', () => {
    for (let minute = 0; minute < 40; minute++) controller.yieldAudioData(pcm(60_000));
    expect(new Set(events)).toEqual(new Set(['queueFull']));
    timer.advance(200);
    expect(output.stream.isRunning).toBe(true);
  });
});

describe('bad input', () => {
  it('is told with a code, and the conversation goes on', () => {
    const id = controller.yieldAudioData(pcm(500))!;
    const good = motion(0, 25);
    expect(controller.yieldFramesData([good.subarray(0, good.length - 3), Uint8Array.of(1, 2, 3), new ArrayBuffer(4)], id)).toBe(false);
    expect(events).toEqual(['invalidAnimationData', 'invalidAnimationData', 'invalidAnimationData']);
    controller.yieldFramesData([good], id);
    expect(Math.max(...play(300))).toBeCloseTo(0.5, 2);
  });

  it('that should be Opus and is not says so, and the next utterance is heard', async () => {
    controller = new AvatarController({ output, timer, audioFormat: { sampleRate: 48_000, inputAudioFormat: 'opus' }, createDecoder: createWasmDecoder });
    const codes: string[] = [];
    controller.onError = ({ code }) => codes.push(code);
    controller.yieldAudioData(new TextEncoder().encode('OggS\tno such version'), true);
    await expect.poll(() => codes).toEqual(['invalidAudioInput']); // what reads Ogg is fetched first
    controller.yieldAudioData(Uint8Array.of((31 << 3) | 3, 0), true);
    expect(codes).toEqual(['invalidAudioInput', 'invalidAudioInput']);
  });

  it('gives null where there is no audio', () => {
    output.state = 'failed';
    expect(controller.yieldAudioData(pcm(100))).toBeNull();
  });

  it('after dispose is nothing', () => {
    controller.dispose();
    expect(controller.yieldAudioData(pcm(100))).toBeNull();
    expect(output.state).toBe('closed');
    expect(controller.poseAt(0)).toBeDefined();
  });
});

describe('over a transport', () => {
  let transport: MemoryTransport;

  beforeEach(async () => {
    transport = new MemoryTransport();
    await controller.connect(transport);
    transport.receive('welcome', { epoch: 7, audio: { codec: 'pcm', sampleRate: 16_000 } });
  });

  const say = (reqId: string, ms: number, epoch = 7, end = true): void => {
    transport.receive('audio', { epoch, reqId, payload: { case: 'pcm', value: pcm(ms) }, end });
  };

  it('plays what comes, motion first or audio first, and reports by request', () => {
    transport.receive('motion', { epoch: 7, reqId: 'r1', envelope: motion(0, 25, true), end: true });
    say('r1', 500);
    expect(Math.max(...play(400))).toBeCloseTo(0.5, 2);
    play(300);
    expect(transport.positions.map(({ reqId, state }) => `${reqId} ${state}`)).toContain('r1 playing');
    expect(transport.finished).toEqual([{ reqId: 'r1', playedMs: 500, interrupted: false }]);
  });

  it('drops packets of an older epoch, and cuts on a newer', () => {
    say('r1', 1_000);
    timer.advance(200);
    play(100);
    say('old', 500, 6);
    expect(output.streams).toHaveLength(1);
    transport.receive('control', { action: ControlAction.FLUSH, epoch: 8 });
    expect(transport.finished).toEqual([{ reqId: 'r1', playedMs: 100, interrupted: true }]);
    say('r1', 500, 7);
    say('r1', 500, 8);
    expect(output.streams, 'neither the old epoch nor a cut request is heard').toHaveLength(1);
    say('r2', 500, 9);
    expect(output.streams, 'a newer epoch says that a flush was missed').toHaveLength(2);
  });

  it('takes nothing sent before the backend knew of an interrupt', () => {
    say('r1', 1_000);
    controller.interrupt('user');
    expect(transport.interrupts).toEqual(['user']);
    say('r2', 500);
    expect(output.streams).toHaveLength(1);
    transport.receive('control', { action: ControlAction.FLUSH, epoch: 8 });
    say('r3', 500, 8);
    expect(output.streams).toHaveLength(2);
  });

  it('holds and resumes', () => {
    say('r1', 1_000);
    timer.advance(200);
    play(100);
    transport.receive('control', { action: ControlAction.HOLD, epoch: 7 });
    play(200);
    expect(controller.getAudioTime()).toBe(100);
    transport.receive('control', { action: ControlAction.RESUME, epoch: 7 });
    play(200);
    expect(controller.getAudioTime()).toBe(300);
  });

  it('is not held for ever', () => {
    say('r1', 1_000);
    timer.advance(200);
    play(100);
    transport.receive('control', { action: ControlAction.HOLD, epoch: 7 });
    play(4_900);
    expect([controller.getAudioTime(), events.includes('protocolError')]).toEqual([100, false]);
    play(400);
    expect(controller.getAudioTime()).toBeGreaterThan(300);
    expect(events).toContain('protocolError');
    transport.receive('control', { action: ControlAction.HOLD, epoch: 7 });
    controller.interrupt();
    expect(timer.pendingCount).toBe(0);
  });

  it('plays out what is there when the backend begins anew, and says that it was not all', () => {
    say('r1', 400, 7, false);
    timer.advance(200);
    play(100);
    transport.receive('welcome', { epoch: 3 });
    play(600);
    expect(results).toEqual([{ conversationId: 'c1', playedMs: 400, interrupted: true }]);
    say('r1', 400, 3);
    expect(output.streams).toHaveLength(1);
    say('r2', 400, 3);
    expect(output.streams).toHaveLength(2);
  });

  it('survives bytes that are no envelope', () => {
    transport.receive('audio', { epoch: 7, reqId: 'r1', payload: { case: 'envelope', value: Uint8Array.of(9, 9, 9) }, end: false });
    transport.receive('motion', { epoch: 7, reqId: 'r1', envelope: Uint8Array.of(1), end: false });
    expect(events).toEqual(['invalidAnimationData', 'invalidAnimationData']);
    say('r2', 500);
    timer.advance(200);
    expect(output.stream.isRunning).toBe(true);
  });

  it('shows captions word by word, and the presence', () => {
    const shown: string[] = [];
    const presences: string[] = [];
    controller.onCaption = ({ text, activeIndex }) => shown.push(`${text}@${activeIndex}`);
    controller.onPresence = (presence) => presences.push(presence);
    transport.receive('presence', { state: 3 });
    transport.receive('transcript', {
      role: 'avatar', reqId: 'r1', text: 'a b', final: true,
      words: [{ text: 'a', startMs: 0, endMs: 90 }, { text: 'b', startMs: 100, endMs: 200 }],
    });
    say('r1', 400);
    timer.advance(200);
    play(600);
    expect(shown).toEqual(['a b@0', 'a b@1']);
    expect(presences).toEqual(['thinking', 'speaking', 'thinking']);
  });

  it('gives the figures of a panel', () => {
    say('r1', 1_000);
    controller.yieldFramesData([motion(0, 50, true)], 'c1');
    controller.stats();
    play(400);
    const stats = controller.stats();
    expect(stats).toMatchObject({ connectionState: 'connected', avOffsetMs: 0, bufferedAudioMs: 600, bufferedMotionMs: 600 });
    controller.close();
    expect(controller.stats()).toMatchObject({ connectionState: 'disconnected', avOffsetMs: undefined, bufferedAudioMs: 0 });
  });
});

describe('what is told besides', () => {
  it('says when an utterance is shown and when idle life alone', () => {
    const states: string[] = [];
    controller.onAnimationState = (state) => states.push(state);
    const id = controller.yieldAudioData(pcm(200), true)!;
    controller.yieldFramesData([motion(0, 10, true)], id);
    play(400);
    expect(states).toEqual(['mono', 'idle']);
  });

  it('measures frames a second only while asked to', () => {
    const rates: number[] = [];
    controller.onFrameRateInfo = ({ framesPerSecond }) => rates.push(framesPerSecond);
    play(2_000);
    expect(rates).toEqual([]);
    controller.frameRateMonitorEnabled = true;
    play(2_100);
    expect(rates).toEqual([50, 50]);
  });

  it('logs failures by weight', () => {
    const lines: string[] = [];
    const logging = new AvatarController({ output: new ManualOutput(), timer, log: (kind, message) => lines.push(`${kind} ${message.split(':')[0]}`) });
    const id = logging.yieldAudioData(pcm(100))!;
    logging.yieldFramesData([Uint8Array.of(1, 2, 3)], id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^(warning|error) \w+$/);
  });

  it('refuses direct mode with a code', async () => {
    await expect(controller.start()).rejects.toMatchObject({ code: 'invalidConfiguration' });
    expect(() => controller.send()).toThrow(/backend/);
  });
});
