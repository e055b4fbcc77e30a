import { defineConfig } from 'vite';
import { completeLicences } from '../../../tools/licences.js';

/** The pages of `visavis avatar preview` and `pack`, beside the built command. */
export default defineConfig({
  base: './',
  resolve: { conditions: ['@visavis/source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: '../dist/page', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 6_000, reportCompressedSize: false, license: { fileName: 'LICENSES.md' },
    rolldownOptions: { input: { preview: new URL('preview.html', import.meta.url).pathname, workshop: new URL('workshop.html', import.meta.url).pathname } },
  },
  plugins: [completeLicences('LICENSES.md')],
  logLevel: 'warn',
});
