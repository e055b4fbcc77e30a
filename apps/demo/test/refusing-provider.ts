import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider of recognition and of a language model that knows nobody's key: 401 to whatever it is asked. */
export interface RefusingProvider {
  readonly env: Readonly<Record<string, string>>;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  close(): void;
}

export async function startRefusingProvider(): Promise<RefusingProvider> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: 'Incorrect API key provided', type: 'invalid_request_error', code: 'invalid_api_key' } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const part = (name: string): Record<string, string> => ({ [`VISAVIS_${name}`]: 'openai-compatible', [`VISAVIS_${name}_URL`]: url, [`VISAVIS_${name}_MODEL`]: 'any' });
  return {
    env: { ...part('STT'), ...part('LLM') }, asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
