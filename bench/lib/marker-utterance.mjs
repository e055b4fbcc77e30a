/** The marker utterance as messages of a backend: PCM as it is, or Opus as the built Motion Server sends it. */
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { markerMotion, markerPcm } from './marker.mjs';
import { openSession } from './motion-server.mjs';

const PIECE_MS = 100;
/** Places in Opus are counted at 48 kHz, whatever the session's rate. */
const OPUS_SAMPLES_PER_MS = 48;

/** `pcm`: other sound in place of the marker's. */
export async function markerUtterance({ codec, sampleRate, ms, hums, server, token, pcm = markerPcm(sampleRate, ms, hums) }) {
  const audio = codec === 'pcm' ? pcmMessages(pcm, sampleRate) : await opusMessages(pcm, sampleRate, server, token);
  const motion = markerMotion('marker', ms).map(({ atMs, bytes, end }) => ({
    atMs, kind: 'motion', message: { kind: 'envelope', connectionId: 'bench', bytes, end, hasAudio: false, interrupted: false },
  }));
  return [...audio, ...motion].sort((a, b) => a.atMs - b.atMs || (a.kind === 'audio' ? -1 : 1));
}

function pcmMessages(pcm, sampleRate) {
  const size = (sampleRate * PIECE_MS * 2) / 1000;
  return Array.from({ length: Math.ceil(pcm.length / size) }, (_, i) => ({
    atMs: i * PIECE_MS, kind: 'audio',
    message: { kind: 'pcm', connectionId: 'bench', pcm: pcm.subarray(i * size, (i + 1) * size), sampleRate, end: (i + 1) * size >= pcm.length },
  }));
}

/** The server's own audio, each message without the motion it may bring along. */
async function opusMessages(pcm, sampleRate, server, token) {
  const messages = [];
  let finish;
  const done = new Promise((resolve) => { finish = resolve; });
  const onReply = ({ audio, end }) => {
    if (audio) messages.push(opusMessage(audio));
    if (end) finish();
  };
  const socket = await openSession(server, token, { sampleRate, capabilities: 'audio', onReply });
  socket.send(encodeEnvelope('clientAudioInput', { reqId: 'marker', audio: pcm, end: true }));
  await done;
  socket.close();
  return messages;
}

function opusMessage(audio) {
  const bytes = encodeEnvelope('serverResponseAnimation', { connectionId: 'bench', reqId: 'marker', audio, end: false });
  return {
    atMs: audio.firstSample / OPUS_SAMPLES_PER_MS, kind: 'audio',
    message: { kind: 'envelope', connectionId: 'bench', bytes, end: audio.last, hasAudio: true, interrupted: false },
  };
}
