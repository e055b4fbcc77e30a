import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import type { Brain, Turn } from './brain.js';

/** The one model there is, by the name it answers to. */
export const MODEL = 'visavis-notes';
const MAX_BODY_BYTES = 512 * 1024;
const MAX_MESSAGES = 400;

const content = z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))]).nullish();
const Request = z.object({
  stream: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content })).min(1).max(MAX_MESSAGES),
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
 * a real model can take its place by another base URL. What a request says of temperature, tools and the like is ignored.
 */
export function createBrainEndpoint(brain: Brain, { createId, nowS }: EndpointOptions): Hono {
  const app = new Hono();
  app.get('/v1/models', (context) => context.json({ object: 'list', data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'visavis' }] }));
  app.use('/v1/chat/completions', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (context) => context.json(problem('the request is too large'), 413) }));
  app.post('/v1/chat/completions', async (context) => {
    const asked = Request.safeParse(await context.req.json().catch(() => undefined));
    if (!asked.success) return context.json(problem(z.prettifyError(asked.error)), 400);
    const answer = brain.answer(turnsOf(asked.data.messages));
    const head = { id: `chatcmpl-${createId()}`, created: nowS(), model: MODEL };
    if (!asked.data.stream) {
      return context.json({ ...head, object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } });
    }
    return streamSSE(context, async (stream) => {
      const chunk = (delta: object, finish: string | null): string => JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
      await stream.writeSSE({ data: chunk({ role: 'assistant', content: '' }, null) });
      for (const word of answer.match(/\S+\s*/g) ?? []) await stream.writeSSE({ data: chunk({ content: word }, null) });
      await stream.writeSSE({ data: chunk({}, 'stop') });
      await stream.writeSSE({ data: '[DONE]' });
    });
  });
  return app;
}

/** The conversation's turns; system messages are for a model that reads. */
function turnsOf(messages: readonly Message[]): Turn[] {
  return messages.flatMap(({ role, content: said }) => {
    if (role !== 'user' && role !== 'assistant') return [];
    const text = typeof said === 'string' ? said : (said ?? []).map((part) => part.text ?? '').join(' ');
    return [{ role, text }];
  });
}

function problem(message: string): object {
  return { error: { message, type: 'invalid_request_error' } };
}
