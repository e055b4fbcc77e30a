import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { Brain, createBrainEndpoint, Knowledge, MODEL } from '@visavis/agent/brain';

const NOTES = fileURLToPath(new URL('../../../packages/agent/knowledge', import.meta.url));

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** The demo's own brain in a server of its own, which notes what it is asked with: the history as the language model sees it. */
export interface RecordedBrain {
  readonly env: Readonly<Record<string, string>>;
  /** The messages of each request, in order. */
  readonly requests: readonly (readonly ChatMessage[])[];
  /** What it answers to that question by itself. */
  answer(question: string): string;
  close(): void;
}

export async function startBrain(): Promise<RecordedBrain> {
  const brain = new Brain(await Knowledge.load(NOTES), { now: () => new Date(0), random: () => 0 });
  const endpoint = createBrainEndpoint(brain, { createId: randomUUID, nowS: () => 0 });
  const requests: ChatMessage[][] = [];
  const server = createAdaptorServer({
    fetch: async (request) => {
      const copy = request.clone();
      if (request.method === 'POST') requests.push(((await copy.json()) as { messages: ChatMessage[] }).messages);
      return endpoint.fetch(request);
    },
  }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    env: { VISAVIS_LLM: 'openai-compatible', VISAVIS_LLM_URL: url, VISAVIS_LLM_MODEL: MODEL }, requests,
    answer: (text) => brain.answer([{ role: 'user', text }]),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
