/**
 * What each quality costs, as a table: draw calls, triangles, the shortest main-thread time of a drawing, and median frame times on the
 * software renderer as ratios to `low`, from rounds taken in turns:
 *   node packages/client/test/look/cost.mjs [AVATAR_ID | FILE.glb] [ROUNDS]
 */
import { Console } from 'node:console';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { runnerImport } from 'vite';

const [id = 'ava', rounds = '5'] = process.argv.slice(2);
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const { launchBrowser, serveWithVite } = (await runnerImport(join(root, 'test/browser.ts'), { tsconfig: join(root, 'tsconfig.base.json') })).module;
const server = await serveWithVite();
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 64, height: 64 } });
  const glb = id.endsWith('.glb') ? await readFile(id) : undefined;
  await page.route('**/file.glb', (route) => route.fulfill({ body: glb }));
  await page.goto(`${server.url}/packages/client/test/rig/page/index.html`);
  await page.waitForSelector('html[data-ready]');
  new Console(process.stdout).table(await page.evaluate(measure, { id: glb ? undefined : id, rounds: Number(rounds) }));
} finally {
  await browser.close();
  await server.close();
}

/** In the page: one renderer for each quality, at the size that a screen of two device pixels a CSS pixel would give it. */
async function measure({ id, rounds }) {
  const { avatar, look, rig, three } = globalThis.renderModules;
  const loaded = id && (await avatar.AvatarManager.shared.load(id));
  const load = async () => (loaded ? loaded.createRig() : rig.loadGlbRig(await (await fetch('/file.glb')).arrayBuffer()));
  const camera = new three.PerspectiveCamera(18, 0.88, 0.05, 10);
  camera.position.set(0, -0.02, 1.15);
  camera.lookAt(0, -0.04, 0);
  const cases = [];
  for (const name of look.QUALITY_NAMES) {
    const quality = look.QUALITY[name];
    const renderer = new three.WebGLRenderer({ antialias: quality.antialias, alpha: true });
    const ratio = look.pixelRatio(2, quality, 200);
    renderer.setPixelRatio(ratio);
    renderer.setSize(176, 200);
    renderer.info.autoReset = false;
    const stage = new look.Stage();
    stage.prepare(renderer, 'studio', quality);
    await stage.add((await load()).root);
    const pixel = new Uint8Array(4);
    const draw = () => {
      renderer.info.reset();
      const start = performance.now();
      renderer.render(stage.scene, camera);
      const submitted = performance.now();
      // Waits for the picture.
      renderer.getContext().readPixels(0, 0, 1, 1, 0x1908, 0x1401, pixel);
      return { cpuMs: submitted - start, frameMs: performance.now() - start };
    };
    draw();
    cases.push({ name, ratio, draw, stage, renderer, times: [] });
  }
  for (let i = 0; i < rounds; i++) for (const each of cases) each.times.push(each.draw());
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const rows = {};
  for (const { name, ratio, times, renderer, stage } of cases) {
    const { calls, triangles } = renderer.info.render;
    stage.scene.traverse((node) => { if (node.isDirectionalLight) node.castShadow = false; });
    renderer.info.reset();
    renderer.render(stage.scene, camera);
    rows[name] = {
      pixelRatio: ratio, calls: renderer.info.render.calls, shadowCalls: calls - renderer.info.render.calls, triangles,
      // The shortest: whatever else the machine does can only add to it.
      cpuMs: +Math.min(...times.map(({ cpuMs }) => cpuMs)).toFixed(2), frameMs: median(times.map(({ frameMs }) => frameMs)),
    };
  }
  const { frameMs: cheapest } = rows.low;
  for (const row of Object.values(rows)) {
    row.frameRatio = +(row.frameMs / cheapest).toFixed(2);
    delete row.frameMs;
  }
  return rows;
}
