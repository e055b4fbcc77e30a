/**
 * The page behind the engine's browser tests: the client, and a way to hear what it plays.
 * Tests drive it with `page.evaluate`; it does nothing by itself.
 */
import * as audio from '../../../src/audio/index.js';
import * as opus from '../../../src/audio/opus-decoder.js';
import * as client from '../../../src/index.js';
import * as fakes from '../../../src/test/index.js';
import { RecordingDevice } from './recording-device.js';

const modules = { audio, opus, client, fakes, RecordingDevice };

declare global {
  var engine: typeof modules;
}

globalThis.engine = modules;
document.documentElement.dataset['ready'] = 'yes';
