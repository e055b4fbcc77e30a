/**
 * The microphone: what the user says, in pieces a transport can send. Loaded when it is first switched on.
 * Knows no network and no playback; echo is cancelled by the browser.
 */
export { BROWSER_MICROPHONE, openMicrophone, type Capture, type MicrophoneChoice, type MicrophoneDevice } from './device.js';
export { createPcmEncoder, createSpeechEncoder, type CreateSpeechEncoder, type SpeechEncoder } from './encoder.js';
export { Microphone, type MicrophoneOptions } from './microphone.js';
