import { beforeEach, describe, expect, it } from 'vitest';
import { decodeServerMessage, encodeClientMessage } from '@visavis/protocol/downlink';
import { decodeRoomPacket, type RoomPacket } from '@visavis/protocol/room';
import { motion, tone } from '../../../test/speech.js';
import { joinRoom, type FinishedReport, type FromPublisher, type RoomStage, type ToPublisher } from '../index.js';

/** Time turned by hand. */
class HandClock {
  #ms = 1_000;
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();

  nowMs = (): number => this.#ms;
  after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#ms + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };
  pass(ms: number): void {
    for (const endMs = this.#ms + ms; ;) {
      const next = [...this.#timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) {
        this.#ms = endMs;
        return;
      }
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.atMs);
      next.callback();
    }
  }
}

/** A publisher that takes everything at once: what it was told, and its end. */
class FakePublisher {
  readonly told: ToPublisher[] = [];
  emptyMs = 0;
  die: () => void = () => undefined;
  say: (message: FromPublisher) => void = () => undefined;
}

let clock: HandClock;
let publishers: FakePublisher[];
let stage: RoomStage;
let finished: FinishedReport[];

beforeEach(async () => {
  clock = new HandClock();
  publishers = [];
  finished = [];
  stage = await joinRoom({
    url: 'ws://nowhere', token: 'token', identity: 'ava', clock, random: () => 0.5, createDecoder: () => Promise.resolve({ decode: () => new Float32Array(960), close: () => undefined }),
    startPublisher: ({ onMessage, onExit }) => {
      const publisher = new FakePublisher();
      publishers.push(publisher);
      publisher.die = onExit;
      publisher.say = onMessage;
      return {
        pid: publishers.length,
        kill: onExit,
        send: (message) => {
          publisher.told.push(message);
          if (message.kind === 'join') queueMicrotask(() => onMessage({ kind: 'joined', present: [] }));
          if (message.kind === 'leave') queueMicrotask(onExit);
          if (message.kind === 'ping') onMessage({ kind: 'pong' });
          if (message.kind === 'clear') publisher.emptyMs = 0;
          if (message.kind !== 'audio') return;
          const exitMs = Math.max(publisher.emptyMs, clock.nowMs());
          publisher.emptyMs = exitMs + message.pcm.length / 96;
          onMessage({ kind: 'captured', id: message.id, exitMs });
        },
      };
    },
  });
  stage.onPlaybackFinished((report) => finished.push(report));
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const packets = (publisher = publishers.at(-1)!): RoomPacket[] => publisher.told.flatMap((one) => (one.kind === 'data' ? [decodeRoomPacket(one.bytes)] : []));
const messages = (): (string | undefined)[] => packets().flatMap((packet) => packet.messages.map((bytes) => decodeServerMessage(bytes)?.case));
const audioMs = (publisher = publishers.at(-1)!): number => publisher.told.reduce((sum, one) => sum + (one.kind === 'audio' ? one.pcm.length / 96 : 0), 0);
const fromViewer = (...[kind, body]: Parameters<typeof encodeClientMessage>): void => publishers.at(-1)!.say({ kind: 'data', from: 'viewer', bytes: encodeClientMessage(kind, body) });

function speak(reqId: string, ms: number): void {
  stage.sendAudio(tone(reqId, ms));
  for (const message of motion(reqId, ms)) stage.sendMotion(message);
}

describe('a stage', () => {
  it('hands sound over half a second ahead, with the motion that belongs to it, and says what has left', () => {
    speak('one', 3_000);
    expect(audioMs()).toBeLessThanOrEqual(520);
    clock.pass(1_000);
    expect(audioMs()).toBeGreaterThan(1_200);
    expect(audioMs()).toBeLessThanOrEqual(1_520);
    clock.pass(2_100);
    expect(finished).toEqual([{ reqId: 'one', playedMs: 3_000, interrupted: false }]);
    const sent = packets().flatMap((packet) => packet.motion).length;
    expect(sent).toBeGreaterThan(15);
    expect(packets().some(({ motionEnd }) => motionEnd)).toBe(true);
    const cues = packets().flatMap(({ cue }) => (cue && cue.reqId !== '' ? [cue.atMs - cue.timeMs] : []));
    expect(new Set(cues)).toEqual(new Set([1_000]));
  });

  it('waits for motion, but not for ever', () => {
    stage.sendAudio(tone('alone', 1_000));
    clock.pass(150);
    expect(audioMs()).toBe(0);
    clock.pass(100);
    expect(audioMs()).toBeGreaterThan(0);
  });

  it('cuts: drops what has not left, raises the epoch, and takes nothing more of it', () => {
    speak('cut', 4_000);
    clock.pass(1_000);
    const epoch = stage.epoch;
    expect(stage.flush()).toBe(epoch + 1);
    expect(publishers[0]!.told.some(({ kind }) => kind === 'clear')).toBe(true);
    expect(messages()).toContain('control');
    const before = audioMs();
    speak('cut', 1_000);
    clock.pass(1_000);
    expect(audioMs()).toBe(before);
    expect(finished).toMatchObject([{ reqId: 'cut', interrupted: true, playedMs: 920 }]);
  });

  it('a later utterance cuts the one that is being said', () => {
    speak('one', 4_000);
    clock.pass(500);
    speak('two', 1_000);
    clock.pass(2_000);
    expect(finished.map(({ reqId, interrupted }) => [reqId, interrupted])).toEqual([['one', true], ['two', false]]);
  });

  it('holds where it is, and goes on from there', () => {
    speak('held', 2_000);
    clock.pass(600);
    stage.hold();
    const held = audioMs();
    clock.pass(3_000);
    expect(audioMs()).toBe(held);
    expect(finished).toEqual([]);
    stage.resume();
    clock.pass(1_300);
    expect(finished).toEqual([]);
    clock.pass(200);
    expect(finished).toEqual([{ reqId: 'held', playedMs: 2_000, interrupted: false }]);
  });

  it('goes on from what had left when its publisher dies, through another track', async () => {
    speak('one', 2_000);
    clock.pass(1_000);
    publishers[0]!.die();
    await settled();
    expect(publishers).toHaveLength(2);
    clock.pass(1_100);
    expect(audioMs()).toBeGreaterThanOrEqual(1_000);
    expect(audioMs()).toBeLessThanOrEqual(1_020);
    expect(packets()[0]!.run).not.toBe(0);
    expect(finished).toEqual([{ reqId: 'one', playedMs: 2_000, interrupted: false }]);
  });

  it('believes its viewer about what was heard, and does without where none reports', () => {
    fromViewer('hello', {});
    speak('one', 500);
    fromViewer('playbackPosition', { reqId: 'one', playedMs: 200, state: 1 });
    clock.pass(800);
    expect(finished).toEqual([]);
    fromViewer('playbackFinished', { reqId: 'one', playedMs: 480, interrupted: true });
    speak('two', 500);
    clock.pass(5_000);
    expect(finished).toEqual([{ reqId: 'one', playedMs: 480, interrupted: true }, { reqId: 'two', playedMs: 500, interrupted: false }]);
  });

  it('is led by the first viewer that is still there, also where it left while there was no publisher', async () => {
    const led: (string | undefined)[] = [];
    stage.onViewer((viewer) => led.push(viewer));
    const hello = (from: string): void => publishers.at(-1)!.say({ kind: 'data', from, bytes: encodeClientMessage('hello', {}) });
    hello('viewer');
    hello('other');
    expect(stage.viewer).toBe('viewer');
    publishers[0]!.die();
    await settled(); // the next one finds nobody
    expect(stage.viewer).toBeUndefined();
    hello('other');
    hello('viewer');
    expect(led).toEqual(['viewer', undefined, 'other']);
    publishers.at(-1)!.say({ kind: 'went', identity: 'viewer' });
    expect(stage.viewer).toBe('other');
  });

  it('takes a call once, however often it is made', () => {
    const texts: string[] = [];
    stage.onText((text) => texts.push(text));
    for (let n = 0; n < 2; n++) publishers[0]!.say({ kind: 'data', from: 'viewer', bytes: encodeClientMessage('text', { text: 'once' }, { sequence: 7 }) });
    expect(texts).toEqual(['once']);
  });

  it('gives up after eight publishers that die at once, and leaves nothing behind', async () => {
    const ends: unknown[] = [];
    stage.onClose((end) => ends.push(end));
    speak('one', 1_000);
    for (let n = 0; n < 12 && !stage.closed; n++) {
      publishers.at(-1)!.die();
      await settled();
      clock.pass(4_000);
      await settled();
    }
    expect(ends).toEqual([{ code: 1011, reason: 'connectionFailed' }]);
    expect(finished).toMatchObject([{ reqId: 'one' }]);
    await stage.close();
  });

  it('leaves when it is told to', async () => {
    const ends: unknown[] = [];
    stage.onClose((end) => ends.push(end));
    await stage.close();
    expect(ends).toEqual([{ code: 1000, reason: '' }]);
    expect(stage.flush()).toBe(2);
  });
});
