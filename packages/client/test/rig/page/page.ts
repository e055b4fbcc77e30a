/**
 * The page behind the browser tests and the still maker: offers the client's rendering modules to the test as `renderModules`.
 * Tests drive it with `page.evaluate`; it does nothing by itself.
 */
import * as face from '@visavis/face';
import * as three from 'three';
import * as avatar from '../../../src/avatar/index.js';
import * as store from '../../../src/avatar/store.js';
import * as look from '../../../src/look/index.js';
import { GlbRig, loadGlbRig } from '../../../src/rig/glb-rig.js';
import * as rigs from '../../../src/rig/index.js';
import * as view from '../../../src/view/index.js';
import * as formats from './formats.js';

const rig = { ...rigs, GlbRig, loadGlbRig };
const modules = { face, three, avatar, look, store, rig, view, formats };

declare global {
  var renderModules: typeof modules;
}

globalThis.renderModules = modules;
document.documentElement.dataset['ready'] = 'yes';
