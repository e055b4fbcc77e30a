import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { AvatarController, WebSocketTransport, type PlaybackResult, type TransportSink } from '@visavis/client';
import { ManualOutput } from '@visavis/client/test';
import { CHANNEL, createPose, MASK } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { createRelay, type EnvelopeMessage, type FinishedReport, type Relay, type RelayClient, type RelayOptions } from '@visavis/server-sdk';
import { CutProxy, Inbox, type Fault } from '@visavis/server-sdk/test';

/** The real client against the real relay, over real sockets that are cut on purpose. */

const RATE = 16_000;
const PIECE_MS = 20;
const PIECES = 40;

/** A piece of an utterance whose samples are all different. */
function pcmOf(reqId: string, piece: number): Uint8Array {
  const first = piece * RATE * PIECE_MS / 1000 + (reqId === 'r' ? 1 : 9_001);
  return new Uint8Array(Int16Array.from({ length: RATE * PIECE_MS / 1000 }, (_, n) => first + n).buffer);
}

function motionOf(reqId: string, piece: number, end: boolean): EnvelopeMessage {
  const pose = createPose();
  pose.weights[CHANNEL.jawOpen] = (piece % 10) / 10;
  const motion = encodeMotion({ fps: 1000 / PIECE_MS, firstFrame: piece, mask: MASK.speech, poses: [pose] });
  const bytes = encodeEnvelope('serverResponseAnimation', { connectionId: 'c', reqId, motion, end });
  return { kind: 'envelope', reqId, connectionId: 'c', end, bytes, hasAudio: false, interrupted: false };
}

/** Says pieces `from` to before `to` of a request, in turns of the event loop as a backend would. */
async function speak(client: RelayClient, reqId = 'r', from = 0, to = PIECES): Promise<void> {
  for (let piece = from; piece < to; piece += 1) {
    const end = piece === PIECES - 1;
    client.sendAudio({ kind: 'pcm', reqId, connectionId: 'c', pcm: pcmOf(reqId, piece), sampleRate: RATE, end });
    client.sendMotion(motionOf(reqId, piece, end));
    if (piece % 8 === 0) client.transcript({ role: 'avatar', reqId, text: `piece ${piece}`, words: [], final: end });
    await turn();
  }
}

/** What a client ended up with. */
interface Outcome {
  samples: number[][];
  motion: string[];
  captions: string[];
  results: PlaybackResult[];
}

interface Stage extends Outcome {
  readonly proxy: CutProxy;
  readonly relay: Relay;
  readonly controller: AvatarController;
  readonly output: ManualOutput;
  readonly clients: Inbox<RelayClient>;
  /** What the backend was told of each of its clients' requests. */
  readonly reports: Map<RelayClient, FinishedReport[]>;
  /**
   * Lets sound out, much faster than real time, until the condition holds. Not the last of it before all motion is there:
   * motion for sound that has been heard is dropped, and rightly.
   */
  playUntil(condition: () => boolean): Promise<void>;
}

interface StageOptions extends Partial<RelayOptions> {
  plan?: (n: number) => Fault;
  /** Before the nth ticket (from 0) is handed out. */
  beforeTicket?: (n: number) => Promise<void>;
  onClient?: (client: RelayClient) => void;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What the client allows a ticket and a welcome, and its heartbeat. */
const TIMEOUT_MS = 10_000;

/** Reconnection waits, the longest too, at a fiftieth; time-outs as they are. */
const HASTY = {
  now: () => performance.now(),
  after: (delayMs: number, callback: () => void) => {
    const handle = setTimeout(callback, delayMs === TIMEOUT_MS ? delayMs : delayMs / 50);
    return () => clearTimeout(handle);
  },
};

async function stage({ plan, beforeTicket, onClient = (client) => void speak(client), ...options }: StageOptions = {}): Promise<Stage> {
  const server: Server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const relay = createRelay({ manifestUrl: () => '/m.json', ...options });
  relay.attach(server);
  const proxy = await CutProxy.start((server.address() as AddressInfo).port, '/relay', plan);
  const clients = new Inbox<RelayClient>();
  const reports = new Map<RelayClient, FinishedReport[]>();
  relay.onClient((client) => {
    reports.set(client, []);
    client.onPlaybackFinished(({ reqId, playedMs, interrupted }) => reports.get(client)!.push({ reqId, playedMs, interrupted }));
    clients.push(client);
    onClient(client);
  });
  const output = new ManualOutput(RATE);
  const controller = new AvatarController({ output });
  const outcome: Outcome = { samples: [], motion: [], captions: [], results: [] };
  controller.onPlaybackFinished = (result) => outcome.results.push(result);
  let tickets = 0;
  const transport = new WebSocketTransport({
    avatarId: 'ava', timer: HASTY, openSocket,
    getTicket: async () => {
      await beforeTicket?.(tickets++);
      return { url: `ws://127.0.0.1:${proxy.port}/relay`, ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket };
    },
  });
  const connect = transport.connect.bind(transport);
  transport.connect = (sink) => connect(noting(sink, outcome));
  cleanups.push(() => new Promise((closed) => server.close(closed)), () => relay.dispose(), () => proxy.stop(), () => controller.dispose());
  controller.connect(transport).catch(() => undefined);
  const playUntil = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await turn();
      const stream = output.streams.at(-1);
      if (stream && (stream.now() < (PIECES - 5) * PIECE_MS || outcome.motion.at(-1)?.endsWith(' end'))) stream.play(PIECE_MS / 2);
    }
    outcome.samples = output.streams.map(({ samples }) => samples);
  };
  return Object.assign(outcome, { proxy, relay, controller, output, clients, reports, playUntil });
}

