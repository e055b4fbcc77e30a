import { type Cloud, headerKey, startCloud, tone } from './server.js';

interface Message {
  readonly transcript: string;
  readonly context_id: string;
  readonly continue: boolean;
}

/** Cartesia's WebSocket: a hundred milliseconds of sound for each word, with the words' times. */
export async function startCartesia(): Promise<Cloud & { said: string[] }> {
  const said: string[] = [];
  const cloud = await startCloud({
    keyOf: headerKey('x-api-key'),
    onSocket: (socket, is) => {
      let spoken = 0;
      socket.on('message', (data: Buffer) => {
        const { transcript, context_id, continue: goesOn } = JSON.parse(data.toString()) as Message;
        if (is.manner === 'silent') return;
        const send = (message: object): void => socket.send(JSON.stringify({ context_id, done: false, status_code: 206, ...message }));
        if (!goesOn) return is.manner === 'babbles' ? undefined : send({ type: 'done', done: true, status_code: 200 });
        said.push(transcript);
        if (is.manner === 'babbles') return socket.send('not json');
        const words = transcript.trim().split(' ');
        send({ type: 'timestamps', word_timestamps: { words, start: words.map((_, i) => (spoken + i) / 10), end: words.map((_, i) => (spoken + i + 1) / 10) } });
        spoken += words.length;
        send({ type: 'chunk', data: tone(words.length * 100).toString('base64'), step_time: 1 });
        if (is.manner === 'cuts') socket.terminate();
      });
    },
  });
  return Object.assign(cloud, { said });
}
