/**
 * npm run avatar:sheet: contact sheets of avatars, to be looked at. For each: ID-front.png and ID-turned.png (neutral, the
 * fifteen visemes, six emotions, blink, gaze, turns of the head; from the front and from 35 degrees aside), ID-close.png
 * (eyes and mouth), ID-shapes.png (each of the 52 shapes alone, pairs that occur, and the hair all round); and strip.png, a
 * sentence in twelve frames, a row an avatar, with a VRM and splats of the tests' making. Needs Chromium.
 *
 * Options: --avatars ava,leo (folders of avatars/; default all), --files head.vrm,head.zip (others, for the strip too),
 * --draw front,turned,close,shapes,strip, --size 512 (pixels of a cell), --text "One sentence", --system network,
 * --quality high, --out .cache/avatar-sheet
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { listAvatarIds } from './lib/avatars.mjs';
import { importBench } from './lib/bundle.mjs';
import { readOptions } from './lib/options.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const options = readOptions(import.meta.url, {
  avatars: { type: 'string' }, files: { type: 'string', default: '' }, draw: { type: 'string', default: 'front,turned,close,shapes,strip' },
  size: { type: 'string', default: '512' }, text: { type: 'string', default: 'Five blue shoes by the map' }, system: { type: 'string', default: 'network' },
  quality: { type: 'string', default: 'high' }, out: { type: 'string', default: here('../.cache/avatar-sheet') },
});
const SHEETS = ['front', 'turned', 'close', 'shapes', 'strip'];
const wanted = options.draw.split(',');
const size = Number(options.size);
fail(wanted.find((name) => !SHEETS.includes(name)), (name) => `--draw ${name}; use some of ${SHEETS.join(',')}`);
if (!(size >= 64 && size <= 1024)) fail(options.size, (text) => `--size ${text}; use 64 to 1024`);
const avatars = listAvatars();

const { module: browsers } = await runnerImport(here('../test/browser.ts'));
const server = await browsers.serveWithVite();
const browser = await browsers.launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 8 * size + 64, height: 900 } });
  // Without a GPU a picture takes up to a second, on a busy machine many.
  page.setDefaultTimeout(0);
  page.on('pageerror', (error) => console.error(error.stack));
  page.on('console', (line) => { if (line.type() === 'error') console.error(line.text()); });
  await page.goto(`${server.url}/bench/avatar/sheet/page/index.html?quality=${options.quality}`);
  await page.waitForSelector('html[data-ready]');
  await mkdir(options.out, { recursive: true });
  for (const avatar of avatars) {
    for (const kind of SHEETS.filter((name) => name !== 'strip' && wanted.includes(name))) {
      await page.evaluate(([one, asked]) => globalThis.avatarSheets.contact(one, asked), [avatar, { kind, size }]);
      await photograph(page, `${avatar.id}-${kind}.png`);
    }
  }
  if (wanted.includes('strip')) {
    const rows = [...avatars, ...await makeHeads()];
    await page.evaluate(([all, asked]) => globalThis.avatarSheets.strip(all, asked), [rows, { ...await sentence(), size }]);
    await photograph(page, 'strip.png');
  }
} finally {
  await browser.close();
  await server.close();
}

async function photograph(page, name) {
  const path = join(options.out, name);
  await page.locator('#sheet').screenshot({ path });
  console.log(path);
}

/** A VRM character and a splat head as the tests make them: the strip shows every kind of rig. */
async function makeHeads() {
  const maker = async (name) => (await runnerImport(here(`../packages/client/test/rig/make/${name}.ts`), { tsconfig: here('../tsconfig.base.json') })).module;
  const [{ vrm1 }, { splatZip }] = [await maker('vrm'), await maker('splat')];
  const folder = here('../.cache/avatar-sheet-heads');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'figure.vrm'), new Uint8Array(vrm1()));
  await writeFile(join(folder, 'splats.zip'), new Uint8Array(splatZip()));
  return ['figure.vrm', 'splats.zip'].map((name) => ({ id: name, name, fileUrl: `/.cache/avatar-sheet-heads/${name}` }));
}

/** What the page loads: folders by their manifest, other files by their bytes, both through the repository's server. */
function listAvatars() {
  const ids = options.avatars?.split(',').filter(Boolean) ?? listAvatarIds();
  fail(ids.find((id) => !existsSync(here(`../avatars/${id}/avatar.json`))), (id) => `--avatars ${id}; there is no avatars/${id}/avatar.json`);
  const root = here('..');
  const files = options.files.split(',').filter(Boolean).map((file) => resolve(file));
  fail(files.find((file) => !existsSync(file) || !file.startsWith(root)), (file) => `--files ${file}; give files inside this repository`);
  return [
    ...ids.map((id) => ({ id, manifestUrl: `/avatars/${id}/avatar.json` })),
    ...files.map((file) => ({ id: basename(file).replaceAll('.', '-'), fileUrl: `/${file.slice(root.length).split(sep).join('/')}`, name: basename(file) })),
  ];
}

/** The sentence's poses, twelve of them evenly over its sound, by the motion system asked for. */
async function sentence() {
  const { openSheets } = await importBench('sheet/index.ts', 'motion-sheet-code');
  const sheets = await openSheets({
    system: options.system, text: options.text, voice: 'slt', avatar: new URL('../avatars/ava/', import.meta.url),
    onFallback: (why) => console.error(`${why}; the signal model is drawn instead`),
  });
  try {
    const { title, fps, poses } = await sheets.strip();
    const frames = Array.from({ length: 12 }, (_, i) => Math.round(((i + 0.5) / 12) * (poses.length - 1)));
    return { title, frames: frames.map((frame) => ({ timeMs: Math.round((frame * 1000) / fps), pose: poses[frame] })) };
  } finally {
    await sheets.dispose();
  }
}

function fail(wrong, message) {
  if (wrong === undefined) return;
  console.error(message(wrong));
  process.exit(2);
}
