import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  resolve: { conditions: ['@visavis/source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: '../dist/page', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1_000, reportCompressedSize: false,
    rolldownOptions: { input: ['index.html', 'gallery.html'].map((name) => fileURLToPath(new URL(name, import.meta.url))) },
  },
  logLevel: 'warn',
});
