import type { MiddlewareHandler } from 'hono';

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The demo listens on loopback; a page elsewhere must not reach it through the visitor's browser (DNS rebinding, CSRF). */
export function isTrusted(host: string | undefined, origin: string | undefined): boolean {
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  if (!name || !LOOPBACK_NAMES.has(name)) return false;
  return origin === undefined || origin === `http://${host}`;
}

/** Refuses requests that name another host, or come from a page of another origin, with status 403. */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  if (isTrusted(context.req.header('host'), context.req.header('origin'))) return next();
  return context.json({ message: 'open this page by its own address on this machine' }, 403);
};
