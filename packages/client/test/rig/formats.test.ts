import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, serveWithVite, type ServedFolder } from '../../../../test/browser.js';
import type { Format } from './page/formats.js';

let browser: Browser;
let server: ServedFolder;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  server = await serveWithVite();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  problems.length = 0;
  page = await browser.newPage({ viewport: { width: 112, height: 128 } });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (line) => { if (line.type() === 'error' || line.type() === 'warning') problems.push(line.text()); });
  await page.goto(`${server.url}/packages/client/test/rig/page/index.html`);
  await page.waitForSelector('html[data-ready]');
});

afterEach(async () => {
  await page.close();
});

/** Driver messages of the software renderer, which are about speed. */
const realProblems = (): string[] => problems.filter((line) => !/GPU stall|GL Driver Message/.test(line));

/** Pixels that an open mouth, a blink and a turned head change in a picture of 112 × 128, and that two looks at the same pose do. */
async function changes(format: Format): Promise<Record<'same' | 'mouth' | 'blink' | 'turn', number>> {
  return page.evaluate(async (name) => {
    const { formats } = renderModules;
    const held = await formats.hold(name);
    const differing = (a: Uint8ClampedArray, b: Uint8ClampedArray): number =>
      Array.from({ length: a.length / 4 }, (_, i) => Math.abs(a[4 * i]! - b[4 * i]!) + Math.abs(a[4 * i + 1]! - b[4 * i + 1]!)).filter((by) => by > 24).length;
    held.settle();
    const rest = await held.show({}, 3);
    const result = {
      same: differing(rest, await held.show({}, 1)),
      mouth: differing(rest, await held.show({ jawOpen: 0.6, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 }, 3)),
      blink: differing(rest, await held.show({ eyeBlinkLeft: 1, eyeBlinkRight: 1 }, 3)),
      turn: differing(rest, await held.show({ headYaw: 0.4 }, 3)),
    };
    held.view.dispose();
    return result;
  }, format);
}

describe('every format in a browser', { timeout: 120_000 }, () => {
  it.each(['vrm0', 'vrm1'] as const)('%s is drawn and moves with the pose', async (format) => {
    const seen = await changes(format);
    expect(seen.same, 'a pose that stays shows the same').toBeLessThan(20);
    expect(seen.mouth).toBeGreaterThan(15);
    expect(seen.blink).toBeGreaterThan(10);
    expect(seen.turn).toBeGreaterThan(150);
    expect(realProblems()).toEqual([]);
  });

  it.each(['vrm0', 'vrm1'] as const)('%s gives all graphics memory back', async (format) => {
    const { during, before, after } = await page.evaluate((name) => renderModules.formats.memoryOf(name), format);
    expect(during.geometries).toBeGreaterThan(before.geometries);
    expect(after).toEqual(before);
  });
});
