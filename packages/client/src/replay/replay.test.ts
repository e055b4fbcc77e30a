import { readFileSync } from 'node:fs';
import { CHANNEL, createPose, MASK } from '@visavis/face';
import {
  ControlAction, encodeClientMessage, encodeServerMessage, PlaybackState, type ServerBodies, type ServerKind,
} from '@visavis/protocol/downlink';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeader, encodeRecord, parseRecording, type Recording, type SessionRecord } from './recording.js';
import { replaySession } from './replay.js';
import type { ReplayReport } from './report.js';

const fixture = parseRecording(readFileSync(new URL('../../test/fixtures/austen.vvrec', import.meta.url)));
const EPOCH = 5;

/** A session put together by hand: speech as PCM at 16 kHz, motion at 50 fps, connected at once. */
class Script {
  readonly records: SessionRecord[] = [{ ms: 0, kind: 'connect' }, { ms: 0, kind: 'open' }];

  constructor() {
    this.in(0, 'welcome', { epoch: EPOCH, avatarId: 'ava', audio: { codec: 'pcm', sampleRate: 16_000 } });
  }

  in<K extends ServerKind>(ms: number, kind: K, body: ServerBodies[K]): this {
    return this.add({ ms, kind: 'in', bytes: encodeServerMessage(kind, body) });
  }

  add(record: SessionRecord): this {
    this.records.push(record);
    return this;
  }

  audio(ms: number, fromMs: number, toMs: number, end = false, reqId = 'r', epoch = EPOCH): this {
    const samples = Int16Array.from({ length: (toMs - fromMs) * 16 }, (_, i) => 12_000 * syllable(fromMs + i / 16) * Math.sin(i / 5));
    return this.in(ms, 'audio', { epoch, reqId, payload: { case: 'pcm', value: new Uint8Array(samples.buffer) }, end });
  }

  /** Motion from `fromMs` on; the mouth follows the sound `lagMs` late. */
  motion(ms: number, fromMs: number, toMs: number, end = false, { reqId = 'r', epoch = EPOCH, lagMs = 0 } = {}): this {
    const poses = Array.from({ length: (toMs - fromMs) / 20 }, (_, i) => {
      const pose = createPose();
      pose.values[CHANNEL.jawOpen] = 0.8 * syllable(fromMs + i * 20 - lagMs);
      return pose;
    });
    const motion = encodeMotion({ fps: 50, firstFrame: fromMs / 20, mask: MASK.speech, poses });
    return this.in(ms, 'motion', { epoch, reqId, end, envelope: encodeEnvelope('serverResponseAnimation', { connectionId: 'c', reqId, end, motion }) });
  }

  get recording(): Recording {
    return { startedAt: '', records: this.records, damage: undefined };
  }
}

/** Loudness of made-up speech, 0..1: syllables of uneven length, so that only one offset fits. */
function syllable(ms: number): number {
  return Math.max(0, Math.sin(ms / 45 + 1.7 * Math.sin(ms / 310))) * (0.6 + 0.4 * Math.sin(ms / 137));
}

async function posesOf(recording: Recording, fps?: number): Promise<{ report: ReplayReport; poses: Float32Array[] }> {
  const poses: Float32Array[] = [];
  const report = await replaySession(recording, { ...(fps !== undefined && { fps }), onPose: ({ values }) => void poses.push(values.slice()) });
  return { report, poses };
}

const only = ({ utterances }: ReplayReport) => {
  expect(utterances).toHaveLength(1);
  return utterances[0]!;
};

