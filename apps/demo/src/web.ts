import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { createAvatarRoutes, type AvatarLibrary } from '@visavis/motion-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { MAX_CLIP_BYTES, type ClipStore } from './clips.js';
import { loopbackOnly } from './guard.js';

const PAGE = fileURLToPath(new URL('../dist/page', import.meta.url));

const MIB = 1024 * 1024;

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

export interface WebParts {
  readonly clips: ClipStore;
  readonly avatars: AvatarLibrary;
  /** Hands out a ticket that opens the relay once. */
  issueTicket(): { ticket: string };
}

/** The demo's HTTP side: the page, the avatars, tickets, and clips to speak. */
export function createWeb({ clips, avatars, issueTicket }: WebParts): Hono {
  const app = new Hono();
  app.use(loopbackOnly);
  // Before the page's headers: avatars have stricter ones of their own.
  app.route('/avatars', createAvatarRoutes({ library: avatars, refuse: (context, message) => context.json({ message }, 404) }));
  app.use(headers);
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.post('/api/ticket', (context) => context.json({ path: '/relay', ...issueTicket() }));
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
