import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** What is sent compressed is compressed once, and lies beside the file. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir }, files) {
    for (const name of Object.keys(files).filter((name) => /\.(js|css|html|svg|ttf)$/.test(name))) {
      const path = join(dir!, name);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
};

export default defineConfig({
  base: '/',
  plugins: [compressed],
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
