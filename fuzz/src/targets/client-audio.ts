import { encodeEnvelope, type ServerResponseAnimation } from '../../../packages/protocol/src/ingress/index.js';
import { decodeMotion } from '../../../packages/protocol/src/motion/index.js';
import { OggOpusReader } from '../../../packages/protocol/src/ogg/index.js';
import { readAudio, readResponse, type AudioInput } from '../../../packages/client/src/audio/audio-input.js';
import { opusPacketSamples } from '../../../packages/client/src/audio/opus-packet.js';
import { OpusQueue } from '../../../packages/client/src/audio/opus-queue.js';
import { check, expecting, text, type Target } from '../target.js';
import { GOLDEN } from './golden.js';
import { joinParts, splitParts } from './messages.js';

const MAX_MESSAGES = 32;
/** As the queue promises: a longer gap than 10 s is refused. */
const MAX_SILENCE = 480_000 + 48_000;
const FORMS = [{ sampleRate: 16_000, inputAudioFormat: 'pcm' }, { sampleRate: 48_000, inputAudioFormat: 'opus' }] as const;

/** What a page hands to the client of one utterance: envelopes, bare Opus packets, PCM, and where packets belong. */
export const clientAudio: Target = {
  name: 'client-audio',
  maxBytes: 4096,
  files: ['client/src/audio/audio-input.', 'client/src/audio/opus-packet.', 'client/src/audio/opus-queue.', 'protocol/src/ogg/ogg-opus-reader.', 'protocol/src/ogg/ogg-reader.'],
  dictionary: ['\x08\x05\x32', 'OggS', '\xff\xff\xff\xff\x0f', '\x0b\x01', '\x03\x30'].map(text),
  seeds: () => [
    joinParts([envelope(0, 2), envelope(960 * 2 - 312, 2), envelope(960 * 4 - 312, 1, true)]),
    joinParts([envelope(960 - 312, 1), envelope(0, 1), envelope(100_000, 1), Uint8Array.of(8, 1, 2)]),
    joinParts([text('OggS\0\x02'), Uint8Array.of(248, 1, 2)]),
    joinParts(GOLDEN.envelope.filter((bytes) => bytes[1] === 5)),
  ],
  run(input) {
    const queue = new OpusQueue();
    const ogg = new OggOpusReader();
    for (const { flag, bytes } of splitParts(input, MAX_MESSAGES)) {
      const received = expecting(['invalidAudioInput'], () => readAudio(bytes, FORMS[flag ? 1 : 0]));
      if (received?.kind === 'envelope') take(queue, received.response);
      else if (received?.kind === 'bytes') takeBytes(queue, ogg, received.bytes);
      else if (received) takeAudio(queue, received);
      const response = expecting(['invalidAnimationData'], () => readResponse(bytes));
      if (received?.kind === 'envelope') check(response !== undefined, 'what is taken for an envelope is one');
    }
    drain(queue);
  },
};

function envelope(firstSample: number, count: number, last = false): Uint8Array {
  const packets = Array.from({ length: count }, (_, i) => Uint8Array.of(8, i, 1, 2));
  return encodeEnvelope('serverResponseAnimation', {
    connectionId: 'c', reqId: 'r', audio: { sampleRate: 16_000, packetMs: 20, firstSample, preSkip: 312, packets, last, totalSamples: last ? 4000 : 0 },
  });
}

function take(queue: OpusQueue, { audio, motion }: ServerResponseAnimation): void {
  if (audio) takeAudio(queue, { kind: 'opus', audio });
  if (motion) expecting(['invalidAnimationData'], () => decodeMotion(motion));
}

/** One packet, or a piece of an Ogg stream. */
function takeBytes(queue: OpusQueue, ogg: OggOpusReader, bytes: Uint8Array): void {
  expecting(['invalidAudioInput'], () => queue.append(bytes, { preSkip: 0, totalSamples: undefined }));
  const pieces = expecting(['invalidAudioInput'], () => ogg.push(bytes)) ?? [];
  for (const { packet, preSkip, totalSamples } of pieces) expecting(['invalidAudioInput'], () => queue.append(packet, { preSkip, totalSamples }));
}

function takeAudio(queue: OpusQueue, input: AudioInput): void {
  if (input.kind !== 'opus') return;
  const { packets, ...rest } = input.audio;
  for (const packet of packets) check((opusPacketSamples(packet) ?? 1) <= 5760, 'no packet is over 120 ms');
  const before = { bytes: queue.byteLength, next: queue.receivedSamples };
  const totalSamples = rest.last ? rest.totalSamples : undefined;
  const taken = expecting(['invalidAudioInput'], () => {
    queue.push({ packets, ...rest, totalSamples });
    return true;
  });
  if (!taken) check(queue.byteLength === before.bytes && queue.receivedSamples === before.next, 'a chunk that is refused changes nothing');
}

function drain(queue: OpusQueue): void {
  for (let item = queue.shift(); item; item = queue.shift()) {
    const samples = 'packet' in item ? item.samples : item.silence;
    check(samples > 0 && samples <= ('packet' in item ? 5760 : MAX_SILENCE), 'every item has a length that can be played');
  }
  check(queue.isEmpty && queue.byteLength === 0, 'a queue that is empty holds nothing');
}