function openSocket(url: string): never {
  const socket = new WebSocket(url);
  socket.on('error', () => undefined);
  return socket as never;
}

function noting(sink: TransportSink, { motion, captions }: Outcome): TransportSink {
  return {
    ...sink,
    handleMotion: (id, envelope, end) => {
      motion.push(`${Buffer.from(envelope).toString('base64')}${end ? ' end' : ''}`);
      sink.handleMotion(id, envelope, end);
    },
    handleCaption: (caption) => {
      captions.push(caption.text);
      sink.handleCaption(caption);
    },
  };
}

/** Plays one utterance to its end over connections that fail as planned. */
async function heardThrough(faults: readonly Fault[]): Promise<Stage> {
  const one = await stage({ plan: (n) => faults[n] ?? {} });
  await one.playUntil(() => one.results.length > 0);
  return one;
}

const reportsOf = (one: Stage): FinishedReport[] => one.reports.get(one.clients.items.at(-1)!)!;

const whole = { playedMs: PIECES * PIECE_MS, interrupted: false };

describe('an utterance whose connection is cut', () => {
  it('is the same as uncut, wherever and however often it is cut', async () => {
    const uncut = await heardThrough([]);
    expect(uncut.samples.map(({ length }) => length)).toEqual([RATE * PIECES * PIECE_MS / 1000]);
    expect(uncut.motion).toHaveLength(PIECES);
    const fault = fc.oneof(
      fc.record({ downBytes: fc.integer({ min: 1, max: 30_000 }) }), fc.record({ upBytes: fc.integer({ min: 1, max: 900 }) }),
    );
    await fc.assert(fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 5 }), async (faults) => {
      const cut = await heardThrough(faults);
      expect(cut.samples).toEqual(uncut.samples);
      expect(cut.motion).toEqual(uncut.motion);
      expect(cut.captions).toEqual(uncut.captions);
      expect(cut.results).toMatchObject([whole]);
      await cut.playUntil(() => reportsOf(cut).length > 0);
      expect(reportsOf(cut)).toEqual([{ reqId: 'r', ...whole }]);
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    }), { numRuns: 60 });
  }, 120_000);

  it('waits where its store runs out, and goes on', async () => {
    let starved: () => boolean = () => true;
    const one = await stage({
      beforeTicket: async () => { while (!starved()) await turn(); },
      onClient: (client) => void speak(client, 'r', 0, 20),
    });
    await one.playUntil(() => one.motion.length === 20);
    starved = () => one.output.stream.isStarved;
    one.proxy.cut();
    let stalls = 0;
    one.controller.onPlaybackStall = () => { stalls += 1; };
    await one.playUntil(() => one.controller.connectionState === 'connecting');
    void speak(one.clients.items[0]!, 'r', 20);
    await one.playUntil(() => one.results.length > 0);
    expect([stalls, one.results.length, one.clients.items.length]).toEqual([1, 1, 1]);
    expect(one.results).toMatchObject([whole]);
  });

  it('ends well where only its end was missing', async () => {
    const one = await stage({ onClient: (client) => void speak(client, 'r', 0, PIECES - 1) });
    await one.playUntil(() => one.motion.length === PIECES - 1);
    one.proxy.cut();
    await speak(one.clients.items[0]!, 'r', PIECES - 1);
    await one.playUntil(() => one.results.length > 0 && reportsOf(one).length > 0);
    expect(one.results).toMatchObject([whole]);
    expect(reportsOf(one)).toEqual([{ reqId: 'r', ...whole }]);
  });

  it('that was all there is reported when the connection is back', async () => {
    let played: () => boolean = () => true;
    const one = await stage({ beforeTicket: async () => { while (!played()) await turn(); } });
    await one.playUntil(() => one.motion.length === PIECES);
    played = () => one.results.length > 0;
    one.proxy.cut();
    await one.playUntil(() => reportsOf(one).length > 0);
    expect(reportsOf(one)).toEqual([{ reqId: 'r', ...whole }]);
  });

  it.each([{}, { bounds: { hardBytes: 20_000 } }])('is played out and told as interrupted, once on each side, where it is given up: %j', async (options) => {
    let given: () => boolean = () => true;
    let spoken = 0;
    const one = await stage({
      resumeGraceMs: 'bounds' in options ? 600_000 : 1, ...options,
      beforeTicket: async () => { while (!given()) await turn(); },
      onClient: (client) => { if (spoken++ === 0) void speak(client, 'r', 0, 20); },
    });
    await one.playUntil(() => one.motion.length === 20);
    const [client] = one.clients.items;
    given = () => client!.closed;
    one.proxy.cut();
    await one.playUntil(() => one.controller.connectionState === 'connecting');
    void speak(client!, 'r', 20).then(() => speak(client!, 'x'));
    await one.playUntil(() => one.results.length > 0);
    expect(one.results).toMatchObject([{ playedMs: 20 * PIECE_MS, interrupted: true }]);
    expect(one.reports.get(client!)!.filter(({ reqId }) => reqId === 'r')).toMatchObject([{ interrupted: true }]);
    expect(reportsOf(one)).toEqual([]);
  });
});

