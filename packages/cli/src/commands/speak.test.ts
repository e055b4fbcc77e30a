import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { pageFor } from './speak.js';

const sample = fileURLToPath(new URL('../../../../apps/demo/assets/samples/austen.wav', import.meta.url));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A page's backend that is there, and answers an upload as told. */
async function backend(upload: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') response.end('{}');
    else upload(request, response);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('visavis speak', () => {
  it('puts a text, or the id of a recording it handed in, into the address', async () => {
    const base = await backend((request, response) => request.resume().on('end', () => response.end('{"id":"c1"}')));
    expect(await pageFor('Hi there', base)).toBe(`${base}/?say=Hi+there`);
    expect(await pageFor(sample, base)).toBe(`${base}/?clip=c1`);
  });

  it.each(['', '  \n'])('refuses %j', async (text) => {
    await expect(pageFor(text, 'http://127.0.0.1:9')).rejects.toThrow('nothing to say');
  });

  it('refuses a file that is no WAV instead of speaking its name', async () => {
    await expect(pageFor(fileURLToPath(import.meta.url), 'http://127.0.0.1:9')).rejects.toThrow('is a file, and no WAV');
  });

  it('tells a page that is late from one that is not there', async () => {
    const base = await backend(() => undefined);
    await expect(pageFor(sample, base, { probeMs: 5_000, uploadMs: 40 })).rejects.toThrow('did not answer within 0.04 s');
    const server = servers.pop()!;
    await new Promise((closed) => server.close(closed).closeAllConnections());
    await expect(pageFor('Hi', base)).rejects.toThrow('no page answers');
  });

  it('repeats why a recording was refused', async () => {
    const base = await backend((request, response) => request.resume().on('end', () => response.writeHead(413).end('{"message":"at most 32 MiB"}')));
    await expect(pageFor(sample, base)).rejects.toThrow('at most 32 MiB');
  });
});
