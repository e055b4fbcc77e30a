import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import type { Brain, Turn } from './brain.js';
import { toolFor, type ToolCall } from './intents.js';

/** The one model there is, by the name it answers to. */
export const MODEL = 'visavis-notes';
const MAX_BODY_BYTES = 512 * 1024;
const MAX_MESSAGES = 400;
const MAX_TOOLS = 128;

const content = z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))]).nullish();
const Request = z.object({
  stream: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content })).min(1).max(MAX_MESSAGES),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).max(MAX_TOOLS).catch([]).optional(),
});
type Message = z.infer<typeof Request>['messages'][number];

export interface EndpointOptions {
  /** Ids of answers. */
  createId(): string;
  /** Seconds since 1970. */
  nowS(): number;
}

/**
 * The brain behind the routes of an OpenAI-compatible server (`/v1/models`, `/v1/chat/completions`, streamed or whole), so that
 * a real model can take its place by another base URL. It calls the tools it has rules for, where they are offered. What a
 * request says of temperature and the like is ignored.
 */
export function createBrainEndpoint(brain: Brain, { createId, nowS }: EndpointOptions): Hono {
  const app = new Hono();
  app.get('/v1/models', (context) => context.json({ object: 'list', data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'visavis' }] }));
  app.use('/v1/chat/completions', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (context) => context.json(problem('the request is too large'), 413) }));
  app.post('/v1/chat/completions', async (context) => {
    const asked = Request.safeParse(await context.req.json().catch(() => undefined));
    if (!asked.success) return context.json(problem(z.prettifyError(asked.error)), 400);
    const answer = answerOf(brain, asked.data);
    const head = { id: `chatcmpl-${createId()}`, created: nowS(), model: MODEL };
    const call = typeof answer === 'string' ? undefined : { id: `call-${createId()}`, type: 'function', function: { name: answer.name, arguments: JSON.stringify(answer.args) } };
    const finish = call ? 'tool_calls' : 'stop';
    if (!asked.data.stream) {
      const message = call ? { role: 'assistant', content: null, tool_calls: [call] } : { role: 'assistant', content: answer };
      return context.json({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } });
    }
    return streamSSE(context, async (stream) => {
      const chunk = (delta: object, finish: string | null): string => JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
      await stream.writeSSE({ data: chunk({ role: 'assistant', content: '' }, null) });
      if (call) await stream.writeSSE({ data: chunk({ tool_calls: [{ index: 0, ...call }] }, null) });
      for (const word of typeof answer === 'string' ? (answer.match(/\S+\s*/g) ?? []) : []) await stream.writeSSE({ data: chunk({ content: word }, null) });
      await stream.writeSSE({ data: chunk({}, finish) });
      await stream.writeSSE({ data: '[DONE]' });
    });
  });
  return app;
}

/** A tool's result is said as it is; a call is made where a rule wants one; else the brain answers. */
function answerOf(brain: Brain, { messages, tools = [] }: z.infer<typeof Request>): string | ToolCall {
  const last = messages.at(-1)!;
  if (last.role === 'tool') return plain(textOf(last));
  const turns = turnsOf(messages);
  return toolFor(turns.at(-1)?.text ?? '', tools.map((tool) => tool.function.name)) ?? brain.answer(turns);
}

/** A tool's text, which agents tell as JSON. */
function plain(result: string): string {
  const [, quoted] = /^\s*("[^]*")\s*$/.exec(result) ?? [];
  if (quoted === undefined) return result;
  try {
    return String(JSON.parse(quoted));
  } catch {
    return result;
  }
}

function textOf({ content: said }: Message): string {
  return typeof said === 'string' ? said : (said ?? []).map((part) => part.text ?? '').join(' ');
}

/** The conversation's turns; system messages are for a model that reads. */
function turnsOf(messages: readonly Message[]): Turn[] {
  return messages.flatMap((message) => {
    const { role } = message;
    return role === 'user' || role === 'assistant' ? [{ role, text: textOf(message) }] : [];
  });
}

function problem(message: string): object {
  return { error: { message, type: 'invalid_request_error' } };
}
