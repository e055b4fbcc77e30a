/** Reads a configuration of providers from YAML, from an env file or from the environment, and says clearly what is wrong with it. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { VisavisError } from '@visavis/protocol/errors';
import { parse } from 'yaml';
import type { z } from 'zod';
import { type AgentConfig, KEY_VARIABLES, LLM, type Part, PROVIDERS, STT, TTS, VAD } from './schema.js';
import { Secret } from './secret.js';

type Env = Readonly<Record<string, string | undefined>>;
type Settings = Record<string, unknown>;

const MAX_FILE_BYTES = 64 * 1024;
const PARTS = ['stt', 'llm', 'tts'] as const;
const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
/** Settings that the environment may give each part, as VISAVIS_STT_MODEL and the like. */
const FROM_ENV = { MODEL: 'model', URL: 'baseURL', VOICE: 'voice', LANGUAGE: 'language', ENGINE: 'engine', KNOWLEDGE: 'knowledge' } as const;

export interface ConfigSources {
  /** A `.yaml`, `.yml` or `.env` file. Default: the variable `VISAVIS_AGENT_CONFIG`, else none. */
  readonly file?: string;
  /** Default: the process's. */
  readonly env?: Env;
}

/**
 * Everything embedded, unless a file or the environment (`VISAVIS_STT`, `VISAVIS_LLM`, `VISAVIS_TTS`, and each with `_MODEL`,
 * `_URL`, `_VOICE`, `_LANGUAGE`) says otherwise; the environment goes before the file. Rejects with `invalidConfiguration`
 * where a file cannot be read, a name is unknown, a key is missing, or a setting is wrong.
 */
export async function loadAgentConfig({ file, env = process.env }: ConfigSources = {}): Promise<AgentConfig> {
  const path = file ?? env['VISAVIS_AGENT_CONFIG'];
  const { settings, variables } = path ? await readSources(path, env) : { settings: {}, variables: env };
  return parseAgentConfig(settings, variables);
}

/** The same from what a file would hold. Throws `invalidConfiguration`. */
export function parseAgentConfig(settings: unknown, env: Env = process.env): AgentConfig {
  const tree = asSettings(settings, 'the configuration');
  const unknown = Object.keys(tree).find((key) => ![...PARTS, 'vad'].includes(key));
  if (unknown !== undefined) throw wrong(`there is no "${unknown}" to configure; there are stt, llm, tts and vad`);
  const part = <T>(name: Part, schema: z.ZodType<T>): T => check(name, schema, settingsOf(name, tree[name], env));
  return { stt: part('stt', STT), llm: part('llm', LLM), tts: part('tts', TTS), vad: check('vad', VAD, tree['vad'] ?? {}) };
}

async function readSources(path: string, env: Env): Promise<{ settings: unknown; variables: Env }> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VisavisError('invalidConfiguration', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
  if (text.length > MAX_FILE_BYTES) throw wrong(`${path} is longer than ${MAX_FILE_BYTES} bytes`);
  if (/\.env$/.test(path)) return { settings: {}, variables: { ...parseEnv(text), ...env } };
  try {
    return { settings: besideFile(parse(text) as unknown, path), variables: env };
  } catch (cause) {
    throw new VisavisError('invalidConfiguration', `${path} is not YAML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}

/** A folder that a file names is looked for beside the file, wherever the process was started. */
function besideFile(settings: unknown, path: string): unknown {
  const llm = (settings as { llm?: { knowledge?: unknown } } | null)?.llm;
  // What a variable holds is the environment's, which is where the process was started.
  if (typeof llm?.knowledge !== 'string' || REFERENCE.test(llm.knowledge)) return settings;
  return { ...(settings as Settings), llm: { ...llm, knowledge: resolve(dirname(path), llm.knowledge) } };
}

/** A part's settings as its schema takes them: the name spelled out, the environment's laid over, the key found. */
function settingsOf(part: Part, given: unknown, env: Env): Settings {
  const base = typeof given === 'string' ? { provider: given } : asSettings(given ?? {}, part);
  const prefix = `VISAVIS_${part.toUpperCase()}`;
  const chosen = env[prefix] || undefined;
  const overlay = Object.fromEntries(Object.entries(FROM_ENV).flatMap(([suffix, setting]) => {
    const value = env[`${prefix}_${suffix}`];
    return value ? [[setting, value]] : [];
  }));
  // What the file says of one provider is not for another that the environment chose.
  const kept = chosen !== undefined && chosen !== base['provider'] ? {} : base;
  const provider = chosen ?? base['provider'] ?? 'embedded';
  if (typeof provider !== 'string' || !PROVIDERS[part].includes(provider)) {
    throw wrong(`${part}: there is no provider ${JSON.stringify(provider)}; choose ${PROVIDERS[part].join(', ')}`);
  }
  const settings: Settings = { ...resolveAll(part, kept, env), ...overlay, provider };
  const apiKey = keyOf(part, provider, kept['apiKey'], env);
  return apiKey ? { ...settings, apiKey } : settings;
}

/** From the reference in the file, else from the provider's own variable. A key itself does not belong into a file. */
function keyOf(part: Part, provider: string, given: unknown, env: Env): Secret | undefined {
  const variables = KEY_VARIABLES[provider];
  if (given === undefined || given === null) {
    if (!variables) return undefined;
    const value = variables.map((name) => env[name]).find(Boolean);
    if (!value) throw missing(variables[0]!, part);
    return new Secret(value);
  }
  const name = typeof given === 'string' ? REFERENCE.exec(given)?.[1] : undefined;
  if (name === undefined) throw wrong(`${part}.apiKey must name a variable, such as \${${variables?.[0] ?? 'MY_API_KEY'}}: keys do not belong into files`);
  const value = env[name];
  if (!value) throw missing(name, part);
  return new Secret(value);
}

/** `${NAME}` in other settings, so that one file serves several machines. */
function resolveAll(part: Part, settings: Settings, env: Env): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key !== 'apiKey').map(([key, value]) => {
    const name = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
    if (name === undefined) return [key, value];
    if (!env[name]) throw wrong(`${part}.${key}: the variable ${name} is not set`);
    return [key, env[name]];
  }));
}

function check<T>(what: string, schema: z.ZodType<T>, settings: unknown): T {
  const result = schema.safeParse(settings);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${[what, ...path].join('.')}: ${message}`);
  throw wrong(issues.join('; '));
}

function asSettings(value: unknown, what: string): Settings {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(`${what} must hold settings by name`);
  return value as Settings;
}

function missing(variable: string, part: Part): VisavisError {
  return wrong(`${variable} is missing: set it, or choose ${part}: embedded`);
}

function wrong(message: string): VisavisError {
  return new VisavisError('invalidConfiguration', message);
}
