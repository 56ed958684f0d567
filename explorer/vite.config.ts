import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  // Monaco starts its workers as modules.
  worker: { format: 'es' },
  build: {
    outDir: '../dist/explorer',
    emptyOutDir: true,
    // Monaco is one chunk of 2.8 MB (0.7 MB gzipped), fetched once and then cached for good under its hashed name.
    chunkSizeWarningLimit: 3000,
    // React's "use client" means nothing to an app without a server side, and every file of GraphiQL's has one.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
