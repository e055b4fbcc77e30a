import { expect, it } from 'vitest';
import type { AudioState } from './output.js';
import { unlockOnGesture } from './unlock.js';

it('unlocks at a gesture whenever sound is locked, until stopped', () => {
  const target = new EventTarget();
  const unlockable = {
    audioState: 'uninitialized' as AudioState,
    calls: 0,
    initializeAudioContext() {
      this.calls++;
      this.audioState = 'running';
      return Promise.resolve(this.audioState);
    },
  };
  const stop = unlockOnGesture(unlockable, target);
  target.dispatchEvent(new Event('pointerup'));
  target.dispatchEvent(new Event('keydown'));
  expect(unlockable.calls).toBe(1);
  unlockable.audioState = 'locked';
  target.dispatchEvent(new Event('touchend'));
  expect(unlockable.calls).toBe(2);
  unlockable.audioState = 'locked';
  stop();
  target.dispatchEvent(new Event('pointerup'));
  expect(unlockable.calls).toBe(2);
});
