import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  resolve: { conditions: ['@visavis/source', 'module', 'browser', 'import', 'default'] },
  build: { outDir: '../dist/page', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1_000, reportCompressedSize: false },
  logLevel: 'warn',
});
