import { VisavisError } from '@visavis/protocol/errors';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { PAGE_PROBLEMS, type PageProblem } from './api.js';
import type { Visitors } from './visitors.js';

const MAX_BODY_BYTES = 4 * 1024;
/** Lines that say nothing keep what is between from taking the stream for dead. */
const BEAT_MS = 15_000;

const VisitorId = z.string().regex(/^[\w-]{8,64}$/);
const Picked = z.strictObject({ voice: z.string(), stt: z.string(), llm: z.string() }).partial();
const Problem = z.object({ problem: z.enum(PAGE_PROBLEMS) });

export interface VisitorRoutesParts {
  readonly visitors: Visitors;
  onProblem(problem: PageProblem): void;
}

/** The id by which a page names itself, where it can be one. */
export function visitorIdOf(asked: unknown): string | undefined {
  return VisitorId.safeParse(asked).data;
}

/** `GET events`, `PUT settings` and `POST problems`, each with `?visitor=ID`. */
export function createVisitorRoutes({ visitors, onProblem }: VisitorRoutesParts): Hono<{ Variables: { visitor: string } }> {
  const app = new Hono<{ Variables: { visitor: string } }>();
  const limit = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (context) => context.json({ message: 'that is said in fewer words' }, 413) });
  for (const path of ['/events', '/settings', '/problems']) {
    app.use(path, limit, async (context, next) => {
      const visitor = visitorIdOf(context.req.query('visitor'));
      if (visitor === undefined) return context.json({ message: 'give ?visitor=ID, 8 to 64 letters, digits, - or _' }, 400);
      context.set('visitor', visitor);
      return next();
    });
  }
  app.get('/events', (context) => events(context, visitors, context.get('visitor')));
  app.put('/settings', async (context) => {
    const picked = Picked.safeParse(await context.req.json().catch(() => undefined));
    if (!picked.success) return context.json({ message: 'give any of voice, stt and llm, by their ids' }, 400);
    try {
      visitors.choose(context.get('visitor'), definedOf(picked.data));
    } catch (error) {
      if (!VisavisError.isInstance(error)) throw error;
      return context.json({ message: error.message }, 400);
    }
    return context.body(null, 204);
  });
  app.post('/problems', async (context) => {
    const told = Problem.safeParse(await context.req.json().catch(() => undefined));
    if (!told.success) return context.json({ message: `give one of ${PAGE_PROBLEMS.join(', ')} as problem` }, 400);
    onProblem(told.data.problem);
    return context.body(null, 204);
  });
  return app;
}

function events(context: Context, visitors: Visitors, visitor: string): Response {
  return streamSSE(context, async (stream) => {
    const gone = new Promise<void>((resolve) => stream.onAbort(resolve));
    let leave: (() => void) | undefined;
    const beat = setInterval(() => void stream.write(':\n\n'), BEAT_MS);
    try {
      leave = visitors.join(visitor, (event, data) => void stream.writeSSE({ event, data: JSON.stringify(data) }));
      await gone;
    } finally {
      clearInterval(beat);
      leave?.();
    }
  }, async (error, stream) => {
    if (!VisavisError.isInstance(error)) throw error;
    await stream.writeSSE({ event: 'refused', data: JSON.stringify({ message: error.message }) });
  });
}

function definedOf(picked: z.infer<typeof Picked>): Record<string, string> {
  return Object.fromEntries(Object.entries(picked).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