describe('an interrupt', () => {
  /** The backend answers as a presenter does, and speaks the next request. */
  const answering = (client: RelayClient): void => {
    client.onInterrupt(() => {
      client.flush();
      void speak(client, 's');
    });
    void speak(client, 'r', 0, 20);
  };

  const afterR = async (one: Stage): Promise<void> => {
    await one.playUntil(() => one.results.length === 2 && reportsOf(one).length === 2);
    expect(one.results).toMatchObject([{ interrupted: true }, whole]);
    expect(reportsOf(one)).toMatchObject([{ reqId: 'r', interrupted: true }, { reqId: 's', ...whole }]);
    expect(one.samples).toHaveLength(2);
    expect(one.samples[1]).toHaveLength(RATE * PIECES * PIECE_MS / 1000);
  };

  it('while the connection is away silences at once, and wins', async () => {
    const one = await stage({ onClient: answering });
    await one.playUntil(() => one.motion.length === 20);
    one.controller.onConnectionState = (state) => {
      if (state === 'connecting') one.controller.interrupt();
    };
    one.proxy.cut();
    await one.playUntil(() => one.controller.connectionState === 'connecting');
    expect(one.output.streams[0]!.isCut).toBe(true);
    void speak(one.clients.items[0]!, 'r', 20);
    await afterR(one);
    expect(one.clients.items).toHaveLength(1);
  });

  it('that is cut on its way is told again, and acted on once', async () => {
    let lost = 0;
    for (let upBytes = 300; upBytes <= 440; upBytes += 10) {
      const heard = { atCut: 0, inAll: 0 };
      const one: Stage = await stage({
        plan: (n) => (n === 0 ? { upBytes } : {}),
        onClient: (client) => {
          client.onInterrupt(() => { heard.inAll += 1; });
          answering(client);
        },
        beforeTicket: async (n) => {
          if (n !== 1) return;
          while (one.clients.items[0]?.connected) await turn();
          heard.atCut = heard.inAll;
        },
      });
      await one.playUntil(() => one.motion.length === 20);
      const isBefore = one.proxy.faults.items.length > 0;
      one.controller.interrupt();
      await afterR(one);
      expect([one.proxy.faults.items.length, heard.inAll]).toEqual([1, 1]);
      if (!isBefore && heard.atCut === 0) lost += 1;
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    }
    expect(lost, 'cuts between the first byte of the interrupt and its last').toBeGreaterThan(0);
  });

  it('of the backend while the client is away leaves nothing of what was cut', async () => {
    const one = await stage({ onClient: (client) => void speak(client, 'r', 0, 20) });
    await one.playUntil(() => one.motion.length === 20);
    const [client] = one.clients.items;
    one.controller.onConnectionState = (state) => {
      if (state !== 'connecting') return;
      client!.flush();
      void speak(client!, 's');
    };
    one.proxy.cut();
    await afterR(one);
    expect(one.clients.items).toHaveLength(1);
  });
});

describe('two pages', () => {
  it('keep their streams apart when both are cut at once', async () => {
    const [one, two] = [await stage({ onClient: (client) => void speak(client, 'r', 0, 20) }), await stage({ onClient: (client) => void speak(client, 's', 0, 20) })];
    await Promise.all([one.playUntil(() => one.motion.length === 20), two.playUntil(() => two.motion.length === 20)]);
    one.proxy.cut();
    two.proxy.cut();
    void speak(one.clients.items[0]!, 'r', 20);
    void speak(two.clients.items[0]!, 's', 20);
    await Promise.all([one.playUntil(() => one.results.length > 0), two.playUntil(() => two.results.length > 0)]);
    expect([one.results, two.results]).toMatchObject([[whole], [whole]]);
    expect(one.samples[0]).not.toEqual(two.samples[0]);
  });
});
