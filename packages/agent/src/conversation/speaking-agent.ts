import { voice, type FlushSentinel, type llm } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { TransformStream, type ReadableStream } from 'node:stream/web';
import { TagFilter } from '../speech/tags.js';
import { attachPlan, createPlan, type UtterancePlan } from './plan.js';

/** Longest reply, characters: about four minutes of speech. A model that does not stop is stopped. */
export const MAX_REPLY_LENGTH = 4_000;
/** Control characters but tab and line feed, and what stands for broken bytes. */
const UNSPEAKABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd]/g;

export interface AgentHost {
  onFirstToken(): void;
  /** The model has ended: what it said of this step, tool calls aside. */
  onReply(facts: { readonly length: number; readonly calledTools: boolean; readonly wasTooLong: boolean }): void;
  /** The voice was asked for an utterance. */
  onPlanned(plan: UtterancePlan): void;
  /** The voice has ended without a sound, though it was given this text. */
  onNoSound(text: string): void;
}

/** The agent of a conversation: speaks what its model writes without tags, markup and emoji, and tells how far it is. */
export class SpeakingAgent extends voice.Agent {
  readonly #host: AgentHost;
  /** Of the message that a realtime model speaks, until its text is read. */
  #spoken: UtterancePlan | undefined;

  constructor(options: ConstructorParameters<typeof voice.Agent>[0], host: AgentHost) {
    super(options);
    this.#host = host;
  }

  override async llmNode(...args: Parameters<voice.Agent['llmNode']>): ReturnType<voice.Agent['llmNode']> {
    const stream = await super.llmNode(...args);
    return stream && stream.pipeThrough(boundedReply(this.#host));
  }

  override async ttsNode(...[text, settings]: Parameters<voice.Agent['ttsNode']>): ReturnType<voice.Agent['ttsNode']> {
    const plan = createPlan();
    this.#host.onPlanned(plan);
    let given = '';
    const note = new TransformStream<string, string>({
      transform: (piece, controller) => {
        given += piece;
        plan.words.addText(piece);
        if (piece !== '') controller.enqueue(piece);
      },
    });
    const tagless = (text as ReadableStream<string>).pipeThrough(tagFilter((emotion) => (plan.emotion ??= emotion)));
    const spoken = voice.textTransforms.applyTextTransforms(tagless, ['filter_markdown', 'filter_emoji']).pipeThrough(note);
    const frames = await super.ttsNode(spoken, settings);
    return frames && frames.pipeThrough(planned(plan, () => { if (/[\p{L}\p{N}]/u.test(given)) this.#host.onNoSound(given); }));
  }

  /** A realtime model speaks by itself. */
  override async realtimeAudioOutputNode(...[audio, settings]: Parameters<voice.Agent['realtimeAudioOutputNode']>): ReturnType<voice.Agent['realtimeAudioOutputNode']> {
    const plan = createPlan();
    this.#host.onPlanned(plan);
    this.#spoken = plan;
    const frames = await super.realtimeAudioOutputNode(audio, settings);
    return frames && frames.pipeThrough(planned(plan, () => undefined));
  }

  override async transcriptionNode(...[text, settings]: Parameters<voice.Agent['transcriptionNode']>): ReturnType<voice.Agent['transcriptionNode']> {
    const spoken = this.#spoken;
    this.#spoken = undefined;
    const tagless = (text as ReadableStream<string>).pipeThrough(tagFilter());
    return super.transcriptionNode(spoken ? tagless.pipeThrough(this.#noting(spoken)) : tagless, settings);
  }

  #noting({ words }: UtterancePlan): TransformStream<string, string> {
    return new TransformStream<string, string>({
      transform: (piece, controller) => {
        this.#host.onFirstToken();
        words.addText(piece);
        controller.enqueue(piece);
      },
    });
  }
}

type ReplyPiece = llm.ChatChunk | string | FlushSentinel;

function boundedReply(host: AgentHost): TransformStream<ReplyPiece, ReplyPiece> {
  let length = 0;
  let calledTools = false;
  let hasBegun = false;
  const cleaned = (text: string): string => {
    const clean = text.replace(UNSPEAKABLE, '').slice(0, MAX_REPLY_LENGTH - length);
    length += clean.length;
    return clean;
  };
  const done = (wasTooLong: boolean): void => host.onReply({ length, calledTools, wasTooLong });
  return new TransformStream<ReplyPiece, ReplyPiece>({
    transform: (piece, controller) => {
      if (!hasBegun) host.onFirstToken();
      hasBegun = true;
      if (typeof piece === 'object') calledTools ||= (piece.delta?.toolCalls?.length ?? 0) > 0;
      controller.enqueue(withText(piece, cleaned));
      if (length < MAX_REPLY_LENGTH) return;
      done(true);
      controller.terminate();
    },
    flush: () => done(false),
  });
}

function withText(piece: ReplyPiece, clean: (text: string) => string): ReplyPiece {
  if (typeof piece === 'string') return clean(piece);
  if (typeof piece === 'symbol' || !piece.delta?.content) return piece;
  return { ...piece, delta: { ...piece.delta, content: clean(piece.delta.content) } };
}

function tagFilter(onEmotion: ConstructorParameters<typeof TagFilter>[0] = () => undefined): TransformStream<string, string> {
  const filter = new TagFilter(onEmotion);
  return new TransformStream<string, string>({
    transform: (piece, controller) => {
      const text = filter.push(typeof piece === 'string' ? piece : (piece as { text: string }).text);
      if (text !== '') controller.enqueue(text);
    },
    flush: (controller) => {
      const rest = filter.end();
      if (rest !== '') controller.enqueue(rest);
    },
  });
}

function planned(plan: UtterancePlan, onNone: () => void): TransformStream<AudioFrame, AudioFrame> {
  let hasSound = false;
  return new TransformStream<AudioFrame, AudioFrame>({
    transform: (frame, controller) => {
      hasSound = true;
      attachPlan(frame, plan);
      controller.enqueue(frame);
    },
    flush: () => {
      if (!hasSound && !plan.isCut) onNone();
    },
  });
}
