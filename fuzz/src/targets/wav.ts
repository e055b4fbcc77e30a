import { parseWav, type Pcm } from '../../../packages/motion/src/index.js';
import { check, expecting, sameBytes, text, type Target } from '../target.js';

/** RIFF WAVE files. */
export const wav: Target = {
  name: 'wav',
  maxBytes: 2048,
  files: ['motion/src/wav.'],
  dictionary: ['RIFF', 'WAVE', 'fmt ', 'data', 'LIST', '\x10\0\0\0', '\xfe\xff', '\xff\xff\xff\xff', '\xf8\xff\xff\xff'].map(text),
  seeds: () => [
    wavFile({ sampleRate: 16_000, samples: Int16Array.of(1, -2, 3) }),
    wavFile({ sampleRate: 48_000, samples: Int16Array.of(1, -2, 3, 32_767, -32_768, 0) }, 2, 'LIST\x03\0\0\0abc\0'),
    wavFile({ sampleRate: 8000, samples: new Int16Array(16) }, 8),
  ],
  run(input) {
    const pcm = expecting(['invalidWav'], () => parseWav(input));
    if (!pcm) return;
    check(pcm.samples.length * 2 <= input.length, 'there are no more samples than bytes');
    const again = parseWav(wavFile(pcm));
    check(again.sampleRate === pcm.sampleRate && sameBytes(bytesOf(again), bytesOf(pcm)), 'a file comes back as it was written');
  },
};

const bytesOf = ({ samples }: Pcm): Uint8Array => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

function wavFile(pcm: Pcm, channels = 1, before = ''): Uint8Array {
  const head = Buffer.alloc(36);
  head.write('RIFF', 0, 'latin1');
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(pcm.sampleRate, 24);
  head.writeUInt16LE(16, 34);
  const data = Buffer.alloc(8);
  data.write('data', 0, 'latin1');
  data.writeUInt32LE(pcm.samples.byteLength, 4);
  return new Uint8Array(Buffer.concat([head, text(before), data, bytesOf(pcm)]));
}
