import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { refusalOf, type AdmissionRules } from './admission.js';

const LISTED: AdmissionRules = { allowedOrigins: ['https://app.example'], allowedHosts: ['relay.example'] };

const CASES: [string, string | undefined, string | undefined, AdmissionRules, boolean][] = [
  ['the page of this very server', '127.0.0.1:8080', 'http://127.0.0.1:8080', {}, true],
  ['the same by name', 'localhost:8080', 'http://localhost:8080', {}, true],
  ['the same by IPv6', '[::1]:8080', 'http://[::1]:8080', {}, true],
  ['the same behind TLS', '192.0.2.1', 'https://192.0.2.1', {}, true],
  ['no browser', '127.0.0.1:8080', undefined, {}, true],
  ['a foreign page', '127.0.0.1:8080', 'https://evil.example', {}, false],
  ['another port of this machine', '127.0.0.1:8080', 'http://127.0.0.1:9090', {}, false],
  ['a rebound name', 'evil.example:8080', 'http://evil.example:8080', {}, false],
  ['a name that only looks like an address', '127.0.0.1.evil.example', 'http://127.0.0.1.evil.example', {}, false],
  ['an opaque origin', '127.0.0.1:8080', 'null', {}, false],
  ['an extension', '127.0.0.1:8080', 'chrome-extension://127.0.0.1:8080', {}, false],
  ['no host', undefined, 'http://127.0.0.1:8080', {}, false],
  ['a host that is none', 'a b', undefined, {}, false],
  ['a listed origin', 'relay.example', 'https://app.example', LISTED, true],
  ['a listed origin in other letters', 'RELAY.example:443', 'https://APP.example:443', LISTED, true],
  ['a listed origin without TLS', 'relay.example', 'http://app.example', LISTED, false],
  ['the own page where others are listed', 'relay.example', 'https://relay.example', LISTED, false],
  ['a listed origin at a foreign host', 'evil.example', 'https://app.example', LISTED, false],
];

describe('admission', () => {
  it.each(CASES)('%s', (_name, host, origin, rules, allowed) => {
    const refusal = refusalOf({ headers: { host, origin } } as IncomingMessage, rules);
    expect(refusal).toEqual(allowed ? undefined : expect.objectContaining({ status: 403, code: 'originRefused' }));
  });
});
