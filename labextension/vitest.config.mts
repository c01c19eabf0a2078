import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    setupFiles: ['src/testing/browser.ts'],
    server: {
      // Published as modules that node alone does not resolve.
      deps: { inline: [/@jupyterlab\//, /@lumino\//, /@jupyter\//] }
    }
  }
});
