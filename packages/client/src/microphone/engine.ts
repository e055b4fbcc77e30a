/**
 * The microphone: what the user says, in pieces a transport can send. Loaded when it is first switched on.
 * Knows no network and no playback; echo is cancelled by the browser.
 */
export { BROWSER_MICROPHONE, type MicrophoneDevice } from './device.js';
export { createSpeechEncoder } from './encoder.js';
export { Microphone } from './microphone.js';
