import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { MotionModel } from '@visavis/motion';
import { MODEL_NAMES, type ModelName } from '@visavis/motion/onnx';
import { VisavisError } from '@visavis/protocol/errors';
import { pino } from 'pino';
import { z } from 'zod';
import { systemClock, type Clock } from './clock.js';
import { problemsOf } from './config-problems.js';
import type { OpenEgress } from './egress/egress.js';
import { isEgressPattern, resolveHost, type ResolveHost } from './egress/policy.js';
import type { ModelChoice } from './engine/load-model.js';
import { resolveModelSource } from './engine/model-source.js';
import { limitsSchema } from './limits.js';
import { redacting, type Logger } from './log.js';
import { Metrics } from './metrics.js';

const DEV_APP = 'dev-app';
const DEV_KEY = 'dev-key';
const DEV_AVATAR = 'ava';

const name = z.string().min(1).max(200);

const appSchema = z.strictObject({
  appId: name,
  /** Secrets of the app's backends. */
  apiKeys: z.array(name).min(1, 'give at least one key'),
  /** Avatars the app may use; absent means any. */
  avatars: z.array(name).optional(),
});

const settingsSchema = z.strictObject({
  /** Address to listen on. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(0),
  apps: z.array(appSchema).min(1, 'give at least one app'),
  /** Key that signs session tokens, 32 characters or more. Random if absent: tokens then end with the process. */
  signingSecret: z.string().min(32).optional(),
  /** Whether an open connection is closed (4010) when its token expires. */
  closeOnTokenExpiry: z.boolean().default(false),
  /** Folders whose avatars are given out, looked up from `folder`: each holds one folder per avatar, or is one. */
  avatarFolders: z.array(z.string().min(1)).max(64).default([]),
  /** Threads that motion is made in; 0 makes it in the thread of the sockets. */
  workers: z.int().min(0).max(64).default(0),
  /** Which of our own models makes motion. Absent: the network, or with a warning the baseline where that does not load. */
  model: z.enum(MODEL_NAMES, `must be one of ${MODEL_NAMES.join(', ')}`).optional(),
  /** Where another model comes from: a module that exports `createModel(options)`. */
  modelModule: z.strictObject({ module: name, options: z.unknown().optional() }).optional(),
  /** Rooms that sessions may be published into, where there is something to publish with. */
  egress: z.strictObject({
    /** LiveKit servers: `wss://host`, `wss://host:port`, or `wss://*.domain`. Their addresses must be public. */
    urls: z.array(z.string().refine(isEgressPattern, 'must be wss://host, wss://host:port or wss://*.domain')).max(256).default([]),
    /** Also any server on this machine, `ws:` included. Only where this server itself is on loopback. */
    loopback: z.boolean().default(false),
  }).prefault({}),
  limits: limitsSchema.prefault({}),
});

export type AppConfig = z.output<typeof appSchema>;
export type Settings = z.output<typeof settingsSchema>;

/** What a server works with beside its settings; everything has a default. */
export interface Collaborators {
  /** Also: audio to motion, made by the caller and not disposed of; it works in the thread of the sockets. */
  readonly model?: MotionModel | ModelName;
  /** Default: silence. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Folder that `avatarFolders`, and paths and packages of `modelModule`, are looked up from. Default: the working directory. */
  readonly folder?: string;
  /** Publishes sessions into rooms; without it they are refused that. `@visavis/livekit/node` has one for LiveKit. */
  readonly openEgress?: OpenEgress;
  /** All addresses of a host that a session wants to be published to. Default: the system's resolver. */
  readonly resolveHost?: ResolveHost;
  /** Source of connection ids, token ids and the random signing secret. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

export type MotionServerConfig = Omit<z.input<typeof settingsSchema>, 'model'> & Collaborators;

/** A config with every default filled in. */
export interface ServerContext {
  readonly settings: Settings;
  /** The caller's own model, or else which to load. */
  readonly ownModel: MotionModel | undefined;
  readonly choice: ModelChoice;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly openEgress: OpenEgress | undefined;
  readonly resolveHost: ResolveHost;
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface DevOverrides {
  readonly host?: string;
  readonly port?: number;
  /** Ids of the avatars that the app may use. Default: `ava`. */
  readonly avatars?: readonly string[];
  readonly avatarFolders?: readonly string[];
}

/** Settings for development: app `dev-app`, API key `dev-key`, avatar `ava`, on loopback; egress to LiveKit servers on loopback. */
export function devConfig({ avatars = [DEV_AVATAR], avatarFolders = [], ...overrides }: DevOverrides = {}): MotionServerConfig {
  return { ...overrides, avatarFolders: [...avatarFolders], egress: { loopback: true }, apps: [{ appId: DEV_APP, apiKeys: [DEV_KEY], avatars: [...avatars] }] };
}

/** Checks a config and fills it in. Throws `invalidConfiguration`, naming each setting that is wrong. */
export function resolveConfig({ model, logger, clock, randomBytes: random, folder = process.cwd(), openEgress, resolveHost: lookUp, ...input }: MotionServerConfig): ServerContext {
  const ownModel = typeof model === 'object' ? model : undefined;
  const parsed = settingsSchema.safeParse(ownModel ? input : { ...input, ...(model !== undefined && { model }) });
  if (!parsed.success) throw new VisavisError('invalidConfiguration', problemsOf(parsed.error));
  checkLoopback(parsed.data);
  const { workers, modelModule, model: name } = parsed.data;
  if (ownModel && (workers > 0 || modelModule)) {
    throw new VisavisError('invalidConfiguration', 'a model of your own works in the thread it was made in: leave workers at 0, or name a modelModule instead');
  }
  if (name && modelModule) throw new VisavisError('invalidConfiguration', `model "${name}" and modelModule exclude each other: leave one of them out`);
  return {
    settings: { ...parsed.data, avatarFolders: parsed.data.avatarFolders.map((path) => resolve(folder, path)) },
    ownModel,
    choice: modelModule ? resolveModelSource(modelModule, folder) : name,
    logger: redacting(logger ?? pino({ level: 'silent' }), secretsOf(parsed.data)),
    metrics: new Metrics(),
    clock: clock ?? systemClock,
    openEgress,
    resolveHost: lookUp ?? resolveHost,
    randomBytes: random ?? randomBytes,
  };
}

function secretsOf({ apps, signingSecret = '' }: Settings): string[] {
  return [...apps.flatMap((app) => app.apiKeys), signingSecret];
}

/** What is meant for development must not be open to others: the key is public, and egress to loopback reaches what is hidden behind it. */
function checkLoopback({ host, apps, egress }: Settings): void {
  if (isLoopback(host)) return;
  if (apps.some((app) => app.apiKeys.includes(DEV_KEY))) {
    throw new VisavisError(
      'invalidConfiguration', `the API key "${DEV_KEY}" works on loopback only, and ${host} is not; listen on 127.0.0.1 or configure a key of your own`,
    );
  }
  if (egress.loopback) {
    throw new VisavisError('invalidConfiguration', `egress.loopback works where the server is on loopback itself, and ${host} is not; listen on 127.0.0.1 or name servers in egress.urls`);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
