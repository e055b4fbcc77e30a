/** One client's talk with its avatar: the conversation, made anew where the visitor chooses another voice or provider, and recordings. */
import { createConversation, type ClientLine, type Conversation, type ConversationOptions, type HistoryLine } from '@visavis/agent';
import type { AvatarVoice, ConversationProviders } from '@visavis/agent/providers';
import { VisavisError } from '@visavis/protocol/errors';
import { createPresenter, type PresenterClient, type PresenterConfig } from '@visavis/server-sdk';
import type { Chosen, TurnReport } from './api.js';
import { ClipPlayer } from './clip-player.js';
import { SPEECH_RATE, type Clip, type ClipStore } from './clips.js';
import { commandOf, type Command } from './commands.js';
import type { ProviderPool } from './provider-pool.js';

/** Whom it talks to: a client of the relay, or the stage in a room. */
export type TalkClient = ClientLine & PresenterClient;

export interface TalkParts {
  readonly client: TalkClient;
  readonly pool: Pick<ProviderPool, 'forConversation'>;
  readonly access: Omit<PresenterConfig, 'sampleRate' | 'onError'>;
  readonly clips: ClipStore;
  readonly sample: Clip;
  /** The avatar's, of its manifest. */
  readonly avatar: { readonly name: string; readonly voice?: AvatarVoice | undefined };
  readonly instructions: Pick<ConversationOptions, 'instructions' | 'tools'>;
  /** Whether what the client sends is answered; otherwise it is spoken as it is. */
  readonly answers: boolean;
  chosen(): Chosen;
  onTurn(report: TurnReport): void;
  log(line: string): void;
}

export class Talk {
  readonly #parts: TalkParts;
  readonly #player: ClipPlayer;
  readonly #line: ClientLine;
  readonly #asked = new Set<(text: string) => void>();
  #conversation: Conversation | undefined;
  #providers: ConversationProviders | undefined;
  #history: readonly HistoryLine[] = [];
  #greeted = false;
  #order: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: TalkParts) {
    this.#parts = parts;
    const { client, access } = parts;
    this.#player = new ClipPlayer(client, createPresenter(client, { ...access, sampleRate: SPEECH_RATE }));
    this.#line = lineOf(client, (listener) => {
      this.#asked.add(listener);
      return () => this.#asked.delete(listener);
    });
    client.onText((text) => this.#hear(text));
    client.onClose(() => void this.close());
    void this.restart();
  }

  /** Begins anew with what is chosen now; what was said before is known. What cannot be had is told, and what there was goes on. */
  restart(): Promise<void> {
    return this.#inOrder(async () => {
      if (this.#closed) return;
      const { pool, chosen, avatar } = this.#parts;
      const { providers, voiceName } = await pool.forConversation(chosen(), avatar.voice);
      await this.#end();
      if (this.#closed) return providers.dispose();
      this.#begin(providers, voiceName);
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#inOrder(() => this.#end());
  }

  #begin(providers: ConversationProviders, voiceName: string): void {
    const { access, instructions, onTurn, log, client } = this.#parts;
    const { stt, llm, tts, vad, connOptions } = providers;
    const conversation = createConversation(this.#line, {
      ...instructions, llm, vad, connOptions, motionServer: access, voice: voiceName, history: this.#history,
      ...(stt && { stt }), ...(tts && { tts }),
      onError: (error) => log(`client ${client.id}: ${error.code}: ${error.message}${causeOf(error)}`),
    });
    conversation.onTurn(onTurn);
    this.#conversation = conversation;
    this.#providers = providers;
  }

  async #end(): Promise<void> {
    const [conversation, providers] = [this.#conversation, this.#providers];
    this.#conversation = this.#providers = undefined;
    if (conversation) this.#history = conversation.history;
    await conversation?.close();
    await providers?.dispose();
  }

  /** Once what was asked for before is done. */
  #hear(text: string): void {
    void this.#inOrder(() => {
      const command = commandOf(text);
      this.#player.stop();
      this.#obey(command.kind === 'ask' && !this.#parts.answers ? { kind: 'say', text: command.text } : command);
    });
  }

  #obey(command: Command): void {
    const conversation = this.#conversation;
    if (!conversation) throw new VisavisError('invalidState', 'the conversation has not begun; try again');
    switch (command.kind) {
      case 'ask':
        for (const listener of this.#asked) listener(command.text);
        return;
      case 'say':
        conversation.interrupt('text');
        return conversation.say(command.text);
      case 'greet': return this.#greet(conversation);
      case 'sample': return this.#play(conversation, this.#parts.sample);
      case 'clip': return this.#play(conversation, this.#clip(command.id));
    }
  }

  #play(conversation: Conversation, clip: Clip): void {
    conversation.interrupt('clip');
    void this.#player.play(clip);
  }

  /** Who has talked already needs no greeting. */
  #greet(conversation: Conversation): void {
    if (this.#greeted || conversation.history.length > 0) return;
    this.#greeted = true;
    conversation.say(`Hello! I am ${this.#parts.avatar.name}. What would you like to know?`);
  }

  #clip(id: string): Clip {
    const clip = this.#parts.clips.get(id);
    if (!clip) throw new VisavisError('invalidRequest', 'that clip is gone; hand it in again');
    return clip;
  }

  /** One thing after the other; what fails is told, and the next goes on. */
  #inOrder(work: () => void | Promise<void>): Promise<void> {
    this.#order = this.#order.then(work).catch((error: unknown) => {
      const { client, log } = this.#parts;
      const told = VisavisError.from(error, 'unknown');
      log(`client ${client.id}: ${told.code}: ${told.message}`);
      client.error(told);
    });
    return this.#order;
  }
}

/** The client as the conversation sees it: texts come through the demo, which takes commands out. */
function lineOf(client: TalkClient, onText: ClientLine['onText']): ClientLine {
  return new Proxy(client, {
    get: (target, name) => {
      if (name === 'onText') return onText;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? ` (${cause.message.split('\n')[0]})` : '';
}
