import type { AudioState } from './output.js';

/** What a tap unlocks. */
export interface Unlockable {
  readonly audioState: AudioState;
  initializeAudioContext(): Promise<AudioState>;
}

/** Gestures that browsers accept as leave to make sound. */
const GESTURES = ['pointerup', 'touchend', 'keydown'] as const;

/**
 * Unlocks sound at taps and key presses on `target` (the whole page by default): the first, and any after the system
 * took the device away, as phones do for a call. Returns a function that stops listening; call it with `dispose`.
 */
export function unlockOnGesture(unlockable: Unlockable, target: EventTarget = document): () => void {
  const unlock = (): void => {
    if (unlockable.audioState !== 'running') void unlockable.initializeAudioContext();
  };
  for (const gesture of GESTURES) target.addEventListener(gesture, unlock, { passive: true });
  return () => {
    for (const gesture of GESTURES) target.removeEventListener(gesture, unlock);
  };
}
