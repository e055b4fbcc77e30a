/**
 * The timeline: what is shown at each moment of the speech that is heard. Pure: time and sound come from outside.
 * Audio is in ../audio, whoever brings speech in ../controller, whoever shows the pose in ../view.
 */
export { SYSTEM_TIMER, type PlaybackClock, type Timer } from './clock.js';
export { MotionTrack, MAX_TRACK_FRAMES, type AddResult, type MotionRows } from './motion-track.js';
export { Lateness, MAX_DELAY_MS, StartDelay } from './start-delay.js';
export { mustStandIn, mustWaitForMotion, START_BUFFER_MS, START_PATIENCE_MS, startsAtMs, type FrameStarvationMode, type Supply } from './policy.js';
export { PosePlayer, ATTACK_MS, RELEASE_MS, type HeardSpeech } from './pose-player.js';
export { PRESENCES, type Presence } from './presence.js';
export { Captions, type ActiveCaption, type Caption, type CaptionWord } from './captions.js';
