/**
 * A page that speaks as soon as it is loaded, before anybody has touched it. Tells by console what happens, because
 * a test's own `evaluate` counts as a gesture and would unlock it.
 */
import { AvatarController, unlockOnGesture } from '../../../src/index.js';

const tell = (event: string, value: unknown): void => globalThis.console.info(JSON.stringify({ event, value }));

const controller = new AvatarController();
unlockOnGesture(controller);
controller.onAudioState = (state) => tell('state', state);
controller.onError = ({ code, retryable }) => tell('error', { code, retryable, playedMs: controller.getAudioTime() });
controller.onPlaybackFinished = ({ playedMs }) => tell('finished', playedMs);
controller.yieldAudioData(new Uint8Array(32_000), true);
