/**
 * What the client weighs on its way to a browser, gzipped and without three.js, against its budget: `npm run size`.
 * Counts every chunk that is fetched before a GLB avatar shows and says a sentence over a transport: what the page imports,
 * and what it loads with the rig. What is loaded only where it is needed is told apart. `--modules` names the heaviest modules.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** Bytes. The aim is 45 KB; the look (eyes, skin, hair, presets) is about 9 KB of it. */
const BUDGET = 52.7 * 1024;
/** What a page loads with the first avatar of the usual kind. */
const WITH_AN_AVATAR = /\/rig\/glb-rig\.ts$/;
/** An application that only loads avatars pays for no sound: less than this, and none of these modules. */
const LOADER_BUDGET = 20 * 1024;
const ENGINE = /packages\/client\/src\/(audio|controller|timeline|transport)\/|packages\/protocol\/src\/gen\//;

/** What the page in the README imports. */
const APPLICATION = "export { AvatarManager, AvatarSDK, AvatarView, unlockOnGesture, WebSocketTransport } from '@visavis/client';";

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = 'virtual:application';
const kb = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KB`;

/** The chunks of an application of this code, as an application's own bundler makes them. */
async function bundle(code) {
  const [{ output }] = [await build({
    root, configFile: false, logLevel: 'error',
    resolve: { conditions: ['@visavis/source', 'module', 'browser', 'import', 'default'] },
    plugins: [{
      name: 'application', enforce: 'pre',
      resolveId: (id) => (id === ENTRY ? `\0${ENTRY}.js` : undefined),
      load: (id) => (id === `\0${ENTRY}.js` ? code : undefined),
    }],
    build: {
      write: false, target: 'es2022', reportCompressedSize: false, lib: { entry: ENTRY, formats: ['es'] },
      // As an application's build does, which nobody imports: what chunks share may lie in the first.
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: 'allow-extension', external: [/^three($|\/)/], output: { chunkFileNames: '[name].js', minify: true } },
    },
  })].flat();
  return output.map(({ code, ...chunk }) => ({ ...chunk, bytes: gzipSync(code).length }));
}

/** The chunks that come before an avatar speaks, and the others. */
function split(chunks, withAvatar = /(?!)/) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const first = new Set();
  const add = (chunk) => {
    if (!chunk || first.has(chunk)) return;
    first.add(chunk);
    for (const name of chunk.imports) add(byName.get(name));
  };
  add(chunks.find(({ isEntry }) => isEntry));
  for (const { fileName, facadeModuleId } of chunks) if (withAvatar.test(facadeModuleId ?? '')) add(byName.get(fileName));
  return { first: [...first], later: chunks.filter((chunk) => !first.has(chunk)) };
}

const sum = (chunks) => chunks.reduce((total, { bytes }) => total + bytes, 0);
const modulesOf = (chunks) => chunks.flatMap(({ modules }) =>
  Object.entries(modules).map(([id, { code }]) => ({ id: id.replace(root, ''), bytes: code ? gzipSync(code).length : 0 })));

function judge(what, bytes, budget) {
  process.stdout.write(`${kb(bytes)} of ${kb(budget).trim()}  ${what}\n`);
  if (bytes <= budget) return;
  process.stderr.write(`${what}: ${bytes - budget} bytes above the budget; \`npm run size -- --modules\` shows what is heavy\n`);
  process.exitCode = 1;
}

const client = split(await bundle(APPLICATION), WITH_AN_AVATAR);
judge('the client of an application that shows an avatar and lets it speak', sum(client.first), BUDGET);
for (const { fileName, bytes } of client.later.sort((a, b) => b.bytes - a.bytes)) process.stdout.write(`${kb(bytes)}  ${fileName}, where it is needed\n`);

const loader = split(await bundle("export { AvatarManager } from '@visavis/client';"));
judge('an application that imports AvatarManager alone', sum(loader.first), LOADER_BUDGET);
const strays = modulesOf(loader.first).filter(({ id }) => ENGINE.test(id));
for (const { id } of strays) process.stderr.write(`AvatarManager alone pulls in ${id}\n`);
if (strays.length > 0) process.exitCode = 1;

if (process.argv.includes('--modules')) {
  process.stdout.write('\nheaviest modules, each gzipped by itself and not minified\n');
  for (const { id, bytes } of modulesOf(client.first).sort((a, b) => b.bytes - a.bytes).slice(0, 60)) process.stdout.write(`${kb(bytes)}  ${id}\n`);
}
