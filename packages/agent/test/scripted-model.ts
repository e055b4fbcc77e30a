import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AskedMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
}

export interface Asked {
  readonly messages: readonly AskedMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** How one request is answered: words streamed with pauses, a tool call, or anything at all. */
export type Answer =
  | { readonly text: string; readonly pauseMs?: number }
  | { readonly call: { readonly name: string; readonly args: string } }
  | { readonly status: number }
  | { readonly raw: string }
  | { readonly hangs: true };

/** A language model behind an OpenAI-compatible endpoint that answers as it is told. */
export class ScriptedModel {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => Answer = () => ({ text: 'Very well.' });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#respond(request, response));
  }

  static async start(): Promise<ScriptedModel> {
    const model = new ScriptedModel();
    await new Promise<void>((listening) => model.#server.listen(0, '127.0.0.1', listening));
    return model;
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((stopped) => this.#server.close(stopped));
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const asked = JSON.parse(Buffer.concat(parts).toString()) as Asked;
    this.asked.push(asked);
    const answer = this.answer(asked);
    if ('hangs' in answer) return;
    if ('status' in answer) return void response.writeHead(answer.status, { 'content-type': 'application/json' }).end('{"error":{"message":"told to fail"}}');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if ('raw' in answer) return void response.end(answer.raw);
    const chunk = (delta: object, finish: string | null): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    if ('call' in answer) {
      const { name, args } = answer.call;
      response.write(chunk({ role: 'assistant', tool_calls: [{ index: 0, id: `call_${this.asked.length}`, type: 'function', function: { name, arguments: args } }] }, null));
      return void response.end(`${chunk({}, 'tool_calls')}data: [DONE]\n\n`);
    }
    for (const word of answer.text.match(/\S+\s*/g) ?? []) {
      response.write(chunk({ content: word }, null));
      if (answer.pauseMs) await new Promise((resolve) => setTimeout(resolve, answer.pauseMs));
    }
    response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
  }
}
