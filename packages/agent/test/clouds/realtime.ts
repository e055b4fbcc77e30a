import { type Cloud, headerKey, startCloud, tone } from './server.js';

interface ClientEvent {
  readonly type: string;
  readonly event_id?: string;
  readonly audio?: string;
  readonly item?: { readonly id: string };
  readonly response?: { readonly metadata?: unknown };
}

/** OpenAI's realtime WebSocket: half a second of sound answers whatever it is asked. */
export async function startRealtime(): Promise<Cloud & { heard: Buffer[] }> {
  const heard: Buffer[] = [];
  const cloud = await startCloud({
    keyOf: headerKey('authorization', 'Bearer '),
    onSocket: (socket, is) => {
      const send = (event: object): void => socket.send(JSON.stringify({ event_id: 'e', ...event }));
      socket.on('message', (data: Buffer) => {
        const event = JSON.parse(data.toString()) as ClientEvent;
        if (event.type === 'input_audio_buffer.append') heard.push(Buffer.from(event.audio ?? '', 'base64'));
        if (is.manner === 'silent') return;
        if (event.type === 'conversation.item.create') send({ type: 'conversation.item.added', item: event.item, previous_item_id: null });
        if (event.type !== 'response.create') return;
        if (is.manner === 'cuts') return socket.terminate();
        if (is.manner === 'babbles') return socket.send('{"type": ');
        const where = { response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 };
        const item = { id: 'i1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
        send({ type: 'response.created', response: { id: 'r1', status: 'in_progress', output: [], metadata: event.response?.metadata } });
        send({ type: 'response.output_item.added', ...where, item });
        send({ type: 'conversation.item.added', item, previous_item_id: null });
        send({ type: 'response.content_part.added', ...where, part: { type: 'audio', transcript: '' } });
        send({ type: 'response.output_audio_transcript.delta', ...where, delta: 'Hello there.' });
        send({ type: 'response.output_audio.delta', ...where, delta: tone(500).toString('base64') });
        send({ type: 'response.output_audio.done', ...where });
        send({ type: 'response.output_audio_transcript.done', ...where, transcript: 'Hello there.' });
        send({ type: 'response.content_part.done', ...where, part: { type: 'audio', transcript: 'Hello there.' } });
        send({ type: 'response.output_item.done', ...where, item: { ...item, status: 'completed' } });
        send({ type: 'response.done', response: { id: 'r1', status: 'completed', output: [item], metadata: event.response?.metadata } });
      });
    },
  });
  return Object.assign(cloud, { heard });
}
