import type { AvatarController, Transport } from '@visavis/client';

const REFRESH_MS = 250;
/** Less speech than this says little about its rate, in milliseconds. */
const MIN_SPEECH_MS = 1_000;

export interface PanelParts {
  readonly link: HTMLElement;
  readonly rate: HTMLElement;
  readonly skew: HTMLElement;
}

/**
 * Shows the connection, what a second of the utterance weighs (it comes faster than it is heard, so bytes by the clock
 * would say more), and how far the mouth is from the sound. The weight stays until the next utterance.
 */
export function showPanel(controller: AvatarController, transport: Transport, { link, rate, skew }: PanelParts): { utteranceEnded(): void } {
  let before = 0;
  setInterval(() => {
    const { connectionState, avOffsetMs, bufferedAudioMs, bufferedMotionMs } = controller.stats();
    link.textContent = connectionState;
    link.dataset['state'] = connectionState;
    const speechMs = controller.getAudioTime() + Math.max(bufferedAudioMs, bufferedMotionMs);
    if (controller.presence !== 'speaking') before = transport.bytesReceived;
    else if (speechMs >= MIN_SPEECH_MS) rate.textContent = `${((transport.bytesReceived - before) / speechMs).toFixed(1)} KB/s`;
    skew.textContent = avOffsetMs === undefined ? '–' : `${Math.round(avOffsetMs)} ms`;
  }, REFRESH_MS);
  return { utteranceEnded: () => { before = transport.bytesReceived; } };
}
