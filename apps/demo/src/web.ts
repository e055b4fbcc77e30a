import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { createAvatarRoutes, type AvatarLibrary } from '@visavis/motion-server';
import { isAvatarId } from '@visavis/protocol/avatar';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { MAX_CLIP_BYTES, type ClipStore } from './clips.js';
import { loopbackOnly } from './guard.js';
import type { Rooms } from './rooms.js';
import { createVisitorRoutes, visitorIdOf, type VisitorRoutesParts } from './visitor-routes.js';

const PAGE = fileURLToPath(new URL('../dist/page', import.meta.url));

const MIB = 1024 * 1024;
const DEFAULT_AVATAR = 'ava';

/**
 * The page runs its own files only. Beyond them it needs: its relay (not every browser counts ws: as 'self'), the
 * textures inside an avatar and the audio worklet (blob:), the Opus decoder (WebAssembly), and its icon (data:).
 */
const headersFor = (roomServer: string | undefined): MiddlewareHandler => secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'", 'blob:'],
    workerSrc: ["'self'", 'blob:'],
    connectSrc: ["'self'", 'blob:', ({ req }) => `ws://${req.header('host')}`, ...(roomServer ? [roomServer, roomServer.replace('ws', 'http')] : [])],
    imgSrc: ["'self'", 'blob:', 'data:'],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  strictTransportSecurity: false,
});

const clipLimit = bodyLimit({
  maxSize: MAX_CLIP_BYTES,
  onError: (context) => context.json({ message: `a clip holds at most ${MAX_CLIP_BYTES / MIB} MiB; hand in a shorter one` }, 413),
});

const ticketLimit = bodyLimit({ maxSize: 1024, onError: (context) => context.json({ message: 'a ticket is asked for in fewer words' }, 413) });

interface Wish {
  readonly avatarId: string;
  readonly visitor: string;
}

/** Whom a ticket is asked for: the default avatar where none is named, nobody where no page names itself; undefined where a name can be none's. */
function wishOf(asked: unknown): Wish | undefined {
  const { avatarId = DEFAULT_AVATAR, visitor } = Object(asked) as { avatarId?: unknown; visitor?: unknown };
  const named = visitor === undefined ? '' : visitorIdOf(visitor);
  if (typeof avatarId !== 'string' || !isAvatarId(avatarId) || named === undefined) return undefined;
  return { avatarId, visitor: named };
}

export interface WebParts extends VisitorRoutesParts {
  readonly clips: ClipStore;
  readonly avatars: AvatarLibrary;
  /** Hands out a ticket that opens the relay once, for an avatar by its id and a page that named itself, or ''. */
  issueTicket(avatarId: string, visitor: string): { ticket: string };
  /** Where the demo runs through LiveKit. */
  readonly rooms?: Pick<Rooms, 'url' | 'pass'> | undefined;
}

/** The demo's HTTP side: the page, the avatars, tickets, clips to speak, and what the page is told beside the relay. */
export function createWeb({ clips, avatars, issueTicket, visitors, rooms, onProblem }: WebParts): Hono {
  const app = new Hono();
  app.use(loopbackOnly);
  // Before the page's headers: avatars have stricter ones of their own.
  app.route('/avatars', createAvatarRoutes({ library: avatars, refuse: (context, message) => context.json({ message }, 404) }));
  app.use(headersFor(rooms?.url));
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.post('/api/ticket', ticketLimit, async (context) => {
    const wish = wishOf(await context.req.json().catch(() => ({})));
    if (!wish) return context.json({ message: 'give {"avatarId": "ID"}, the name of a folder of avatars/' }, 400);
    if (wish.visitor) visitors.enter(wish.visitor, wish.avatarId);
    return context.json({ path: '/relay', ...issueTicket(wish.avatarId, wish.visitor) });
  });
  app.post('/api/room', ticketLimit, async (context) => {
    if (!rooms) return context.body(null, 204);
    const wish = wishOf(await context.req.json().catch(() => ({})));
    if (!wish?.visitor) return context.json({ message: 'give {"avatarId": "ID", "visitor": "ID"}' }, 400);
    visitors.enter(wish.visitor, wish.avatarId);
    return context.json(await rooms.pass(wish.avatarId, wish.visitor));
  });
  app.route('/api', createVisitorRoutes({ visitors, onProblem }));
  app.post('/api/clips', clipLimit, async (context) => {
    try {
      return context.json({ id: await clips.add(new Uint8Array(await context.req.arrayBuffer())) });
    } catch (error) {
      return context.json({ message: (error as Error).message }, 400);
    }
  });
  app.use('/*', serveStatic({ root: PAGE }));
  return app;
}
