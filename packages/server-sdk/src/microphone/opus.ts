/** What a microphone's Opus is decoded to. */
export const MICROPHONE_RATE = 16_000;

/** Turns the Opus packets of one microphone into mono samples at 16 kHz. */
export interface PacketDecoder {
  /** Samples in [-1, 1]; empty where the packet is damaged. Only valid until the next call. */
  decode(packet: Uint8Array): Float32Array;
  close(): void;
}

export type CreatePacketDecoder = () => Promise<PacketDecoder>;

/** libopus in WebAssembly, loaded when the first packet comes: it needs no native module and no build. */
export const createPacketDecoder: CreatePacketDecoder = async () => {
  const { OpusDecoder } = await import('opus-decoder');
  const wasm = new OpusDecoder({ sampleRate: MICROPHONE_RATE, channels: 1, streamCount: 1, coupledStreamCount: 0, channelMappingTable: [0] });
  await wasm.ready;
  return {
    decode(packet) {
      const { channelData, samplesDecoded } = wasm.decodeFrame(packet);
      return channelData[0]?.subarray(0, samplesDecoded) ?? new Float32Array(0);
    },
    close: () => wasm.free(),
  };
};
