import { describe, expect, it } from 'vitest';
import { allowEgress, isEgressPattern } from './policy.js';

const PUBLIC = '203.0.114.7';
const rules = { urls: ['wss://rooms.example.com', 'wss://*.cloud.example', 'wss://own.example:7443'], loopback: false };
const knows = (...addresses: string[]) => async () => addresses;
const allow = (url: string, addresses = [PUBLIC], own = rules) => allowEgress(url, own, knows(...addresses));

describe('where sessions may be published', () => {
  it.each(['wss://rooms.example.com', 'wss://ROOMS.example.com:443/', 'wss://a.cloud.example', 'wss://a.b.cloud.example', 'wss://own.example:7443'])('allows %s', async (url) => {
    expect(await allow(url)).toBe(PUBLIC);
  });

  it.each([
    'wss://example.com', 'wss://rooms.example.com.evil.test', 'wss://xrooms.example.com', 'wss://cloud.example', 'wss://evilcloud.example', 'wss://own.example', 'wss://rooms.example.com:8443',
    'ws://rooms.example.com', 'https://rooms.example.com', 'wss://user:secret@rooms.example.com', 'wss://rooms.example.com/?a=b', 'wss://rooms.example.com@evil.test', 'rooms.example.com', '', 'wss://',
    'ws://127.0.0.1:7880', 'ws://localhost:7880', 'ws://[::1]:7880', 'wss://203.0.114.7',
  ])('refuses %s', async (url) => {
    await expect(allow(url)).rejects.toMatchObject({ code: 'invalidEgressConfig' });
  });

  it.each([
    '127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.0.1', '169.254.169.254', '100.100.100.200', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1',
    '::1', '::', 'fe80::1', 'fd00:ec2::254', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '64:ff9b::a00:1', '2002:a00:1::', 'ff02::1', 'nonsense',
  ])('refuses a name that stands for %s, also beside a public address', async (address) => {
    await expect(allow('wss://rooms.example.com', [address])).rejects.toMatchObject({ code: 'invalidEgressConfig' });
    await expect(allow('wss://rooms.example.com', [PUBLIC, address])).rejects.toMatchObject({ code: 'invalidEgressConfig' });
  });

  it('says that a name is not known as what may pass', async () => {
    await expect(allow('wss://rooms.example.com', [])).rejects.toMatchObject({ code: 'egressUnavailable', retryable: true });
    await expect(allowEgress('wss://rooms.example.com', rules, () => Promise.reject(new Error('SERVFAIL')))).rejects.toMatchObject({ code: 'egressUnavailable' });
  });

  it('for development allows this machine, by name or number, and nothing that only calls itself so', async () => {
    const own = { urls: [], loopback: true };
    expect(await allow('ws://127.0.0.1:7880', [], own)).toBe('127.0.0.1');
    expect(await allow('ws://[::1]:7880', [], own)).toBe('::1');
    expect(await allow('ws://localhost:7880', ['127.0.0.1'], own)).toBe('127.0.0.1');
    for (const [url, address] of [['ws://localhost:7880', '10.0.0.1'], ['ws://localhost.evil.test', '127.0.0.1'], ['ws://10.0.0.1', '10.0.0.1'], ['ws://evil.test', PUBLIC]] as const) {
      await expect(allow(url, [address], own)).rejects.toMatchObject({ code: 'invalidEgressConfig' });
    }
  });

  it.each([
    ['wss://a.example', true], ['wss://*.a.example', true], ['wss://a.example:443', true],
    ['ws://a.example', false], ['wss://*', false], ['wss://a.*', false], ['wss://a.example/', false], ['https://a.example', false], ['', false],
  ])('a list may hold %s: %s', (pattern, may) => {
    expect(isEgressPattern(pattern)).toBe(may);
  });
});
