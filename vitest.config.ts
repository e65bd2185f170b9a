import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['dot', './test/support/closing-line.ts'],
    teardownTimeout: 20_000,
    projects: [
      {
        test: {
          name: 'check',
          include: ['test/architecture.test.ts'],
        },
      },
      {
        resolve: { alias: { '@gatehouse/browser': `${import.meta.dirname}/packages/browser/src/index.ts` } },
        test: {
          name: 'unit',
          include: ['{src,adapters,bin}/**/*.test.ts', 'packages/*/src/**/*.test.{ts,tsx}'],
          isolate: false,
          // A busy machine is no fault of the code.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'house',
          include: ['test/**/*.test.ts'],
          exclude: ['test/architecture.test.ts'],
          globalSetup: './test/support/global-setup.ts',
          isolate: false,
          // They wait for servers and browsers of theirs a third of their time.
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
