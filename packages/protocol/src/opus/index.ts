/** Opus packets to samples, in backends: what a microphone sends, what a Motion Server answers. Clients have their own, by WebCodecs. */

/** Turns the Opus packets of one stream into mono samples. */
export interface PacketDecoder {
  /** Samples in [-1, 1]; empty where the packet is damaged. Only valid until the next call. */
  decode(packet: Uint8Array): Float32Array;
  close(): void;
}

export type CreatePacketDecoder = () => Promise<PacketDecoder>;

/** libopus in WebAssembly, loaded when it is first asked for: it needs no native module and no build. */
export async function createPacketDecoder(sampleRate: 8_000 | 12_000 | 16_000 | 24_000 | 48_000): Promise<PacketDecoder> {
  const { OpusDecoder } = await import('opus-decoder');
  const wasm = new OpusDecoder({ sampleRate, channels: 1, streamCount: 1, coupledStreamCount: 0, channelMappingTable: [0] });
  await wasm.ready;
  return {
    decode(packet) {
      const { channelData, samplesDecoded } = wasm.decodeFrame(packet);
      return channelData[0]?.subarray(0, samplesDecoded) ?? new Float32Array(0);
    },
    close: () => wasm.free(),
  };
}
