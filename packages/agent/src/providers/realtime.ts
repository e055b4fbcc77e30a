/**
 * OpenAI's realtime model by its plugin, made safe: the plugin listens to no error of its socket before it is open, and parses
 * what comes outside of any guard, so that a refused key or a broken message would end the whole process.
 */
import { type llm, waitForWebSocketOpen } from '@livekit/agents';
import type { realtime } from '@livekit/agents-plugin-openai';
import { VisavisError } from '@visavis/protocol/errors';
import { WebSocket } from 'ws';

const OFFICIAL = 'https://api.openai.com/v1';

export interface RealtimeOptions {
  readonly model: string;
  readonly voice: string;
  readonly apiKey: string;
  readonly baseURL?: string;
  /** For the connection, in milliseconds. */
  readonly timeoutMs: number;
}

export function realtimeModel(plugin: typeof realtime, { timeoutMs, ...options }: RealtimeOptions): llm.RealtimeModel {
  const { apiKey, baseURL = OFFICIAL, model: name } = options;
  const model = new plugin.RealtimeModel({ ...options, connOptions: { maxRetry: 2, retryIntervalMs: 1_000, timeoutMs } });
  const url = plugin.processBaseURL({ baseURL, model: name, isAzure: false });
  class Session extends plugin.RealtimeSession {}
  // Private in the plugin's types; there is no other seam.
  Object.defineProperty(Session.prototype, 'createWsConn', {
    value(this: llm.RealtimeSession) {
      return open(url, apiKey, timeoutMs, (error) => this.emit('error', { type: 'realtime_model_error', timestamp: Date.now(), label: 'openai.realtime', error, recoverable: false }));
    },
  });
  model.session = () => new Session(model);
  return model;
}

async function open(url: string, apiKey: string, timeoutMs: number, onError: (error: Error) => void): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${apiKey}` }, handshakeTimeout: timeoutMs });
  try {
    await waitForWebSocketOpen(socket, 'OpenAI');
  } catch (error) {
    onError(error as Error);
    throw error;
  }
  guardMessages(socket, onError);
  return socket;
}

/** Only whole JSON reaches the plugin's handler; what is none is told once and ends the connection. */
function guardMessages(socket: WebSocket, onError: (error: Error) => void): void {
  socket.on('error', () => undefined);
  Object.defineProperty(socket, 'onmessage', {
    set(handler: (message: { data: string }) => void) {
      socket.on('message', (data: Buffer) => {
        const text = data.toString();
        if (isJson(text)) return handler({ data: text });
        onError(new VisavisError('providerFailed', 'the language model sent what is no message: try again, or choose llm: embedded'));
        socket.close();
      });
    },
  });
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
