import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { refusal } from '../refusal.js';

/** Where sessions may be published: nowhere else does the server connect to because a client says so. */
export interface EgressRules {
  /** `wss://host`, `wss://host:port`, or `wss://*.domain` for all hosts below a domain. */
  readonly urls: readonly string[];
  /** Also any server on this machine, `ws:` included: for development. */
  readonly loopback: boolean;
}

/** All addresses of a host. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export const resolveHost: ResolveHost = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

const PATTERN = /^wss:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i;

/** Whether an operator may write this in the list. */
export function isEgressPattern(text: string): boolean {
  return PATTERN.test(text);
}

/**
 * The address to connect to for a URL that a session gave; connect to no other, whatever the name says later. Throws
 * `invalidEgressConfig` where the URL is not allowed, `egressUnavailable` where the host is not known.
 */
export async function allowEgress(url: string, rules: EgressRules, resolve: ResolveHost): Promise<string> {
  const parsed = parse(url);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const isOwn = rules.loopback && (host === 'localhost' || rangeOf(host) === 'loopback');
  if (!isOwn && !rules.urls.some((pattern) => matches(parsed, pattern))) throw notAllowed();
  const addresses = ipaddr.isValid(host) ? [host] : await addressesOf(host, resolve);
  const wanted = isOwn ? 'loopback' : 'unicast';
  // One bad address among good ones is one too many: which of them is used is not for a name server to choose.
  if (!addresses.every((address) => rangeOf(address) === wanted)) throw notAllowed();
  return addresses[0]!;
}

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPlain = parsed && /^wss?:$/.test(parsed.protocol) && parsed.hostname !== '' && `${parsed.username}${parsed.password}${parsed.search}${parsed.hash}` === '';
  if (isPlain) return parsed;
  throw refusal('invalidEgressConfig', 'livekit_egress.url is not the URL of a LiveKit server', 'give wss://host, without credentials or a query');
}

function matches({ protocol, hostname, port }: URL, pattern: string): boolean {
  const [, star, host, patternPort = '443'] = /^wss:\/\/(\*)?([^:]+)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
  if (host === undefined || protocol !== 'wss:' || (port || '443') !== patternPort) return false;
  return star ? hostname.endsWith(host) && hostname.length > host.length : hostname === host;
}

async function addressesOf(host: string, resolve: ResolveHost): Promise<readonly string[]> {
  const addresses = await resolve(host).catch(() => []);
  if (addresses.length > 0) return addresses;
  throw refusal('egressUnavailable', 'failed to create egress connection: the host of livekit_egress.url is not known', 'check the host, or try again');
}

/** `unicast` is the public internet; everything else has a name of its own. Empty for what is no address. */
function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : '';
}

function notAllowed() {
  return refusal('invalidEgressConfig', 'livekit_egress.url is not allowed on this server', 'ask its operator to add the URL to egress.urls');
}
