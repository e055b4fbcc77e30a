/** The world of bench:links: the real relay, the client without a page, and a simulated network, all in counted time. */
import { createServer } from 'node:http';
import { WebSocket } from 'ws';
import { HeadlessClient, WebSocketTransport } from '@visavis/client/replay';
import { CHANNEL } from '@visavis/face';
import { createRelay } from '@visavis/server-sdk';
import { ManualClock } from '@visavis/server-sdk/test';
import { timeOf } from './marker.mjs';
import { simulatedLink } from './simulated-link.mjs';

const STEP_MS = 5;
/** Poses are asked for this often. */
const POSE_STEPS = 3;
/** An utterance that takes longer has failed. */
const PATIENCE_MS = 120_000;
/** Of a pose in step the time it tells is as near as this to the sound's. */
const IN_STEP_MS = 25;
/** Turns of the event loop that what was delivered needs to come through. */
const TURNS = 12;
/** The marker's mouth rests before and after these times of the utterance. */
const EDGE_MS = 300;

/** One client, one relay, one network between them, and the time of all three. */
export class LinkWorld {
  #options;
  #clock = new ManualClock();
  #client = new HeadlessClient();
  #server = createServer();
  #relay;
  #link;
  #spokenMs = 0;
  #requests = 0;
  #steps = 0;
  #nextCutMs = Infinity;
  #errors = [];

  static async of(options) {
    const world = new LinkWorld(options);
    await world.#connect();
    return world;
  }

  constructor(options) {
    this.#options = options;
    this.#relay = createRelay({ manifestUrl: () => '/avatar.json', clock: this.#clock });
    this.#relay.attach(this.#server, '/relay');
    this.#relay.onClient((client) => client.onText(() => this.#speak(client)));
    this.#client.controller.onError = ({ code }) => this.#errors.push(code);
    this.#setCut();
  }

  get startDelayMs() {
    return this.#client.controller.stats().startDelayMs;
  }

  async #connect() {
    const { timer, controller } = this.#client;
    const transport = new WebSocketTransport({
      avatarId: 'ava', timer, random: this.#options.random,
      getTicket: async () => ({ url: 'ws://localhost/relay', ticket: this.#relay.tickets.issue({ avatarId: 'ava' }).ticket }),
      openSocket: (url) => this.#open(url),
    });
    controller.connect(transport).catch(() => undefined);
    while (controller.connectionState !== 'connected') await this.#step();
  }

  #open(url) {
    this.#link = simulatedLink(this.#options.network, this.#clock, this.#options.random);
    const { client, server: serverEnd } = this.#link;
    const socket = new WebSocket(url, { createConnection: () => client, perMessageDeflate: false });
    socket.on('error', () => undefined);
    this.#server.emit('connection', serverEnd);
    return socket;
  }

  #speak(client) {
    const reqId = `r${this.#requests++}`;
    this.#spokenMs = this.#clock.nowMs();
    for (const { atMs, kind, message } of this.#options.messages) {
      this.#clock.after(Math.max(0, atMs - this.#options.aheadMs), () => client[kind === 'audio' ? 'sendAudio' : 'sendMotion']({ ...message, reqId }));
    }
  }

  /** Asks for an utterance and hears it out. */
  async hear() {
    const { controller } = this.#client;
    const seen = { skews: [], told: 0, inStep: 0, stalls: 0, startMs: NaN, stoodMs: 0, isComplete: false, errors: this.#errors = [] };
    let finished;
    controller.onPlaybackFinished = (result) => { finished = result; };
    controller.onPlaybackStall = () => { seen.stalls += 1; };
    const beganMs = this.#clock.nowMs();
    this.#spokenMs = Infinity;
    const overMs = beganMs + PATIENCE_MS;
    for (let isAsked = false; !finished && this.#clock.nowMs() < overMs; await this.#step()) {
      if (!isAsked && controller.connectionState === 'connected') isAsked = this.#ask();
      if (Number.isNaN(seen.startMs) && controller.getAudioTime() > 0) seen.startMs = this.#clock.nowMs() - this.#spokenMs;
      if (this.#steps % POSE_STEPS === 0) this.#look(seen);
    }
    seen.stoodMs = Math.max(0, this.#clock.nowMs() - this.#spokenMs - seen.startMs - this.#options.utteranceMs);
    seen.isComplete = finished !== undefined && !finished.interrupted && Math.abs(finished.playedMs - this.#options.utteranceMs) < 30;
    for (let i = 0; i < 100; i++) await this.#step();
    return seen;
  }

  async dispose() {
    this.#client.dispose();
    this.#link.cut();
    const disposed = this.#relay.dispose();
    for (let i = 0; i < 3_000; i++) await this.#step();
    await disposed;
    this.#server.close();
  }

  #ask() {
    try {
      this.#client.controller.sendText('go');
      return true;
    } catch {
      return false;
    }
  }

  #look(seen) {
    const { controller, output } = this.#client;
    const { values } = controller.poseAt(this.#client.timer.now());
    const heardMs = controller.getAudioTime();
    // A mouth that waits with its sound is in step with it, and says nothing.
    if (controller.conversationState !== 'playing' || !output.stream.isHeard || heardMs < EDGE_MS || heardMs > this.#options.utteranceMs - EDGE_MS) return;
    seen.told += 1;
    const told = timeOf({ jaw: values[CHANNEL.jawOpen], funnel: values[CHANNEL.mouthFunnel] }, heardMs);
    if (told === undefined) return;
    seen.skews.push(Math.abs(told - heardMs));
    if (Math.abs(told - heardMs) <= IN_STEP_MS) seen.inStep += 1;
  }

  async #step() {
    this.#steps += 1;
    this.#clock.advance(STEP_MS);
    if (this.#clock.nowMs() >= this.#nextCutMs) {
      this.#link.cut();
      this.#setCut();
    }
    for (let i = 0; i < TURNS; i++) await new Promise((resolve) => setImmediate(resolve));
    await this.#client.advanceTo(this.#steps * STEP_MS);
  }

  /** Cuts come at random, as often as told in the mean. */
  #setCut() {
    this.#nextCutMs = this.#clock.nowMs() + this.#options.network.cutEveryMs * (0.5 + this.#options.random());
  }
}
