import type { VoiceName } from '@visavis/agent/providers';

/** What a visitor reads of the embedded voices. */
export const VOICE_LABELS: Readonly<Record<VoiceName, string>> = {
  af_heart: 'Heart, a warm American woman', af_bella: 'Bella, a bright American woman', af_sarah: 'Sarah, an American woman',
  am_michael: 'Michael, an American man', am_fenrir: 'Fenrir, a low American man', am_puck: 'Puck, a playful American man',
  bf_emma: 'Emma, a British woman', bm_george: 'George, a British man', bm_lewis: 'Lewis, a British man',
  slt: 'Light, an American woman', rms: 'Light, an American man', awb: 'Light, a Scottish man', kal16: 'Light, a robotic man',
};
