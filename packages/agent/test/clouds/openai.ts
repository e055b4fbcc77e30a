import type { ServerResponse } from 'node:http';
import { type Cloud, headerKey, type Manner, startCloud, tone } from './server.js';

/** OpenAI's HTTP: chat completions by server-sent events, speech, and transcriptions. */
export async function startOpenAi(): Promise<Cloud & { bodies: string[] }> {
  const bodies: string[] = [];
  const cloud = await startCloud({
    keyOf: headerKey('authorization', 'Bearer '),
    onRequest: ({ url = '' }, body, response, manner) => {
      bodies.push(body.toString('latin1'));
      if (manner === 'silent') return;
      if (url.endsWith('/chat/completions')) chat(response, manner);
      else if (url.endsWith('/audio/speech')) speech(response, manner, (JSON.parse(body.toString()) as { input: string }).input);
      else if (url.endsWith('/audio/transcriptions')) transcription(response, manner);
      else response.writeHead(404).end();
    },
  });
  return Object.assign(cloud, { bodies });
}

function chat(response: ServerResponse, manner: Manner): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta: object, finish_reason: string | null = null): string => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  if (manner === 'babbles') return void response.end('data: {"choices": [{"del\n\ndata: <html>\n\n');
  response.write(chunk({ role: 'assistant', content: 'Hello ' }));
  if (manner === 'cuts') return void setTimeout(() => response.destroy(), 20);
  response.write(chunk({ content: 'there.' }));
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
}

function speech(response: ServerResponse, manner: Manner, text: string): void {
  if (manner === 'babbles') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
  const sound = tone(text.length * 10);
  response.writeHead(200, { 'content-type': 'audio/pcm', 'content-length': sound.length });
  if (manner === 'cuts') return void response.write(sound.subarray(0, 480), () => response.destroy());
  response.end(sound);
}

function transcription(response: ServerResponse, manner: Manner): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  if (manner === 'cuts') return void response.write('{"te', () => response.destroy());
  response.end(manner === 'babbles' ? '<html>' : JSON.stringify({ text: ' Hello there. ' }));
}
