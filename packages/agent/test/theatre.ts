import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLM } from '@livekit/agents-plugin-openai';
import { createMotionServer, devConfig, type MotionServer } from '@visavis/motion-server';
import type { VisavisError } from '@visavis/protocol/errors';
import { createRelay, type Relay, type RelayClient } from '@visavis/server-sdk';
import { Inbox } from '@visavis/server-sdk/test';
import { ensureLogger } from '../src/conversation/livekit.js';
import { createConversation, type Conversation, type ConversationOptions, type TurnReport } from '../src/index.js';
import { FliteSpeaker } from './flite-speaker.js';
import { PlayingClient } from './playing-client.js';
import { ScriptedRecogniser, ScriptedVad } from './scripted-ears.js';
import { ScriptedModel } from './scripted-model.js';

/** One client talking with its avatar. */
export interface Scene {
  readonly client: PlayingClient;
  readonly conversation: Conversation;
  readonly speaker: FliteSpeaker;
  readonly vad: ScriptedVad;
  readonly stt: ScriptedRecogniser;
  readonly reports: Inbox<TurnReport>;
  readonly errors: Inbox<VisavisError>;
}

/** Everything real but the client's page and the language model: a Motion Server, a relay, sockets, a voice. */
export class Theatre {
  readonly model: ScriptedModel;
  readonly #motionServer: MotionServer;
  readonly #relay: Relay;
  readonly #server: Server;
  readonly #clients = new Inbox<RelayClient>();
  readonly #scenes: Scene[] = [];

  private constructor(model: ScriptedModel, motionServer: MotionServer, relay: Relay, server: Server) {
    this.model = model;
    this.#motionServer = motionServer;
    this.#relay = relay;
    this.#server = server;
    relay.onClient((client) => this.#clients.push(client));
  }

  static async open(): Promise<Theatre> {
    ensureLogger();
    const relay = createRelay({ manifestUrl: (avatarId) => `/avatars/${avatarId}/avatar.json` });
    const server = createServer();
    relay.attach(server, '/relay');
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new Theatre(await ScriptedModel.start(), await createMotionServer(devConfig()), relay, server);
  }

  async scene(options: Partial<ConversationOptions> = {}, speed = 1): Promise<Scene> {
    const url = `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/relay`;
    const n = this.#clients.items.length;
    const client = await PlayingClient.join(url, this.#relay.tickets.issue({ avatarId: 'ava' }).ticket, speed);
    const [speaker, vad, stt] = [new FliteSpeaker(), new ScriptedVad(), new ScriptedRecogniser()];
    const [reports, errors] = [new Inbox<TurnReport>(), new Inbox<VisavisError>()];
    const { consoleUrl, ingressUrl } = this.#motionServer;
    const conversation = createConversation(this.#clients.items[n]!, {
      llm: new LLM({ baseURL: this.model.baseURL, apiKey: 'none', model: 'scripted' }),
      tts: speaker, vad, stt,
      motionServer: { apiKey: 'dev-key', appId: 'dev-app', consoleUrl, ingressUrl },
      connOptions: { llmConnOptions: { maxRetry: 0, timeoutMs: 1_500 } },
      onError: (error) => errors.push(error),
      ...options,
    });
    conversation.onTurn((report) => reports.push(report));
    const scene = { client, conversation, speaker, vad, stt, reports, errors };
    this.#scenes.push(scene);
    return scene;
  }

  /** Requests that the Motion Server was told to give up. */
  async interrupted(): Promise<number> {
    const metrics = await (await fetch(new URL('/metrics', this.#motionServer.consoleUrl))).text();
    return Number(/visavis_requests_total\{outcome="interrupted"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  }

  async close(): Promise<void> {
    for (const { client, conversation } of this.#scenes) {
      client.leave();
      await conversation.close();
    }
    await this.#relay.dispose();
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([this.#motionServer.close(), this.model.stop()]);
  }
}
