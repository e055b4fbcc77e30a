import type { AudioFrame } from '@livekit/rtc-node';
import type { Emotion } from '@visavis/protocol/ingress';
import { SpokenWords } from '../speech/spoken-words.js';

/** Where a frame carries its utterance's plan. */
const KEY = 'visavis.plan';

/** What is known of an utterance besides its sound; it grows while the text comes in. Rides on every frame of it. */
export interface UtterancePlan {
  readonly words: SpokenWords;
  emotion: Emotion | undefined;
  /** The reply it is part of was cut: what still comes of it is not heard. */
  isCut: boolean;
}

export function createPlan(): UtterancePlan {
  return { words: new SpokenWords(), emotion: undefined, isCut: false };
}

export function attachPlan(frame: AudioFrame, plan: UtterancePlan): void {
  frame.userdata[KEY] = plan;
}

export function planOf(frame: AudioFrame): UtterancePlan | undefined {
  return frame.userdata[KEY] as UtterancePlan | undefined;
}
