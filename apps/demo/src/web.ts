import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { createAvatarRoutes, type AvatarLibrary } from '@visavis/motion-server';
import { isAvatarId } from '@visavis/protocol/avatar';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { MAX_CLIP_BYTES, type ClipStore } from './clips.js';
import { loopbackOnly } from './guard.js';

const PAGE = fileURLToPath(new URL('../dist/page', import.meta.url));

const MIB = 1024 * 1024;
const DEFAULT_AVATAR = 'ava';

/**
 * The page runs its own files only. Beyond them it needs: its relay (not every browser counts ws: as 'self'), the
 * textures inside an avatar and the audio worklet (blob:), the Opus decoder (WebAssembly), and its icon (data:).
 */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'", 'blob:'],
    workerSrc: ["'self'", 'blob:'],
    connectSrc: ["'self'", 'blob:', ({ req }) => `ws://${req.header('host')}`],
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

/** The avatar a ticket is asked for: the default one where none is named, undefined where the name can be none's. */
function avatarIdOf(asked: unknown): string | undefined {
  const { avatarId = DEFAULT_AVATAR } = Object(asked) as { avatarId?: unknown };
  return typeof avatarId === 'string' && isAvatarId(avatarId) ? avatarId : undefined;
}

export interface WebParts {
  readonly clips: ClipStore;
  readonly avatars: AvatarLibrary;
  /** Hands out a ticket that opens the relay once, for an avatar by its id. */
  issueTicket(avatarId: string): { ticket: string };
}

/** The demo's HTTP side: the page, the avatars, tickets, and clips to speak. */
export function createWeb({ clips, avatars, issueTicket }: WebParts): Hono {
  const app = new Hono();
  app.use(loopbackOnly);
  // Before the page's headers: avatars have stricter ones of their own.
  app.route('/avatars', createAvatarRoutes({ library: avatars, refuse: (context, message) => context.json({ message }, 404) }));
  app.use(headers);
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.post('/api/ticket', ticketLimit, async (context) => {
    const avatarId = avatarIdOf(await context.req.json().catch(() => ({})));
    if (avatarId === undefined) return context.json({ message: 'give {"avatarId": "ID"}, the name of a folder of avatars/' }, 400);
    return context.json({ path: '/relay', ...issueTicket(avatarId) });
  });
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
