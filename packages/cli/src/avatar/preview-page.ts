import { AvatarLibrary, createAvatarRoutes } from '@visavis/motion-server';
import { Hono } from 'hono';
import { pageFile } from './page-files.js';
import type { Subject } from './read-avatar.js';

export interface PreviewPageParts {
  readonly subject: Subject;
  /** What is spoken, in words. */
  readonly sentence: string;
  issueTicket(): string;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The HTTP side of a preview: the page, what is known of the avatar, its files, and tickets. For this machine only. */
export function createPreviewPage({ subject, sentence, issueTicket }: PreviewPageParts): Hono {
  const { path, name, bytes, report, problems, manifest } = subject;
  const app = new Hono();
  // A page elsewhere must not reach files of this machine through the visitor's browser.
  app.use(async (context, next) => {
    const host = context.req.header('host') ?? '';
    const origin = context.req.header('origin');
    if (LOOPBACK_NAMES.has(host.replace(/:\d+$/, '')) && (origin === undefined || origin === `http://${host}`)) return next();
    return context.json({ message: 'open this page by its own address on this machine' }, 403);
  });
  app.get('/api/preview', (context) => context.json({
    name, title: report.title, verdict: report.verdict.sentence, sentence, problems: [...problems, ...report.problems], ...(manifest && { avatarId: manifest.id }),
  }));
  app.post('/api/ticket', (context) => context.json({ ticket: issueTicket() }));
  app.get('/file', (context) => context.body(bytes, 200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' }));
  app.route('/avatars', createAvatarRoutes({ library: new AvatarLibrary({ folders: [path] }), refuse: (context, message) => context.json({ message }, 404) }));
  app.get('/', () => give('preview.html'));
  app.get('*', (context) => give(context.req.path.slice(1)));
  return app;
}

async function give(path: string): Promise<Response> {
  const file = await pageFile(path);
  return file ? new Response(file.bytes, { headers: file.headers }) : new Response(null, { status: 404 });
}
