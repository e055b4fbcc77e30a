/** What `@visavis/client/microphone` gives: the browser's microphone, for one of your own with something in between. */
export { openMicrophone, type Capture, type MicrophoneChoice, type MicrophoneDevice } from './device.js';
