import { ControlAction, MicCodec, PlaybackState, type ServerMessage } from '@visavis/protocol/downlink';
import { decodeEnvelope } from '@visavis/protocol/ingress';
import { FakeClient, Inbox } from '@visavis/server-sdk/test';

const TICK_MS = 20;
const REPORT_MS = 240;
const MIC_RATE = 16_000;
const MIC_STEP = MIC_RATE / 50;

/** What one request came to at the client. */
export interface Played {
  readonly reqId: string;
  readonly epoch: number;
  receivedMs: number;
  playedMs: number;
  hasAllAudio: boolean;
  hasMotion: boolean;
  state: 'waiting' | 'playing' | 'finished' | 'interrupted';
}

/** A client that plays what it is sent as a page would, in (faster) real time, and reports it. */
export class PlayingClient {
  readonly line: FakeClient;
  /** Every request whose sound arrived, in order. */
  readonly requests: Played[] = [];
  /** Controls as they came, with the time. */
  readonly controls = new Inbox<{ readonly action: ControlAction; readonly atMs: number }>();
  readonly finished = new Inbox<Played>();
  readonly #speed: number;
  readonly #timer: NodeJS.Timeout;
  #epoch = 0;
  #isHeld = false;
  #seen = 0;
  #micSequence = 0;

  private constructor(line: FakeClient, speed: number) {
    this.line = line;
    this.#speed = speed;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** `speed`: how many times faster than real. */
  static async join(url: string, ticket: string, speed = 1): Promise<PlayingClient> {
    const line = await FakeClient.connect(url);
    const client = new PlayingClient(line, speed);
    line.socket.on('message', () => client.#take());
    line.send('hello', { ticket, audioCodecs: ['opus'], fps: 30 });
    await line.first('welcome');
    client.#take();
    return client;
  }

  /** What is playing, held or not. */
  get playing(): Played | undefined {
    return this.requests.find(({ state }) => state === 'playing' || state === 'waiting');
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Says something into its microphone, in real time: s16 at 16 kHz, 20 ms a message, silence before and after included. */
  async speak(samples: Int16Array): Promise<void> {
    const startedMs = performance.now();
    for (let at = 0; at < samples.length; at += MIC_STEP) {
      const piece = samples.slice(at, at + MIC_STEP);
      this.line.send('mic', { sequence: this.#micSequence++, codec: MicCodec.PCM_S16LE_16K, data: new Uint8Array(piece.buffer) });
      const aheadMs = (at * 1000) / MIC_RATE - (performance.now() - startedMs);
      if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    }
  }

  /** Stops what plays, and tells no more than that it ended. */
  stop(): void {
    if (this.playing) this.#finish(this.playing, 'interrupted');
  }

  leave(): void {
    clearInterval(this.#timer);
    this.line.socket.close(1000);
  }

  #take(): void {
    const { items } = this.line.received;
    for (; this.#seen < items.length; this.#seen++) this.#handle(items[this.#seen]!);
  }

  #handle(message: ServerMessage): void {
    if (message.case === 'control') this.#obey(message.value.action, message.value.epoch);
    if (message.case === 'audio') this.#hear(message.value.epoch, message.value.reqId, message.value.end, message.value.payload.value);
    if (message.case === 'motion') this.#hear(message.value.epoch, message.value.reqId, false, message.value.envelope);
  }

  #obey(action: ControlAction, epoch: number): void {
    this.controls.push({ action, atMs: performance.now() });
    if (action === ControlAction.HOLD) this.#isHeld = true;
    if (action === ControlAction.RESUME) this.#isHeld = false;
    if (action !== ControlAction.FLUSH) return;
    this.#isHeld = false;
    this.#epoch = epoch;
    for (const request of this.requests) if (request.state === 'waiting' || request.state === 'playing') this.#finish(request, 'interrupted');
  }

  #hear(epoch: number, reqId: string, end: boolean, bytes: Uint8Array | undefined): void {
    if (epoch < this.#epoch || !bytes) return;
    const envelope = decodeEnvelope(bytes);
    if (envelope.case !== 'serverResponseAnimation') return;
    const { audio, motion } = envelope.value;
    let request = this.requests.find((one) => one.reqId === reqId);
    if (!request) {
      request = { reqId, epoch, receivedMs: 0, playedMs: 0, hasAllAudio: false, hasMotion: false, state: 'waiting' };
      this.requests.push(request);
    }
    request.hasMotion ||= motion !== undefined;
    if (audio) request.receivedMs += audio.packets.length * audio.packetMs;
    request.hasAllAudio ||= end || audio?.last === true;
  }

  #tick(): void {
    const request = this.playing;
    if (!request || this.#isHeld || request.receivedMs === 0) return;
    const before = request.playedMs;
    if (request.state === 'waiting') {
      request.state = 'playing';
      this.#report(request);
    }
    request.playedMs = Math.min(request.receivedMs, request.playedMs + TICK_MS * this.#speed);
    if (Math.floor(before / REPORT_MS) !== Math.floor(request.playedMs / REPORT_MS)) this.#report(request);
    if (request.hasAllAudio && request.playedMs >= request.receivedMs) this.#finish(request, 'finished');
  }

  #report({ reqId, playedMs }: Played): void {
    this.line.send('playbackPosition', { reqId, playedMs, state: PlaybackState.PLAYING });
  }

  #finish(request: Played, state: 'finished' | 'interrupted'): void {
    request.state = state;
    this.line.send('playbackFinished', { reqId: request.reqId, playedMs: request.playedMs, interrupted: state === 'interrupted' });
    this.finished.push(request);
  }
}
