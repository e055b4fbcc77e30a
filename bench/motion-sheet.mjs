/**
 * npm run motion:sheet: pictures of the default avatar, to be looked at. visemes.png: the fifteen visemes of the table;
 * speech.png: what a system shows for each of them in speech; strip.png: a sentence frame by frame, with its waveform,
 * phones and curves. Needs Chromium.
 *
 * Options: --system network (a name, weights or a module, as --systems of bench:motion), --text "One sentence", --voice slt (or
 * rms, awb, kal16), --draw visemes,speech,strip, --out .cache/motion-sheet
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { importBench } from './lib/bundle.mjs';
import { readOptions } from './lib/options.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const options = readOptions(import.meta.url, {
  system: { type: 'string', default: 'network' }, text: { type: 'string', default: 'Five blue shoes by the map' },
  voice: { type: 'string', default: 'slt' }, draw: { type: 'string', default: 'visemes,speech,strip' },
  out: { type: 'string', default: here('../.cache/motion-sheet') },
});
const SHEETS = ['visemes', 'speech', 'strip'];
const wanted = options.draw.split(',');
const unknown = wanted.find((name) => !SHEETS.includes(name));
if (unknown !== undefined) {
  console.error(`--draw ${unknown}; use some of ${SHEETS.join(',')}`);
  process.exit(2);
}
const { openSheets } = await importBench('sheet/index.ts', 'motion-sheet-code');
const sheets = await openSheets({
  system: options.system, text: options.text, voice: options.voice, avatar: new URL('../avatars/ava/', import.meta.url),
  onFallback: (why) => console.error(`${why}; the signal model is drawn instead`),
});
const { module: browsers } = await runnerImport(here('../test/browser.ts'));
const server = await browsers.serveWithVite();
const browser = await browsers.launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1620, height: 900 } });
  // Without a GPU a picture takes up to a second, on a busy machine many.
  page.setDefaultTimeout(0);
  page.on('pageerror', (error) => console.error(error.stack));
  await page.goto(`${server.url}/bench/motion/sheet/page/index.html`);
  await page.waitForSelector('html[data-ready]');
  await mkdir(options.out, { recursive: true });
  for (const name of wanted) {
    await page.evaluate(([kind, data]) => globalThis.sheets[kind](data), [name === 'strip' ? 'strip' : 'contact', await sheets[name]()]);
    await page.locator('#sheet').screenshot({ path: join(options.out, `${name}.png`) });
    console.log(join(options.out, `${name}.png`));
  }
} finally {
  await browser.close();
  await server.close();
  await sheets.dispose();
}
