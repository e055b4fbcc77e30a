/** Sample rates of PCM requests, Hz. */
export const INGRESS_SAMPLE_RATES: readonly number[] = [8000, 16000, 22050, 24000, 32000, 44100, 48000];
/** Sample rates of Ogg Opus requests, Hz. */
export const OPUS_SAMPLE_RATES: readonly number[] = [8000, 12000, 16000, 24000, 48000];
