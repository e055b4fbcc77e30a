import { randomBytes as systemRandomBytes } from 'node:crypto';
import { WebSocket, type ClientOptions } from 'ws';
import { INGRESS_SAMPLE_RATES, type Capability } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import { systemClock, type Clock } from '../clock.js';
import type { EnvelopeMessage, SpeechMessage } from '../speech.js';
import { sharedTokens, type TokenCache } from './token-cache.js';

/** W3C Trace Context, sent with each request's first message. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate?: string;
}

export interface AvatarSessionConfig {
  /** Default: `VISAVIS_API_KEY`. */
  readonly apiKey?: string | undefined;
  /** Default: `VISAVIS_APP_ID`. */
  readonly appId?: string | undefined;
  /** Default: `VISAVIS_AVATAR_ID`. */
  readonly avatarId?: string | undefined;
  /** http(s) base of the console; `/session-tokens` is added. Default: `VISAVIS_CONSOLE_URL`. */
  readonly consoleUrl?: string | undefined;
  /**
   * ws(s) or http(s) base of the ingress; `/websocket?id=AVATAR` is added. Several of one console are tried in turn, at the
   * start and after a lost connection. Default: `VISAVIS_INGRESS_URL`, several separated by commas.
   */
  readonly ingressUrl?: string | readonly string[] | undefined;
  /** Of the PCM given to `sendAudio`, Hz: 8000, 16000, 22050, 24000, 32000, 44100 or 48000. Default 16000. */
  readonly sampleRate?: number;
  /** Frames per second to ask for, 25..60. Default 30. */
  readonly fps?: number;
  /** What to ask of the server beyond the public protocol. Default: all of it. */
  readonly capabilities?: readonly Capability[];
  /** Expiry of the session token, Unix milliseconds. Default: one hour from the request for it. */
  readonly expireAtMs?: number;
  /** Sends app id and token in the URL's query instead of headers. Default false. */
  readonly useQueryAuth?: boolean;
  /** Further entries of `ClientConfigureSession.extra_params`. */
  readonly extraParams?: Readonly<Record<string, string>>;
  /** The trace that requests belong to; called once a request. */
  readonly traceContext?: () => TraceHeaders | undefined;

  /** Encoded audio of a reply, or the request's own PCM where the server does not grant `audio`. */
  readonly onAudio?: (message: SpeechMessage) => void;
  /** Everything else of a reply: motion, and the one `end` of each request. */
  readonly onMotion?: (message: EnvelopeMessage) => void;
  /** The connection was lost and is being replaced (`reconnecting`), or has been (`open`). */
  readonly onState?: (state: 'open' | 'reconnecting') => void;
  /** What went wrong while the session is open, except what a new connection made good. Failures of `init` and `start` reject those instead. */
  readonly onError?: (error: VisavisError) => void;
  /** The session has ended, whoever ended it. Exactly once, last. */
  readonly onClose?: () => void;

  /** Default: one cache for the whole process. */
  readonly tokens?: TokenCache;
  readonly fetch?: typeof globalThis.fetch;
  readonly WebSocket?: new (url: string, options: ClientOptions) => WebSocket;
  readonly clock?: Clock;
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Where the `VISAVIS_*` defaults are read. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

type Optional = 'expireAtMs' | 'traceContext';
export type ResolvedConfig = Required<Omit<AvatarSessionConfig, 'env' | 'ingressUrl' | Optional>>
  & Pick<AvatarSessionConfig, Optional>
  & Readonly<Record<'apiKey' | 'appId' | 'avatarId' | 'consoleUrl', string>>
  & { readonly ingressUrls: readonly string[] };

const nothing = (): void => undefined;

/** Fills in the defaults. Throws `invalidConfiguration`, naming what is missing or wrong. */
export function resolveConfig(config: AvatarSessionConfig): ResolvedConfig {
  const env = config.env ?? process.env;
  const sampleRate = config.sampleRate ?? 16_000;
  if (!INGRESS_SAMPLE_RATES.includes(sampleRate)) {
    throw new VisavisError('unsupportedSampleRate', `sampleRate ${sampleRate} is not one of ${INGRESS_SAMPLE_RATES.join(', ')}`);
  }
  return {
    onAudio: nothing,
    onMotion: nothing,
    onState: nothing,
    onError: nothing,
    onClose: nothing,
    fps: 30,
    capabilities: ['audio', 'interrupted-end'],
    useQueryAuth: false,
    extraParams: {},
    tokens: sharedTokens,
    fetch: globalThis.fetch,
    WebSocket,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    ...config,
    sampleRate,
    apiKey: needed('apiKey', config.apiKey ?? env['VISAVIS_API_KEY'], 'VISAVIS_API_KEY'),
    appId: needed('appId', config.appId ?? env['VISAVIS_APP_ID'], 'VISAVIS_APP_ID'),
    avatarId: needed('avatarId', config.avatarId ?? env['VISAVIS_AVATAR_ID'], 'VISAVIS_AVATAR_ID'),
    consoleUrl: endpoint('consoleUrl', config.consoleUrl ?? env['VISAVIS_CONSOLE_URL'], 'VISAVIS_CONSOLE_URL', /^https?:$/),
    ingressUrls: ingressUrls(config.ingressUrl ?? env['VISAVIS_INGRESS_URL']?.split(',')),
  };
}

function needed(name: string, value: string | undefined, variable: string): string {
  if (value) return value;
  throw new VisavisError('invalidConfiguration', `${name} is missing: pass it, or set ${variable}`);
}

function endpoint(name: string, value: string | undefined, variable: string, protocols: RegExp): string {
  const text = needed(name, value, variable);
  if (URL.canParse(text) && protocols.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new VisavisError('invalidConfiguration', `${name} (${variable}) is not a URL this can be reached by: ${text.slice(0, 200)}`);
}

function ingressUrls(given: string | readonly string[] | undefined): string[] {
  const urls = typeof given === 'string' ? [given] : (given ?? []);
  return (urls.length > 0 ? urls : [undefined]).map((url) => endpoint('ingressUrl', url?.trim(), 'VISAVIS_INGRESS_URL', /^(https?|wss?):$/));
}

/** Where and how to open an ingress: credentials go into headers, or into the query where that is asked for. */
export function ingressAddress(config: ResolvedConfig, ingressUrl: string, token: string): { url: string; headers: Record<string, string> } {
  const url = new URL(ingressUrl);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/websocket`;
  url.hash = '';
  url.searchParams.set('id', config.avatarId);
  if (!config.useQueryAuth) return { url: url.href, headers: { 'X-App-ID': config.appId, 'X-Session-Key': token } };
  url.searchParams.set('appId', config.appId);
  url.searchParams.set('sessionKey', token);
  return { url: url.href, headers: {} };
}
