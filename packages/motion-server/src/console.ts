import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { AppRegistry } from './apps.js';
import { AvatarLibrary, createAvatarRoutes } from './avatars/index.js';
import type { AppConfig, ServerContext } from './config.js';
import { AVATARS_PATH, CONSOLE_PATH, HEALTH_PATH, INGRESS_PATH, METRICS_PATH } from './paths.js';
import type { TokenSigner } from './tokens.js';
import { readTrace } from './trace.js';

const MAX_BODY_BYTES = 16 * 1024;
const MAX_LIFETIME_S = 24 * 3600;

/** Other fields (`appId`, `modelVersion`) are accepted and ignored: the key says which app it is. */
const bodySchema = z.object({
  expireAt: z.number(),
  avatars: z.array(z.string().min(1).max(200)).max(32).optional(),
});

/** An error answer. Its words steer the SDKs: "unauthorized", for one, would read as an egress problem. */
interface Problem {
  readonly status: 400 | 403 | 404 | 405 | 413 | 421 | 426 | 500;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

const invalidArgument = (detail: string): Problem => ({ status: 400, code: 'INVALID_ARGUMENT', title: 'Invalid argument', detail });

export interface ConsoleParts {
  readonly context: ServerContext;
  readonly apps: AppRegistry;
  readonly tokens: TokenSigner;
  /** Id of the model that makes motion. */
  readonly modelId: string;
  /** Whether the server takes no more sessions. */
  isDraining(): boolean;
}

/** The HTTP side of a server: session tokens for API keys, avatars, `/healthz` (with the model's id; 503 while draining) and `/metrics`. */
export function createConsole(parts: ConsoleParts): Hono {
  const { metrics } = parts.context;
  const answer = (c: Context, problem: Problem, fields: object = {}) => refuse(c, problem, parts.context, fields);
  const tokensPath = `${CONSOLE_PATH}/session-tokens`;
  const app = new Hono();
  app.get(HEALTH_PATH, (c) => (parts.isDraining() ? c.json({ status: 'draining' }, 503) : c.json({ status: 'ok', model: parts.modelId })));
  app.get(METRICS_PATH, async (c) => c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }));
  app.post(tokensPath, bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => answer(c, tooLarge) }), (c) => createToken(c, parts));
  app.all(tokensPath, (c) => {
    c.header('Allow', 'POST');
    return answer(c, { status: 405, code: 'METHOD_NOT_ALLOWED', title: 'Wrong method', detail: 'session tokens are made with POST' });
  });
  app.all(`${INGRESS_PATH}/*`, (c) => answer(c, { status: 426, code: 'UPGRADE_REQUIRED', title: 'WebSocket only', detail: 'open a WebSocket here' }));
  app.route(AVATARS_PATH, createAvatarRoutes({ library: libraryOf(parts.context), refuse: (c, detail) => answer(c, noSuchAvatar(detail)) }));
  app.notFound((c) => answer(c, noSuchPath));
  app.onError((error, c) => {
    return answer(c, internal, { err: error });
  });
  return app;
}

const internal: Problem = { status: 500, code: 'INTERNAL', title: 'Server error', detail: 'the server failed; its log has the reason under this id' };
const tooLarge: Problem = { status: 413, code: 'TOO_LARGE', title: 'Body too large', detail: `a body holds at most ${MAX_BODY_BYTES} bytes` };
const noSuchAvatar = (detail: string): Problem => ({ status: 404, code: 'NOT_FOUND', title: 'Avatar not found', detail });

/** Avatars that some app may use. */
function libraryOf({ settings: { apps, avatarFolders }, logger }: ServerContext): AvatarLibrary {
  const told = new Map<string, string>();
  return new AvatarLibrary({
    folders: avatarFolders,
    isAllowed: (id) => apps.some(({ avatars }) => avatars?.includes(id) ?? true),
    onProblem: ({ code, message }, folder) => {
      // It is found again with every request, which anybody may make.
      if (told.get(folder) === message) return;
      told.set(folder, message);
      logger.warn({ code, detail: message, folder }, 'avatar left out');
    },
  });
}

/** Not 404: SDKs read that as an unknown app. */
const noSuchPath: Problem = {
  status: 421, code: 'NO_SUCH_PATH', title: 'No such path', detail: `check the endpoint: this server has ${CONSOLE_PATH}, ${INGRESS_PATH} and ${AVATARS_PATH}`,
};

async function createToken(c: Context, { context, apps, tokens }: ConsoleParts): Promise<Response> {
  const app = apps.byApiKey(c.req.header('X-Api-Key') ?? '');
  if (!app) {
    const detail = 'X-Api-Key is not a key of this server; check the key and the console endpoint';
    return refuse(c, { status: 403, code: 'PERMISSION_DENIED', title: 'API key not recognised', detail }, context);
  }
  const body = parseBody(await c.req.text(), context.clock.unixMs() / 1000, app);
  if ('status' in body) return refuse(c, body, context);
  const sessionToken = await tokens.issue({ appId: app.appId, ...body });
  context.logger.info({ appId: app.appId, expireAt: body.expireAt }, 'session token issued');
  return c.json({ sessionToken });
}

type TokenRequest = Readonly<z.output<typeof bodySchema>>;

/** The body's contents, or what is wrong with them. */
function parseBody(text: string, nowS: number, app: AppConfig): TokenRequest | Problem {
  const parsed = bodySchema.safeParse(parseJson(text));
  if (!parsed.success) return invalidArgument('the body must be JSON with expire_at as "expireAt", in Unix seconds');
  const { expireAt, avatars } = parsed.data;
  if (!Number.isInteger(expireAt)) return invalidArgument('expire_at must be a whole number of Unix seconds');
  if (expireAt <= nowS) return invalidArgument('expire_at must be in the future');
  if (expireAt >= nowS + MAX_LIFETIME_S) return invalidArgument('expire_at must be less than 24 hours from now');
  const foreign = avatars?.find((avatar) => app.avatars?.includes(avatar) === false);
  if (foreign !== undefined) return invalidArgument(`Avatar not found: ${foreign}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer's id is that of the log line. */
function refuse(c: Context, { status, code, title, detail }: Problem, { randomBytes, logger, metrics }: ServerContext, fields: object = {}): Response {
  const id = Buffer.from(randomBytes(9)).toString('base64url');
  metrics.errors.inc({ code });
  logger[status === 500 ? 'error' : 'warn']({ errorId: id, ...readTrace(c.req.header()), status, code, detail, path: c.req.path, ...fields }, 'console request refused');
  return c.json({ errors: [{ id, status, code, title, detail }] }, status);
}
