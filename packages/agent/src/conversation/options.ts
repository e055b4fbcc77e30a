import type { llm, stt, tts, VAD, voice } from '@livekit/agents';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Clock, PresenterConfig } from '@visavis/server-sdk';
import type { FloorRules } from '../floor/floor.js';

export interface HistoryLine {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** The avatar was cut off: `text` is what was heard. */
  readonly interrupted?: boolean;
}

export interface ConversationOptions {
  /** One that writes, or a realtime model, which hears and speaks by itself: then `stt`, `vad` and `floor` are not used. */
  readonly llm: llm.LLM | llm.RealtimeModel;
  /** Needed by a model that writes; beside a realtime one it speaks the greeting and what `say` is given. */
  readonly tts?: tts.TTS | undefined;
  /** Both, or the conversation is by text. */
  readonly stt?: stt.STT | undefined;
  readonly vad?: VAD | undefined;
  /** How to reach the Motion Server; the sample rate is the voice's. */
  readonly motionServer: Omit<PresenterConfig, 'sampleRate' | 'onError'>;
  /** What the language model is told of its part. */
  readonly instructions?: string;
  /** What it may call. */
  readonly tools?: voice.AgentOptions<unknown>['tools'];
  /** Said when the conversation begins. */
  readonly greeting?: string;
  /** What was said before. */
  readonly history?: readonly HistoryLine[];
  /** The voice's name, for turn reports. */
  readonly voice?: string;
  /** What differs from `FLOOR_RULES`. */
  readonly floor?: Partial<FloorRules>;
  /** Connection and retries of the providers, as LiveKit Agents takes them. */
  readonly connOptions?: NonNullable<voice.AgentSessionOptions['connOptions']>;
  /** Everything that went wrong, with its cause; the client is told as well. */
  readonly onError?: (error: VisavisError) => void;
  readonly clock?: Clock;
}