describe('a replay of recorded speech', () => {
  it('gives the poses and the figures it gave before', async () => {
    const { report, poses } = await posesOf(fixture);
    const rows = poses.flatMap((values, i) => (i % 6 === 0 ? [Array.from(values, (value) => Number(value.toFixed(4)) + 0)] : []));
    const text = `${JSON.stringify({ report, rows }, undefined, 1).replace(/\n\s+(?=-?\d|\]\s*,?\n\s+\[)/g, ' ')}\n`;
    await expect(text).toMatchFileSnapshot('../../test/fixtures/austen.golden.json');
    expect(Math.max(...poses.map((values) => values[CHANNEL.jawOpen]!))).toBeGreaterThan(0.2);
    expect(only(report)).toMatchObject({ audioMs: 2_600, heardMs: 2_600, motionFrames: 78, end: 'finished', gaps: [], lateMotion: 0 });
    expect(Math.abs(only(report).avOffset!.medianMs)).toBeLessThanOrEqual(40);
  });

  it('is the same bit for bit each time, from the file as from memory', async () => {
    const first = await posesOf(fixture);
    const file = Buffer.concat([encodeHeader(fixture.startedAt), ...fixture.records.map(encodeRecord)]);
    expect(await posesOf(parseRecording(file))).toEqual(first);
  });

  it('shows the same face at the same moment whatever the frame rate', async () => {
    const [slow, fast] = [await posesOf(fixture, 20), await posesOf(fixture, 40)];
    // While it speaks, at 0.95..3.3 s: easing into speech and out of it begins at the frame shown last.
    const jaws = slow.poses.map((values, i) => [values[CHANNEL.jawOpen]!, fast.poses[2 * i]?.[CHANNEL.jawOpen] ?? 0] as const).slice(19, 66);
    expect(Math.max(...jaws.map(([jaw]) => jaw))).toBeGreaterThan(0.2);
    for (const [jaw, same] of jaws) expect(jaw).toBeCloseTo(same, 3);
  });

  it('survives whatever a spoilt file says', async () => {
    const at = fc.nat(fixture.records.length - 1);
    const spoilt = fc.oneof(
      fc.tuple(at, at).map(([a, b]) => fixture.records.filter((_, i) => i !== a && i !== b)),
      fc.tuple(at, fc.uint8Array({ maxLength: 60 })).map(([i, bytes]) => fixture.records.with(i, { ms: fixture.records[i]!.ms, kind: i % 2 ? 'in' : 'out', bytes })),
      fc.tuple(at, fc.constantFrom<SessionRecord['kind']>('connect', 'open', 'leave')).map(([i, kind]) => fixture.records.with(i, { ms: fixture.records[i]!.ms, kind } as SessionRecord)),
    );
    await fc.assert(fc.asyncProperty(spoilt, async (records) => {
      const report = await replaySession({ startedAt: '', records, damage: undefined }, { fps: 10 });
      expect(report.frames).toBeGreaterThan(20);
    }), { numRuns: 20 });
  }, 60_000);

  it('gives an empty report of an empty recording', async () => {
    expect(await replaySession({ startedAt: '', records: [], damage: 'cut' })).toMatchObject({ utterances: [], errors: [], notes: ['cut'], bytes: { audioPerSecond: undefined } });
  });

  it('refuses a rate it cannot show', async () => {
    await expect(replaySession(fixture, { fps: 0 })).rejects.toMatchObject({ code: 'invalidConfiguration' });
  });
});

