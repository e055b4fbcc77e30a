import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Bundles a bench's TypeScript under bench/motion and imports it; the packages come built, as every bench has them. */
export async function importBench(entry, name) {
  const outDir = path(`../../.cache/${name}`);
  await build({
    configFile: false, logLevel: 'error', root: path('../motion'), ssr: { external: ['@visavis/face', '@visavis/motion'] },
    build: { ssr: path(`../motion/${entry}`), outDir, emptyOutDir: true, target: 'node20' },
  });
  return import(pathToFileURL(`${outDir}/index.js`).href);
}
