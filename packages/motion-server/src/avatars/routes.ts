import { constants, promises as fs } from 'node:fs';
import { Readable } from 'node:stream';
import { MANIFEST_FILE, type AvatarManifest } from '@visavis/protocol/avatar';
import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import { routePath } from 'hono/route';
import type { AvatarAsset, AvatarLibrary } from './library.js';

/** A content that is named by its hash never changes; everything else is asked for again. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'public, no-cache';
/** Hexadecimal digits of a hash that name a content in `?v=`. */
const VERSION_DIGITS = 16;

/** What is given out is looked at by people who trust this host: nothing of it may run here, an SVG least of all. */
const HARMLESS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

export interface AvatarRoutesOptions {
  readonly library: AvatarLibrary;
  /** Answers a request for what is not there, with 404. */
  readonly refuse: (context: Context, detail: string) => Response;
}

/**
 * Avatars over HTTP, for any page: `/` lists them, `/ID/avatar.json` is a manifest, `/ID/FILE` a file it names. GET and
 * HEAD; a file asked for as `?v=` and the first 16 digits of its hash may be kept for ever, all else is revalidated.
 */
export function createAvatarRoutes({ library, refuse }: AvatarRoutesOptions): Hono {
  const app = new Hono();
  app.use(cors({ origin: '*', allowMethods: ['GET', 'HEAD'], exposeHeaders: ['ETag'], maxAge: 86_400 }));
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HARMLESS)) context.res.headers.set(name, value);
  });
  app.get('/:id/:name{.+}', async (context) => {
    const { id, name } = context.req.param();
    const asset = await library.file(id, name);
    if (asset) return give(context, asset);
    return refuse(context, `there is no avatar "${id}" with a file "${name}" here; check the id, and that its ${MANIFEST_FILE} names the file`);
  });
  app.get('*', async (context) => {
    if (!/^\/?$/.test(belowRoute(context))) return refuse(context, `avatars are at ID/${MANIFEST_FILE}, their list is at the folder itself`);
    context.header('Cache-Control', ASK_AGAIN);
    const folder = context.req.path.replace(/\/$/, '');
    return context.json({ avatars: (await library.list()).map((manifest) => entryOf(manifest, folder)) });
  });
  return app;
}

/** What a path has beyond the folder that the routes are mounted at. */
function belowRoute(context: Context): string {
  return context.req.path.slice(routePath(context).length - '/*'.length);
}

/** One line of the list. Addresses are paths on this host. */
function entryOf({ id, name, version, license, rig, files, thumbnail }: AvatarManifest, folder: string): object {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    id, name, version, license, rig: rig.type, manifestUrl: `${folder}/${id}/${MANIFEST_FILE}`,
    ...(bytes > 0 && { bytes }), ...(thumbnail !== undefined && { thumbnailUrl: `${folder}/${id}/${thumbnail}` }),
  };
}

async function give(context: Context, asset: AvatarAsset): Promise<Response> {
  const { req } = context;
  const { sha256, bytes, mediaType, modifiedMs } = asset;
  const etag = sha256 === undefined ? `W/"${bytes.toString(36)}-${Math.round(modifiedMs).toString(36)}"` : `"${sha256}"`;
  const isVersion = sha256 !== undefined && req.query('v') === sha256.slice(0, VERSION_DIGITS);
  const headers = { ETag: etag, 'Cache-Control': isVersion ? FOR_EVER : ASK_AGAIN };
  if (matches(req.header('If-None-Match'), etag)) return context.body(null, 304, headers);
  const whole = { ...headers, 'Content-Type': mediaType, 'Content-Length': String(bytes) };
  if (req.raw.method === 'HEAD' || bytes === 0) return context.body(null, 200, whole);
  const handle = await fs.open(asset.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  // As many bytes as were promised, even where the file grows meanwhile.
  const stream = handle.createReadStream({ start: 0, end: bytes - 1 });
  return context.body(Readable.toWeb(stream) as ReadableStream, 200, whole);
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch === '*' || (ifNoneMatch ?? '').split(',').some((tag) => bare(tag) === bare(etag));
}
