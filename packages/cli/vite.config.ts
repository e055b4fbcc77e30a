import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';
import { completeLicences } from '../../tools/licences.js';

/** Read from their own folders: native code, WebAssembly, a script to run. The dependencies of package.json, and all of them but the last, which is installed where rooms are published into. */
const FROM_THEIR_FOLDERS = ['@evan/opus', 'onnxruntime-node', 'opusscript', 'open', '@visavis/livekit'];

/**
 * The command in few files: the four hundred modules that `serve` stands on take most of its start to find and read.
 * Nothing else is in dist, and all of it in one folder: motion-server looks for the worker beside itself, whatever chunk it is in.
 */
export default defineConfig({
  resolve: { conditions: ['@visavis/source', 'module', 'node', 'import', 'default'] },
  ssr: { noExternal: true, external: FROM_THEIR_FOLDERS, resolve: { conditions: ['@visavis/source', 'module', 'node', 'import', 'default'] } },
  build: {
    ssr: true, target: 'node20', outDir: 'dist', emptyOutDir: true, minify: false, sourcemap: true, reportCompressedSize: false, license: { fileName: 'LICENSES.md' },
    rolldownOptions: {
      input: { visavis: 'src/main.ts', worker: '../motion-server/src/engine/worker.ts' },
      external: [...builtinModules, /^node:/],
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunk-[name].js' },
    },
  },
  plugins: [completeLicences('LICENSES.md')],
  logLevel: 'warn',
});
