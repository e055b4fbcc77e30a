import { llm, voice } from '@livekit/agents';
import type { Clock } from '@visavis/server-sdk';
import type { Part } from '../providers/schema.js';
import type { ConversationOptions, HistoryLine } from './options.js';
import { SpeakingAgent, type AgentHost } from './speaking-agent.js';

/** Items of the history that are kept and shown to the model; the oldest go. */
export const MAX_HISTORY = 60;
/** A session that is closed is waited for so long, milliseconds. */
const CLOSING_MS = 1_000;
/** As long as a timer can be. The framework would end an answer whose voice or model pauses for 10 s, and tell nobody; those have limits of their own, which do. */
const NO_LIMIT_MS = 2_147_483_647;
const INSTRUCTIONS = 'You are a friendly talking avatar. Answer in one to three short spoken sentences, without lists or markup.';
/** A voice of its own would read them out. */
const TAGS = ' You may begin an answer with one of [happy] [sad] [angry] [surprised] [calm] to show that on your face.';

/** `failed` is told what a provider has given up. */
export function createSession({ llm: model, tts, connOptions }: ConversationOptions, output: voice.AudioOutput, failed: (part: Part, error: unknown) => void): voice.AgentSession {
  const session = new voice.AgentSession({
    llm: model,
    ...(tts && { tts }),
    // Hearing and turn-taking are the listener's, or a realtime model's.
    vad: null,
    turnHandling: { turnDetection: isRealtime(model) ? 'realtime_llm' : 'manual', preemptiveGeneration: { enabled: false }, interruption: { resumeFalseInterruption: false } },
    // A provider that fails is told of every time, and the conversation goes on.
    connOptions: { ...connOptions, maxUnrecoverableErrors: Infinity },
    userAwayTimeout: null,
    aecWarmupDuration: null,
    ttsReadIdleTimeout: NO_LIMIT_MS,
    forwardAudioIdleTimeout: NO_LIMIT_MS,
    ttsTextTransforms: null,
    useTtsAlignedTranscript: false,
  });
  session.output.audio = output;
  session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
    const { type, recoverable } = error as { type?: string; recoverable?: boolean };
    if (!recoverable) failed(type === 'tts_error' ? 'tts' : 'llm', error);
  });
  return session;
}

/** Whether a model hears and speaks by itself. */
export function isRealtime(model: ConversationOptions['llm']): model is llm.RealtimeModel {
  return model instanceof llm.RealtimeModel;
}

export function createAgent({ llm: model, instructions = isRealtime(model) ? INSTRUCTIONS : INSTRUCTIONS + TAGS, tools, history = [] }: ConversationOptions, host: AgentHost): SpeakingAgent {
  const chatCtx = llm.ChatContext.empty();
  for (const { role, text } of history.slice(-MAX_HISTORY)) chatCtx.addMessage({ role, content: text });
  return new SpeakingAgent({ instructions, chatCtx, ...(tools ? { tools } : {}) }, host);
}

/** Says a text: by the voice, or where the model has the only one, by asking it to. */
export function speak(session: voice.AgentSession, text: string): voice.SpeechHandle {
  return session.tts ? session.say(text) : session.generateReply({ instructions: `Say exactly this, word for word, and nothing else: ${text}` });
}

/** What was said, without what only the model is told. */
export function linesOf({ history }: voice.AgentSession): readonly HistoryLine[] {
  return history.items.flatMap((item) => {
    if (item.type !== 'message' || (item.role !== 'user' && item.role !== 'assistant')) return [];
    return [{ role: item.role, text: item.textContent ?? '', ...(item.interrupted ? { interrupted: true } : {}) }];
  });
}

/** Lets go of the oldest, in both places that hold it. Rejects as the agent does. */
export async function boundHistory(session: voice.AgentSession, agent: SpeakingAgent): Promise<void> {
  session.history.truncate(MAX_HISTORY);
  if (agent.chatCtx.items.length > MAX_HISTORY + 1) await agent.updateChatCtx(agent.chatCtx.copy().truncate(MAX_HISTORY));
}

/** Closes a session, if it has not closed by itself; what it was saying is in its history then. Never rejects, and waits for a second at most. */
export async function closeSoon(session: voice.AgentSession, clock: Clock): Promise<void> {
  let cancel = (): void => undefined;
  const late = new Promise<void>((resolve) => (cancel = clock.after(CLOSING_MS, resolve)));
  await Promise.race([session.close().catch(() => undefined), late]);
  cancel();
}
