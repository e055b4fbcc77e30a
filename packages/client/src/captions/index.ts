/** Captions on a page: what is said, as text that everyone can follow. When which word is said is told by ../timeline. */
export { renderCaptions, type CaptionSource } from './render-captions.js';
