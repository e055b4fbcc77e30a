import { type Cloud, headerKey, startCloud, tone } from './server.js';

interface ClientEvent {
  readonly type: string;
  readonly event_id?: string;
  readonly audio?: string;
  readonly audio_end_ms?: number;
  readonly item?: { readonly id: string; readonly type: string; readonly output?: string };
  readonly response?: { readonly metadata?: unknown; readonly instructions?: string };
}

export interface RealtimeCloud extends Cloud {
  /** The microphone's sound. */
  readonly heard: Buffer[];
  /** All that was asked, but for sound. */
  readonly events: ClientEvent[];
  /** What is answered next: a text, and sound of so many milliseconds. */
  answer: { text: string; ms: number };
  /** Asked for before the next answer, once. */
  call: { name: string; args: string } | undefined;
  /** What the user is understood to have said. */
  understood: string;
}

/** Mean square of what counts as a voice, and how many quiet milliseconds end it. */
const LOUD = 300 ** 2;
const QUIET_MS = 400;

/** OpenAI's realtime WebSocket: sound answers whatever it is asked, or hears said. */
export async function startRealtime(): Promise<RealtimeCloud> {
  let id = 0;
  const server = await startCloud({
    keyOf: headerKey('authorization', 'Bearer '),
    onSocket: (socket, is) => {
      const send = (event: object): void => socket.send(JSON.stringify({ event_id: 'e', ...event }));
      let [isSpeaking, quietMs] = [false, 0];
      const ask = ({ name, args }: { name: string; args: string }, metadata?: unknown): void => {
        cloud.call = undefined;
        const n = ++id;
        const where = { response_id: `r${n}`, item_id: `i${n}`, output_index: 0 };
        const item = { id: where.item_id, type: 'function_call', status: 'completed', call_id: `c${n}`, name, arguments: args };
        send({ type: 'response.created', response: { id: where.response_id, status: 'in_progress', output: [], metadata } });
        send({ type: 'response.output_item.added', ...where, item });
        send({ type: 'conversation.item.added', item, previous_item_id: null });
        send({ type: 'response.function_call_arguments.done', ...where, call_id: item.call_id, arguments: args });
        send({ type: 'response.output_item.done', ...where, item });
        send({ type: 'response.done', response: { id: where.response_id, status: 'completed', output: [item], metadata } });
      };
      const reply = (metadata?: unknown): void => {
        if (cloud.call) return ask(cloud.call, metadata);
        const { text, ms } = cloud.answer;
        const n = ++id;
        const where = { response_id: `r${n}`, item_id: `i${n}`, output_index: 0, content_index: 0 };
        const item = { id: where.item_id, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
        send({ type: 'response.created', response: { id: where.response_id, status: 'in_progress', output: [], metadata } });
        send({ type: 'response.output_item.added', ...where, item });
        send({ type: 'conversation.item.added', item, previous_item_id: null });
        send({ type: 'response.content_part.added', ...where, part: { type: 'audio', transcript: '' } });
        for (const word of text.split(/(?= )/)) send({ type: 'response.output_audio_transcript.delta', ...where, delta: word });
        for (let at = 0; at < ms; at += 100) send({ type: 'response.output_audio.delta', ...where, delta: tone(100).toString('base64') });
        send({ type: 'response.output_audio.done', ...where });
        send({ type: 'response.output_audio_transcript.done', ...where, transcript: text });
        send({ type: 'response.content_part.done', ...where, part: { type: 'audio', transcript: text } });
        send({ type: 'response.output_item.done', ...where, item: { ...item, status: 'completed' } });
        send({ type: 'response.done', response: { id: where.response_id, status: 'completed', output: [item], metadata } });
      };
      const hear = (sound: Buffer): void => {
        cloud.heard.push(sound);
        const isLoud = meanSquare(sound) > LOUD;
        quietMs = isLoud ? 0 : quietMs + sound.length / 48;
        if (isLoud && !isSpeaking) send({ type: 'input_audio_buffer.speech_started', item_id: 'u', audio_start_ms: 0 });
        isSpeaking ||= isLoud;
        if (!isSpeaking || quietMs < QUIET_MS) return;
        isSpeaking = false;
        const item = { id: `u${++id}`, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_audio', transcript: null }] };
        send({ type: 'input_audio_buffer.speech_stopped', item_id: item.id, audio_end_ms: 0 });
        send({ type: 'input_audio_buffer.committed', item_id: item.id, previous_item_id: null });
        send({ type: 'conversation.item.added', item, previous_item_id: null });
        reply();
        // It is known late what was said, as it is there.
        send({ type: 'conversation.item.input_audio_transcription.completed', item_id: item.id, content_index: 0, transcript: cloud.understood });
      };
      socket.on('message', (data: Buffer) => {
        const event = JSON.parse(data.toString()) as ClientEvent;
        if (event.type !== 'input_audio_buffer.append') cloud.events.push(event);
        if (is.manner === 'silent') return;
        if (event.type === 'input_audio_buffer.append') hear(Buffer.from(event.audio ?? '', 'base64'));
        if (event.type === 'conversation.item.create') send({ type: 'conversation.item.added', item: event.item, previous_item_id: null });
        if (event.type !== 'response.create') return;
        if (is.manner === 'cuts') return socket.terminate();
        if (is.manner === 'babbles') return socket.send('{"type": ');
        reply(event.response?.metadata);
      });
    },
  });
  const cloud: RealtimeCloud = Object.assign(server, { heard: [], events: [], answer: { text: 'Hello there.', ms: 500 }, call: undefined, understood: 'Good morning.' });
  return cloud;
}

function meanSquare(sound: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < sound.length; at += 2) sum += sound.readInt16LE(at) ** 2;
  return (2 * sum) / Math.max(2, sound.length);
}
