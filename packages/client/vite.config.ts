import { defineConfig } from 'vite';
import { completeLicences } from '../../tools/licences.js';

/** The client for pages without a bundler: modules that need no other, three.js among them. */
export default defineConfig({
  resolve: { conditions: ['@visavis/source', 'module', 'browser', 'import', 'default'] },
  build: {
    target: 'es2022', outDir: 'dist/browser', emptyOutDir: true, reportCompressedSize: false, chunkSizeWarningLimit: 3_000,
    lib: { entry: 'src/index.ts', formats: ['es'] }, license: { fileName: 'LICENSES.md' },
    rolldownOptions: { output: { entryFileNames: 'visavis.js', chunkFileNames: '[name].js', minify: true } },
  },
  plugins: [completeLicences('LICENSES.md')],
  logLevel: 'warn',
});
