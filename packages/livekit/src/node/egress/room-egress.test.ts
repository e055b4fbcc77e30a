import { VisavisError } from '@visavis/protocol/errors';
import { Listeners } from '@visavis/protocol/listeners';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.js';
import type { RoomOptions } from '../publish.js';
import type { FinishedReport } from '../stage/reports.js';
import type { RoomStage, StageClose } from '../stage/room-stage.js';
import { createLiveKitEgress, type RoomEgress } from './room-egress.js';

const RATE = 24_000;
const second = () => new Uint8Array(RATE * 2);

/** A stage that says what the test has it say, and keeps what it is told. */
class HeldStage {
  readonly started = new Listeners<{ readonly reqId: string }>();
  readonly finished = new Listeners<FinishedReport>();
  readonly error = new Listeners<VisavisError>();
  readonly ended = new Listeners<StageClose>();
  readonly calls: string[][] = [];
  readonly sent: string[] = [];
  flushes = 0;
  closed = false;
  readonly onPlaybackStarted = this.started.subscribe;
  readonly onPlaybackFinished = this.finished.subscribe;
  readonly onError = this.error.subscribe;
  readonly onClose = this.ended.subscribe;
  sendAudio = ({ reqId }: { reqId: string }): void => void this.sent.push(`audio ${reqId}`);
  sendMotion = ({ reqId, end }: { reqId: string; end: boolean }): void => void this.sent.push(`motion ${reqId}${end ? ' end' : ''}`);
  call = (...call: string[]): void => void this.calls.push(call);
  flush = (): number => (this.flushes += 1);
  async close(): Promise<void> {
    this.end({ code: 1000, reason: '' });
  }

  end(close: StageClose): void {
    this.closed = true;
    this.ended.emit(close);
  }
}

/** Time that stands still until it is moved. */
class HeldClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; callback: () => void }[] = [];
  nowMs = (): number => this.#nowMs;
  after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => { this.#timers = this.#timers.filter((one) => one !== timer); };
  };

  move(ms: number): void {
    this.#nowMs += ms;
    for (const { callback } of this.#timers.filter(({ atMs }) => atMs <= this.#nowMs)) callback();
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs);
  }
}

interface Scene {
  readonly stage: HeldStage;
  readonly clock: HeldClock;
  readonly egress: RoomEgress;
  readonly joined: RoomOptions;
  readonly ends: VisavisError[];
}

async function open(attributes: Record<string, string> = { livekit_agent_identity: 'agent' }, token = 'jwt'): Promise<Scene> {
  const [stage, clock, ends] = [new HeldStage(), new HeldClock(), [] as VisavisError[]];
  let joined: RoomOptions | undefined;
  const openEgress = createLiveKitEgress({ clock, join: async (options) => {
    joined = options;
    return stage as unknown as RoomStage;
  } });
  const request = { url: 'ws://localhost:7880', address: '127.0.0.1', token, apiKey: 'key', apiSecret: 'secret', room: 'room', identity: 'avatar', avatarId: 'ava', attributes, sampleRate: RATE };
  const egress = await openEgress(request, { onProblem: () => undefined, onEnd: (error) => ends.push(error) });
  return { stage, clock, egress, joined: joined!, ends };
}

const isDone = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => { done = true; });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
};

describe('a session in its room', () => {
  it('joins by the token that it has, or makes one with the attributes', async () => {
    expect((await open()).joined).toMatchObject({ token: 'jwt', url: 'ws://127.0.0.1:7880/', proxy: '', identity: 'avatar', avatarId: 'ava', placeholderVideo: true });
    expect((await open({ a: 'b' }, '')).joined).toMatchObject({ apiKey: 'key', apiSecret: 'secret', room: 'room', attributes: { a: 'b' } });
  });

  it('tells the agent when a request is heard first, and once how much of it was, never more than there was', async () => {
    const { stage, egress } = await open();
    egress.sendAudio('one', second());
    egress.sendMotion('one', new Uint8Array(), true);
    const played = egress.played('one');
    stage.started.emit({ reqId: 'one' });
    expect(await isDone(played)).toBe(false);
    stage.finished.emit({ reqId: 'one', playedMs: 9_000, interrupted: false });
    expect(await isDone(played)).toBe(true);
    expect(stage.calls).toEqual([
      ['agent', 'lk.playback_started', ''], ['agent', 'lk.playback_finished', '{"playback_position":1,"interrupted":false}'],
    ]);
    egress.interrupt('one');
    expect([stage.calls.length, stage.flushes]).toEqual([2, 0]);
  });

  it('on an interrupt is silent and goes on at once, and tells of it when it is known how far it came', async () => {
    const { stage, egress } = await open({ 'lk.publish_on_behalf': 'agent' });
    egress.sendAudio('one', second());
    const played = egress.played('one');
    egress.interrupt('one');
    expect([stage.flushes, await isDone(played), stage.calls]).toEqual([1, true, []]);
    egress.sendAudio('one', second());
    egress.sendMotion('one', new Uint8Array(), true);
    expect(stage.sent).toEqual(['audio one']);
    stage.finished.emit({ reqId: 'one', playedMs: 400, interrupted: true });
    expect(stage.calls).toEqual([['agent', 'lk.playback_finished', '{"playback_position":0.4,"interrupted":true}']]);
  });

  it('tells of a request that was cut before it was heard of, once, and not of one without a sound', async () => {
    const { stage, egress } = await open();
    egress.interrupt('early');
    egress.interrupt('early');
    egress.sendAudio('early', second());
    egress.sendMotion('empty', new Uint8Array(), true);
    expect(await isDone(egress.played('empty'))).toBe(true);
    expect(stage.calls).toEqual([['agent', 'lk.playback_finished', '{"playback_position":0,"interrupted":true}']]);
    expect(stage.sent).toEqual([]);
  });

  it('makes a minute ready at most, and no longer waits for what was cut', async () => {
    const { stage, clock, egress } = await open();
    for (let i = 0; i < 61; i++) egress.sendAudio('one', second());
    stage.started.emit({ reqId: 'one' });
    const ready = egress.ready();
    clock.move(15_000);
    expect(await isDone(ready)).toBe(false);
    clock.move(1_000);
    expect(await isDone(ready)).toBe(true);
    for (let i = 0; i < 30; i++) egress.sendAudio('one', second());
    const again = egress.ready();
    expect(await isDone(again)).toBe(false);
    egress.interrupt('one');
    expect(await isDone(again)).toBe(true);
  });

  it('says that its room is gone, and not when it was told to leave', async () => {
    const gone = await open();
    gone.egress.sendAudio('one', second());
    const played = gone.egress.played('one');
    gone.stage.error.emit(new VisavisError('connectionClosed', 'the room was deleted'));
    gone.stage.end({ code: 1011, reason: 'connectionClosed' });
    expect([gone.ends.map(({ code }) => code), await isDone(played)]).toEqual([['connectionClosed'], true]);
    const left = await open();
    left.stage.error.emit(new VisavisError('connectionFailed', 'being mended'));
    await left.egress.close();
    expect(left.ends).toEqual([]);
  });
});
