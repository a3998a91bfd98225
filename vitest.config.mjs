import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const toolkit = fileURLToPath(new URL('extensions/toolkit/lab/src/', import.meta.url));

export default defineConfig({
  // The toolkit's sources, so that a test needs no build before it.
  resolve: { alias: [{ find: /^@eohub\/toolkit\/lib\/(.*)$/, replacement: `${toolkit}$1` }] },
  test: {
    environment: 'happy-dom',
    include: ['extensions/*/lab/test/**/*.test.{ts,tsx}'],
    maxWorkers: 2,
    pool: 'threads'
  }
});
