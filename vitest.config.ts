import { defineConfig } from 'vitest/config';
import { names } from './gen/names/vite.ts';

// Unit tests are *.test.ts under test/; wrong use that must not compile is *.test-d.ts under test/types/.
export default defineConfig({
  plugins: [names()],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    typecheck: {
      enabled: true,
      ignoreSourceErrors: true, // those are for npm run check
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'test/types/tsconfig.json',
    },
  },
});
