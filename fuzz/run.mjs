#!/usr/bin/env node
/** Bundles the fuzzer with the code under test, counters in it, and runs it: see README.md or `npm run fuzz -- --help`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { instrument } from './instrument.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const conditions = ['@visavis/source', 'module', 'node', 'import', 'default'];
/** Inside the tree, so that packages that are not bundled are found; of this run alone, so that no other changes it. */
mkdirSync(join(here, '.cache'), { recursive: true });
const outDir = mkdtempSync(join(here, '.cache', 'build-'));
process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const places = [];
await build({
  configFile: false,
  root: here,
  logLevel: 'warn',
  plugins: [instrument(root, places)],
  resolve: { conditions },
  ssr: { noExternal: true, external: ['@evan/opus', 'opusscript'], resolve: { conditions } },
  build: {
    ssr: true, outDir, emptyOutDir: true, sourcemap: true, minify: false, target: 'node20',
    rollupOptions: { checks: { pluginTimings: false }, input: { main: join(here, 'src/main.ts'), child: join(here, 'src/child.ts') }, output: { format: 'es', entryFileNames: '[name].mjs' } },
  },
});
writeFileSync(join(outDir, 'places.json'), JSON.stringify(places));

const { main } = await import(pathToFileURL(join(outDir, 'main.mjs')).href);
process.exitCode = await main(process.argv.slice(2), { root, outDir });
