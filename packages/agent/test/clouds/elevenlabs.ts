import { type Cloud, headerKey, startCloud, tone } from './server.js';

interface Message {
  readonly text?: string;
  readonly context_id: string;
  readonly flush?: boolean;
  readonly close_context?: boolean;
}

/** ElevenLabs' multi-context WebSocket: ten milliseconds of sound for each letter, with the letters' times. */
export async function startElevenLabs(): Promise<Cloud & { said: string[] }> {
  const said: string[] = [];
  const cloud = await startCloud({
    keyOf: headerKey('xi-api-key'),
    onSocket: (socket, is) => {
      let letters = 0;
      socket.on('message', (data: Buffer) => {
        const { text, context_id: contextId, close_context: closes } = JSON.parse(data.toString()) as Message;
        if (is.manner === 'silent') return;
        if (closes) return socket.send(JSON.stringify({ contextId, isFinal: true }));
        if (!text?.trim()) return;
        said.push(text);
        if (is.manner === 'babbles') return socket.send('not json');
        const chars = [...text];
        const charStartTimesMs = chars.map(() => 10 * letters++);
        socket.send(JSON.stringify({ contextId, audio: tone(chars.length * 10).toString('base64'), normalizedAlignment: { chars, charStartTimesMs, charDurationsMs: chars.map(() => 10) } }));
        if (is.manner === 'cuts') socket.terminate();
      });
    },
  });
  return Object.assign(cloud, { said });
}
