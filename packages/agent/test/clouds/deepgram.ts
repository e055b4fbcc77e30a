import { type Cloud, headerKey, startCloud } from './server.js';

const SECOND = 32_000; // bytes of 16 kHz mono

/** Deepgram's live transcription: after a second of sound a text so far, after two the one that counts. */
export async function startDeepgram(): Promise<Cloud & { heard: Buffer[] }> {
  const heard: Buffer[] = [];
  const cloud = await startCloud({
    keyOf: headerKey('authorization', 'Token '),
    onSocket: (socket, is) => {
      let bytes = 0;
      const result = (transcript: string, final: boolean): void => socket.send(JSON.stringify({
        type: 'Results', is_final: final, speech_final: final, metadata: { request_id: 'r1' },
        channel: { alternatives: [{ transcript, confidence: 0.9, words: [{ word: 'hello', punctuated_word: 'Hello', start: 0.1, end: 0.4, confidence: 0.9 }] }] },
      }));
      socket.on('message', (data: Buffer, isBinary) => {
        if (!isBinary) return JSON.parse(data.toString()).type === 'CloseStream' ? socket.close() : undefined;
        heard.push(data);
        const before = bytes;
        bytes += data.length;
        const passes = (seconds: number): boolean => before < seconds * SECOND && bytes >= seconds * SECOND;
        if (is.manner === 'silent') return;
        if (passes(1)) {
          if (is.manner === 'babbles') socket.send('{"type": "Results", ');
          else if (is.manner === 'cuts') socket.terminate();
          else result('Hello', false);
        }
        if (passes(2) && is.manner === 'well') result('Hello there.', true);
      });
    },
  });
  return Object.assign(cloud, { heard });
}
