import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { createSignalModel } from '../../../packages/motion/src/index.js';
import { resolveConfig } from '../../../packages/motion-server/src/config.js';
import { createLocalHost } from '../../../packages/motion-server/src/engine/host.js';
import { nativeOpus } from '../../../packages/motion-server/src/opus.js';
import { Session, type SessionParts } from '../../../packages/motion-server/src/session.js';
import { SharedQueue } from '../../../packages/motion-server/src/shared-queue.js';
import { ManualClock } from '../../../packages/motion-server/test/manual-clock.js';
import { opusHead, OPUS_TAGS, page } from '../../../packages/motion-server/test/ogg-writer.js';
import { decodeEnvelope, encodeEnvelope, type EnvelopeBodies } from '../../../packages/protocol/src/ingress/index.js';
import { decodeMotion } from '../../../packages/protocol/src/motion/index.js';
import { check, text, type Target } from '../target.js';
import { GOLDEN } from './golden.js';
import { joinParts, splitParts } from './messages.js';

const MAX_MESSAGES = 24;
/** Turns of the event loop that work is given to finish after the last message. */
const TURNS = 40;

/** A socket that keeps what is sent and takes it at once. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  readonly sent: Uint8Array[] = [];

  send(bytes: Uint8Array, written: () => void): void {
    this.sent.push(bytes);
    queueMicrotask(written);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  ping(): void {
    // A client that never answers: the clock stands still, so nothing waits for it.
  }

  close(code = 1000): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 3;
    queueMicrotask(() => this.emit('close', code));
  }

  terminate(): void {
    this.close(1006);
  }
}

const clock = new ManualClock(1_700_000_000_000);
let shared: SessionParts | undefined;

/** Made once, and late: the model takes a while. */
function parts(): SessionParts {
  const context = () => resolveConfig({ apps: [{ appId: 'app', apiKeys: ['key'] }], clock });
  shared ??= {
    context: context(), opus: nativeOpus(), engines: createLocalHost(createSignalModel(), true), claimPlace: () => () => undefined,
    queued: new SharedQueue(2 ** 30),
  };
  return shared;
}

/** A whole session of the Motion Server: messages in, every answer looked at. A flag marks a text frame. */
export const ingressSession: Target = {
  name: 'ingress-session',
  maxBytes: 8192,
  files: [
    'motion-server/src/session', 'motion-server/src/handshake', 'motion-server/src/request-queue', 'motion-server/src/intake',
    'motion-server/src/serve-request', 'motion-server/src/reply', 'motion-server/src/bundler', 'motion-server/src/speech-encoder', 'motion-server/src/trace',
  ],
  dictionary: ['\x0a\x01r', '\x10\x01', '\xa2\x06', '\xff\xff\xff\xff\x0f', 'OggS'].map(text),
  seeds,
  async run(input) {
    const socket = new FakeSocket();
    const session = new Session({ socket: socket as never, bytesRead: () => 0 }, { appId: 'app', avatarId: 'a', expireAt: 2e9, trace: undefined }, parts());
    for (const { flag, bytes } of splitParts(input, MAX_MESSAGES)) {
      if (socket.readyState !== socket.OPEN) break;
      // A copy: the session may keep what it was handed.
      socket.emit('message', Buffer.from(bytes), !flag);
      if (flag) await setImmediate();
    }
    for (let turn = 0, before = -1; turn < TURNS && (turn < 4 || before !== socket.sent.length); turn++) {
      before = socket.sent.length;
      await setImmediate();
    }
    socket.terminate();
    await session.closed;
    socket.sent.forEach(checkAnswer);
    check(clock.pending === 0, 'no timer outlives a session');
  },
};

function checkAnswer(bytes: Uint8Array, index: number): void {
  const answer = decodeEnvelope(bytes);
  check(answer.case === 'serverConfirmSession' ? index === 0 : index > 0 || answer.case === 'serverError', 'the first answer, and no other, confirms');
  if (answer.case === 'serverError') {
    const { message, detail } = answer.value;
    check(detail !== undefined && detail.code !== 'serverError', `no input makes the server fail: ${message}`);
    check(message !== '' && detail.hint !== '', 'an error says what is wrong and what to do');
  } else if (answer.case === 'serverResponseAnimation' && answer.value.motion) {
    check(decodeMotion(answer.value.motion).frames.length > 0, 'motion has frames');
  }
}

function seeds(): Uint8Array[] {
  const configure = (body: EnvelopeBodies['clientConfigureSession']) => encodeEnvelope('clientConfigureSession', body);
  const audio = (body: EnvelopeBodies['clientAudioInput']) => encodeEnvelope('clientAudioInput', body);
  const pcm = new Uint8Array(Int16Array.from({ length: 800 }, (_, i) => 8000 * Math.sin(i / 6)).buffer);
  const traceContext = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'k=v' };
  const all = configure({ sampleRate: 16_000, extraParams: { 'visavis.capabilities': 'audio,interrupted-end', 'visavis.fps': '60' } });
  const stream = Buffer.concat([page([opusHead()], { flags: 2 }), page([OPUS_TAGS]), page([Uint8Array.of(8, 0, 0), Uint8Array.of(8, 1, 2)], { flags: 4, granule: 900 })]);
  return [
    joinParts([all, audio({ reqId: 'a', audio: pcm }), audio({ reqId: 'a', end: true })]),
    joinParts([configure({ sampleRate: 8000 }), audio({ reqId: 'a', audio: pcm.subarray(0, 601), end: true }), encodeEnvelope('clientInterrupt', { reqId: 'a' }), audio({ reqId: 'b', audio: pcm.subarray(0, 99), end: true })]),
    joinParts([all, audio({ reqId: 'a', audio: pcm, requestOptions: { startMs: 1000, warmupMs: 40 } }), encodeEnvelope('clientInterrupt', { reqId: 'a' }), audio({ reqId: 'a', end: true })]),
    joinParts([all, audio({ reqId: 'a', audio: pcm, end: true, requestOptions: { startMs: 4_000_000, warmupMs: 40 }, traceContext })]),
    joinParts([all, audio({ reqId: 'a', audio: pcm, requestOptions: { emotion: 'sad', emotionIntensity: 1 } }), audio({ reqId: 'a', audio: pcm, end: true, requestOptions: { words: [{ text: 'up', startMs: 50, endMs: 90 }], phonemes: [{ text: 'p', startMs: 70, endMs: 90 }] } })]),
    joinParts([configure({ sampleRate: 48_000, audioFormat: 1 }), audio({ reqId: 'o', audio: stream.subarray(0, 70) }), audio({ reqId: 'o', audio: stream.subarray(70), end: true })]),
    joinParts(GOLDEN.envelope),
    joinParts(GOLDEN.envelope.slice(1)),
  ];
}
