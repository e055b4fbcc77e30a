/**
 * The controller: the documented face of the engine. Joins conversations, output, poses and a transport; decides little
 * itself. Start and starvation rules are in ../timeline, sound in ../audio, drawing in ../view.
 */
export { AvatarController } from './avatar-controller.js';
export { DEFAULT_AUDIO_FORM, type AnimationState, type AvatarControllerOptions, type ControllerLog, type ControllerStats } from './options.js';
export type { FrameRateInfo } from './frame-rate.js';
export type { MicrophoneState } from './microphone-control.js';
export type { MotionSource } from './playback.js';
export type { ConversationState, PlaybackPosition, PlaybackResult } from './conversations.js';
