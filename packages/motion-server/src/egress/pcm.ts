/** Samples in [-1, 1] as s16le; beyond it they are cut off. */
export function toPcm(samples: Float32Array): Uint8Array {
  const pcm = new DataView(new ArrayBuffer(samples.length * 2));
  for (let i = 0; i < samples.length; i++) pcm.setInt16(i * 2, Math.max(-32_768, Math.min(32_767, Math.round(samples[i]! * 32_768))), true);
  return new Uint8Array(pcm.buffer);
}
