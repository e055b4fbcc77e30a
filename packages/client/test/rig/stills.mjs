/**
 * Renders stills with the client's own view, to be looked at:
 *   node packages/client/test/rig/stills.mjs OUT_FOLDER [AVATAR_ID | FILE.glb] [WIDTHxHEIGHT] [POSE,POSE...] [OPTIONS_JSON]
 * OPTIONS_JSON: `{camera, quality, background, framing}`, as the view takes them.
 * With `thumbnail` in place of the poses it writes OUT_FOLDER/thumbnail.webp, the picture beside a manifest.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { runnerImport } from 'vite';

/** Faces worth looking at, by channel name. */
const POSES = {
  neutral: {},
  jaw: { jawOpen: 0.5 },
  oo: { mouthFunnel: 0.4, mouthPucker: 0.7, jawOpen: 0.12 },
  ee: {
    mouthSmileLeft: 0.35, mouthSmileRight: 0.35, mouthStretchLeft: 0.5, mouthStretchRight: 0.5, jawOpen: 0.1,
    mouthLowerDownLeft: 0.5, mouthLowerDownRight: 0.5, mouthUpperUpLeft: 0.3, mouthUpperUpRight: 0.3,
  },
  mm: { mouthPressLeft: 0.5, mouthPressRight: 0.5, mouthRollLower: 0.4, mouthRollUpper: 0.3 },
  blink: { eyeBlinkLeft: 1, eyeBlinkRight: 1 },
  smile: { mouthSmileLeft: 0.8, mouthSmileRight: 0.8 },
  turned: {
    headYaw: 0.4, headPitch: 0.08, headRoll: 0.06, eyeLookInLeft: 0.45, eyeLookOutRight: 0.45,
    mouthSmileLeft: 0.25, mouthSmileRight: 0.25, jawOpen: 0.12,
  },
  aside: { eyeLookOutLeft: 0.6, eyeLookInRight: 0.6, eyeLookUpLeft: 0.2, eyeLookUpRight: 0.2 },
  thumbnail: { mouthSmileLeft: 0.3, mouthSmileRight: 0.3, headYaw: 0.06, headRoll: 0.03 },
};

const [out, id = 'ava', size = '720x800', names = 'neutral,jaw,oo,ee,mm,blink,smile,turned', options = '{}'] = process.argv.slice(2);
if (!out) throw new Error('usage: node stills.mjs OUT_FOLDER [AVATAR_ID | FILE.glb] [WIDTHxHEIGHT] [POSE,POSE...] [OPTIONS_JSON]');
const [width, height] = size.split('x').map(Number);

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const helper = await runnerImport(join(root, 'test/browser.ts'), { tsconfig: join(root, 'tsconfig.base.json') });
const { launchBrowser, serveWithVite } = helper.module;
const server = await serveWithVite();
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width, height } });
  page.on('pageerror', (error) => process.stderr.write(`${error.stack}\n`));
  page.on('console', (line) => process.stderr.write(`${line.text()}\n`));
  const glb = id.endsWith('.glb') ? await readFile(id) : undefined;
  await page.route('**/file.glb', (route) => route.fulfill({ body: glb }));
  await page.goto(`${server.url}/packages/client/test/rig/page/index.html`);
  await page.waitForSelector('html[data-ready]');
  await page.evaluate(showAvatar, { id: glb ? undefined : id, ...JSON.parse(options) });
  await mkdir(out, { recursive: true });
  for (const name of names.split(',')) {
    const webp = name === 'thumbnail';
    const data = await page.evaluate(takeStill, { pose: POSES[name] ?? { [name]: 1 }, type: webp ? 'image/webp' : 'image/png' });
    await writeFile(join(out, `${name}.${webp ? 'webp' : 'png'}`), Buffer.from(data, 'base64'));
  }
} finally {
  await browser.close();
  await server.close();
}

/** In the page: a view that draws only when a still is taken. */
async function showAvatar({ id, camera = {}, ...options }) {
  const { avatar, face, rig, view } = globalThis.renderModules;
  const loaded = await avatar.AvatarManager.shared.load(id ?? 'ava');
  const bytes = id ? undefined : await (await fetch('/file.glb')).arrayBuffer();
  const subject = bytes ? { manifest: loaded.manifest, createRig: () => rig.loadGlbRig(bytes, loaded.manifest.shaping) } : loaded;
  const pose = face.createPose();
  let tick = () => undefined;
  const timer = { now: () => 0, request: (callback) => { tick = callback; return 1; }, cancel: () => undefined };
  const shown = new view.AvatarView(subject, document.getElementById('view'), { controller: { poseAt: () => pose }, timer, ...options });
  shown.onError = (error) => { throw error; };
  while (!shown.getBoundingRect()) await new Promise((resolve) => setTimeout(resolve, 20));
  if (Object.keys(camera).length > 0) shown.updateCameraConfig(camera);
  globalThis.still = { shown, pose, tick: () => tick() };
}

/** In the page: one pose as base64 image bytes. */
async function takeStill({ pose: channels, type }) {
  const { shown, pose, tick } = globalThis.still;
  const { CHANNEL } = globalThis.renderModules.face;
  pose.values.fill(0);
  for (const [name, value] of Object.entries(channels)) pose.values[CHANNEL[name]] = value;
  tick();
  const png = await shown.exportBitmap();
  const bitmap = await createImageBitmap(png);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.86 })).arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
