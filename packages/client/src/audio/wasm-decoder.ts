import { VisavisError } from '@visavis/protocol/errors';
import { OpusDecoder as Wasm } from 'opus-decoder';
import type { DecoderSink, OpusDecoder } from './decoder.js';

/** Opens libopus in WebAssembly. Loaded where a browser has no decoder, or its own has given up. */
export async function openWasmDecoder(sink: DecoderSink): Promise<OpusDecoder> {
  const wasm = new Wasm({ channels: 1, streamCount: 1, coupledStreamCount: 0, channelMappingTable: [0] });
  await wasm.ready;
  let closed = false;
  return {
    decode: (packet, samples) => {
      if (!closed) decodeWith(wasm, packet, samples, sink);
    },
    flush: () => Promise.resolve(),
    close: () => {
      if (!closed) wasm.free();
      closed = true;
    },
  };
}

interface WasmDecoder {
  decodeFrame(packet: Uint8Array): { readonly channelData: Float32Array[]; readonly samplesDecoded: number };
}

function decodeWith(wasm: WasmDecoder, packet: Uint8Array, samples: number, sink: DecoderSink): void {
  const { channelData, samplesDecoded } = wasm.decodeFrame(packet);
  if (samplesDecoded > 0) return sink.onSamples(channelData[0]!.slice(0, samplesDecoded));
  sink.onError(new VisavisError('invalidAudioInput', 'an Opus packet is damaged; it is replaced by silence'));
  sink.onSamples(new Float32Array(samples));
}