describe('the report', () => {
  it('finds nothing wrong with a session that was right', async () => {
    const report = await replaySession(new Script().audio(100, 0, 3_000, true).motion(130, 0, 3_000, true).recording);
    expect(only(report)).toMatchObject({
      firstMessageMs: 100, startDelayMs: 30, audioMs: 3_000, heardMs: 3_000, motionFrames: 150, end: 'finished', gaps: [], lateMotion: 0, droppedAudio: 0, droppedMotion: 0,
    });
    expect(Math.abs(only(report).avOffset!.medianMs)).toBeLessThanOrEqual(10);
    expect(report).toMatchObject({ connections: 1, errors: [], interrupts: [], bytes: { speechSeconds: 3 } });
    expect(report.bytes.audioPerSecond).toBeGreaterThan(32_000);
    expect(report.bytes.motionPerSecond).toBeLessThan(2_000);
  });

  it.each([160, -120])('measures a mouth that is %s ms late', async (lagMs) => {
    const { avOffset } = only(await replaySession(new Script().audio(0, 0, 4_000, true).motion(1, 0, 4_000, true, { lagMs }).recording));
    expect(Math.abs(avOffset!.medianMs - lagMs)).toBeLessThanOrEqual(10);
    expect(Math.abs(avOffset!.p95Ms - Math.abs(lagMs))).toBeLessThanOrEqual(20);
  });

  it('finds sound that came late, and says when', async () => {
    const report = await replaySession(new Script().motion(0, 0, 2_000, true).audio(0, 0, 500).audio(900, 500, 2_000, true).recording, { fps: 100 });
    const { gaps, startDelayMs } = only(report);
    expect(startDelayMs).toBe(0);
    // The resampler holds the last 3 ms back until it knows what follows; the gap ends with the first pose after more came.
    expect(gaps).toEqual([{ kind: 'audio', atMs: 500, playedMs: expect.closeTo(497, 0) as number, durationMs: expect.closeTo(410, 0) as number }]);
  });

  it('finds motion that is missing, and motion that came too late', async () => {
    const script = new Script().audio(0, 0, 2_000, true).motion(0, 0, 500).motion(0, 1_000, 2_000, true).motion(1_200, 500, 1_000);
    const { gaps, lateMotion, motionFrames } = only(await replaySession(script.recording, { fps: 100 }));
    expect(gaps).toMatchObject([{ kind: 'motion' }]);
    // Half a frame beyond the last still shows it.
    expect(gaps[0]!.playedMs).toBeCloseTo(510, 6);
    expect(gaps[0]!.durationMs).toBeCloseTo(490, 6);
    expect({ lateMotion, motionFrames }).toEqual({ lateMotion: 1, motionFrames: 100 });
  });

  it('follows an interrupt: silence, the flush that answers it, and what came too late for it', async () => {
    const script = new Script().audio(0, 0, 3_000).motion(0, 0, 3_000)
      .add({ ms: 700, kind: 'out', bytes: encodeClientMessage('interrupt', { reason: 'user' }) })
      .motion(720, 3_000, 3_200).audio(720, 3_000, 3_200)
      .in(760, 'control', { action: ControlAction.FLUSH, epoch: EPOCH + 1 })
      .audio(770, 3_200, 3_400)
      .audio(800, 0, 400, true, 's', EPOCH + 1).motion(800, 0, 400, true, { reqId: 's', epoch: EPOCH + 1 });
    const { interrupts, utterances, errors } = await replaySession(script.recording);
    expect(interrupts).toEqual([{ atMs: 700, by: 'client', silentAfterMs: 0, flushedAfterMs: 60 }]);
    expect(utterances).toMatchObject([
      { reqId: 'r', end: 'interrupted', heardMs: 700, droppedAudio: 2, droppedMotion: 1 },
      { reqId: 's', end: 'finished', heardMs: 400, droppedAudio: 0, droppedMotion: 0 },
    ]);
    expect(errors).toEqual([]);
  });

  it('answers an interrupt by the pong of its ping where nothing was flushed', async () => {
    const script = new Script()
      .add({ ms: 10, kind: 'out', bytes: encodeClientMessage('interrupt', { reason: 'user' }) })
      .add({ ms: 10, kind: 'out', bytes: encodeClientMessage('ping', { timeMs: 123_456 }) })
      .audio(20, 0, 400, true, 'early')
      .in(30, 'pong', { timeMs: 123_456 })
      .audio(40, 0, 400, true, 'next').motion(40, 0, 400, true, { reqId: 'next' });
    const { utterances } = await replaySession(script.recording);
    expect(utterances).toMatchObject([{ reqId: 'early', droppedAudio: 1 }, { reqId: 'next', droppedAudio: 0, heardMs: 400 }]);
  });

  it('takes what was said again after a cut for one thing', async () => {
    const interrupt = encodeClientMessage('interrupt', { reason: 'user' }, { sequence: 1 });
    const script = new Script().audio(0, 0, 2_000, true).motion(0, 0, 2_000, true)
      .add({ ms: 300, kind: 'out', bytes: interrupt }).add({ ms: 310, kind: 'close', code: 1006, reason: '' })
      .add({ ms: 1_000, kind: 'connect' }).add({ ms: 1_000, kind: 'open' })
      .add({ ms: 1_000, kind: 'out', bytes: encodeClientMessage('hello', { resumeToken: 'stream-1' }) })
      .in(1_010, 'welcome', { epoch: EPOCH + 1, avatarId: 'ava' })
      .audio(1_020, 0, 400, true, 's', EPOCH + 1).motion(1_020, 0, 400, true, { reqId: 's', epoch: EPOCH + 1 })
      .add({ ms: 1_100, kind: 'out', bytes: interrupt });
    const { interrupts, utterances } = await replaySession(script.recording);
    expect(interrupts).toMatchObject([{ atMs: 300, by: 'client' }]);
    expect(utterances).toMatchObject([{ reqId: 'r', end: 'interrupted' }, { reqId: 's', end: 'finished', heardMs: 400 }]);
  });

  it('knows a flush of the backend, and a pause of the user', async () => {
    const paused = (state: PlaybackState): Uint8Array => encodeClientMessage('playbackPosition', { reqId: 'r', playedMs: 1, state });
    const script = new Script().audio(0, 0, 2_000, true).motion(0, 0, 2_000, true)
      .add({ ms: 300, kind: 'out', bytes: paused(PlaybackState.PAUSED) })
      .add({ ms: 900, kind: 'out', bytes: paused(PlaybackState.PLAYING) })
      .in(1_500, 'control', { action: ControlAction.FLUSH, epoch: EPOCH + 1 });
    const { interrupts, utterances } = await replaySession(script.recording);
    expect(interrupts).toEqual([{ atMs: 1_500, by: 'backend', silentAfterMs: 0, flushedAfterMs: 0 }]);
    expect(utterances).toMatchObject([{ heardMs: 900, gaps: [] }]);
  });

  it('tells errors, lost connections, and what the client itself said', async () => {
    const script = new Script().add({ ms: 10, kind: 'in', bytes: Uint8Array.of(0xff, 0xff) })
      .add({ ms: 20, kind: 'out', bytes: encodeClientMessage('playbackPosition', { state: PlaybackState.STALLED }) })
      .add({ ms: 30, kind: 'close', code: 1006, reason: '' })
      .add({ ms: 900, kind: 'connect' }).add({ ms: 950, kind: 'open' }).in(960, 'welcome', { epoch: 99, avatarId: 'ava' })
      .audio(1_000, 0, 400, true, 'r', 99).motion(1_000, 0, 400, true, { epoch: 99 });
    const { errors, connections, told, utterances } = await replaySession(script.recording);
    expect(errors.map(({ atMs, code }) => ({ atMs, code }))).toEqual([{ atMs: 10, code: 'protocolError' }, { atMs: 30, code: 'websocketClosedAbnormally' }]);
    expect({ connections, told }).toEqual({ connections: 2, told: { stalls: 1, finished: 0, interrupted: 0 } });
    expect(utterances).toMatchObject([{ heardMs: 400, end: 'finished' }]);
  });

  it('plays what came out, blames nobody for what the cut took away, and says that the recorder stopped', async () => {
    const script = new Script().audio(0, 0, 600).motion(0, 0, 600).add({ ms: 100, kind: 'stop', reason: 'maxBytes' });
    const report = await replaySession(script.recording);
    expect(only(report)).toMatchObject({ heardMs: expect.closeTo(597, 0) as number, end: 'unfinished', gaps: [] });
    expect(report.notes).toEqual([expect.stringContaining('maxBytes')]);
  });
});
