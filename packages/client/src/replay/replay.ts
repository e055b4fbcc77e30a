import type { Pose } from '@visavis/face';
import { ControlAction, PlaybackState, type ClientMessage } from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import { WebSocketTransport, type TransportSink } from '../transport/index.js';
import { HeadlessClient } from './headless-client.js';
import { peekClient, peekServer } from './peek.js';
import { RecordedLine } from './recorded-line.js';
import type { Recording, SessionRecord } from './recording.js';
import type { ReplayReport } from './report.js';
import { SessionLog } from './session-log.js';

export interface ReplayOptions {
  /** Poses a second, 1..240. Default 60. */
  readonly fps?: number;
  /** Told of every pose: the nth, from 0, is of n * 1000 / fps milliseconds of the recording. It is the same object every time: copy what is to be kept. */
  readonly onPose?: (pose: Pose, timeMs: number) => void;
}

/** After the last record, what was received is played out, but for no longer than this. */
const MAX_TAIL_MS = 600_000;
/** The face is followed this much beyond the end of speech: until the mouth is at rest. */
const REST_MS = 500;

/**
 * Hands a recorded session to the client as it came, with the clock turned by hand, and says how it went. The same
 * recording gives the same poses, bit for bit, on any machine with the same JavaScript engine. The loudspeaker is ideal
 * (no latency, no dropouts): what the recorded client's own device did is in the report's `told`.
 * Throws `invalidConfiguration` for an `fps` out of range.
 */
export async function replaySession(recording: Recording, { fps = 60, onPose }: ReplayOptions = {}): Promise<ReplayReport> {
  if (!(fps >= 1 && fps <= 240)) throw new VisavisError('invalidConfiguration', `${fps} poses a second are not within 1..240`);
  const replay = new Replay(fps, onPose);
  try {
    return await replay.run(recording);
  } finally {
    replay.dispose();
  }
}

class Replay {
  readonly #client = new HeadlessClient();
  readonly #log: SessionLog;
  readonly #line: RecordedLine;
  readonly #transport: WebSocketTransport;
  readonly #fps: number;
  readonly #onPose: ReplayOptions['onPose'];
  #frame = 0;
  #isHeld = false;
  #isPaused = false;
  /** Sequence of the client's last message that was not said again. */
  #lastSaid = 0;

  constructor(fps: number, onPose: ReplayOptions['onPose']) {
    this.#fps = fps;
    this.#onPose = onPose;
    this.#log = new SessionLog(this.#client, 1000 / fps);
    this.#line = new RecordedLine((bytes) => this.#log.received(bytes));
    this.#transport = new FollowedTransport(this.#line, this.#client, this.#log);
  }

  async run({ startedAt, records, damage }: Recording): Promise<ReplayReport> {
    const lastConnect = records.findLastIndex(({ kind }) => kind === 'connect');
    for (const [i, record] of records.entries()) {
      await this.#showUntil(record.ms);
      await this.#client.advanceTo(record.ms);
      await this.#play(record, i > lastConnect);
    }
    const endMs = records.at(-1)?.ms ?? 0;
    this.#log.over();
    await this.#playOut(endMs);
    const stop = records.at(-1);
    const notes = [damage, stop?.kind === 'stop' ? noteOf(stop.reason) : undefined].filter((note) => note !== undefined);
    return this.#log.report(startedAt, endMs, notes);
  }

  dispose(): void {
    this.#client.dispose();
  }

  /** When the next pose is shown. Not a sum of steps, nor a multiple of one: those round to other times. */
  get #nextMs(): number {
    return (this.#frame * 1000) / this.#fps;
  }

  /** A record of a moment that a pose is shown at comes after that pose. */
  async #showUntil(ms: number): Promise<void> {
    while (this.#nextMs <= ms) await this.#show();
  }

  async #show(): Promise<void> {
    const nowMs = this.#nextMs;
    this.#frame++;
    await this.#client.advanceTo(nowMs);
    const pose = this.#client.controller.poseAt(nowMs);
    this.#log.shown(pose);
    this.#onPose?.(pose, nowMs);
  }

  async #play(record: SessionRecord, isLastConnection: boolean): Promise<void> {
    const { controller } = this.#client;
    if (record.kind === 'connect') this.#connect();
    if (record.kind === 'out') await this.#repeat(record.bytes);
    if (record.kind === 'in') this.#noteHold(record.bytes);
    if (record.kind === 'leave' && isLastConnection) controller.close();
    else await this.#line.deliver(record);
    await this.#client.settle();
  }

  #connect(): void {
    this.#log.connected();
    if (this.#transport.state === 'connecting' || this.#transport.state === 'connected') return;
    // What goes wrong is told to the controller's onError too.
    this.#client.controller.connect(this.#transport).catch(() => undefined);
  }

  /** Does what the recorded client's user did, as far as its messages show it. */
  async #repeat(bytes: Uint8Array): Promise<void> {
    const { controller } = this.#client;
    const message = peekClient(bytes);
    const isNews = this.#isNews(message);
    this.#log.said(bytes, isNews);
    if (!isNews) return;
    if (message?.case === 'interrupt') controller.interrupt(message.value.reason);
    if (message?.case === 'text' && controller.connectionState === 'connected') controller.sendText(message.value.text);
    if (message?.case !== 'playbackPosition') return;
    if (message.value.state === PlaybackState.PAUSED && !this.#isHeld) {
      this.#isPaused = true;
      controller.pause();
    } else if (message.value.state === PlaybackState.PLAYING && this.#isPaused) {
      this.#isPaused = false;
      await controller.resume();
    }
  }

  /** After a cut the client says again what may not have arrived: its user did it once. */
  #isNews(message: ClientMessage | undefined): boolean {
    // Without a stream to go on with there is nothing to say again, and the count may begin anew.
    if (message?.case === 'hello' && message.value.resumeToken === '') this.#lastSaid = 0;
    if (!message || message.sequence === 0) return true;
    if (message.sequence <= this.#lastSaid) return false;
    this.#lastSaid = message.sequence;
    return true;
  }

  /** A client that the backend holds says that it is paused, and its user paused nothing. */
  #noteHold(bytes: Uint8Array): void {
    const message = peekServer(bytes);
    if (message?.case === 'control') this.#isHeld = message.value.action === ControlAction.HOLD;
  }

  async #playOut(endMs: number): Promise<void> {
    const { controller, output } = this.#client;
    const isSpeaking = (): boolean => controller.conversationState !== 'idle' && output.stream.aheadMs > 0;
    let restMs = endMs + REST_MS;
    while (this.#nextMs <= restMs) {
      await this.#show();
      if (isSpeaking()) restMs = Math.min(this.#client.timer.now() + REST_MS, endMs + MAX_TAIL_MS);
    }
  }
}

/** The transport as it is, on a recorded line, with the log listening to what it hands on. */
class FollowedTransport extends WebSocketTransport {
  readonly #log: SessionLog;

  constructor({ getTicket, openSocket }: RecordedLine, { timer }: HeadlessClient, log: SessionLog) {
    // Without jitter no wait is longer than the recorded client's: the line then decides when it may connect.
    super({ avatarId: '', getTicket, openSocket, timer, random: () => 0 });
    this.#log = log;
  }

  override connect(sink: TransportSink): Promise<void> {
    return super.connect(this.#log.follow(sink));
  }
}

function noteOf(reason: string): string | undefined {
  if (reason === 'maxBytes' || reason === 'maxMs') return `the recorder stopped at its bound (${reason}); what came later is not in the file`;
  return undefined;
}
