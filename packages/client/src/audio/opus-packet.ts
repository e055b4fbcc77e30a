/** Samples at 48 kHz of the longest packet: 120 ms. */
export const MAX_PACKET_SAMPLES = 5760;

/**
 * Duration of an Opus packet in samples at 48 kHz, from its first bytes (RFC 6716, section 3.1, table 2);
 * undefined for bytes that are no packet.
 */
export function opusPacketSamples(packet: Uint8Array): number | undefined {
  const toc = packet[0];
  if (toc === undefined) return undefined;
  const count = frameCount(toc, packet);
  const samples = count === undefined ? 0 : count * frameSamples(toc >> 3);
  return samples > 0 && samples <= MAX_PACKET_SAMPLES ? samples : undefined;
}

/** SILK: 10, 20, 40, 60 ms; hybrid: 10, 20 ms; CELT: 2.5, 5, 10, 20 ms. */
function frameSamples(config: number): number {
  if (config < 12) return [480, 960, 1920, 2880][config & 3]!;
  if (config < 16) return [480, 960][config & 1]!;
  return [120, 240, 480, 960][config & 3]!;
}

function frameCount(toc: number, packet: Uint8Array): number | undefined {
  const code = toc & 3;
  if (code < 3) return code === 0 ? 1 : 2;
  return packet[1] === undefined ? undefined : packet[1] & 63;
}
