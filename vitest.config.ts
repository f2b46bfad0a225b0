import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/azurite-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Much of a test is waiting; one core less than there are, the default, would leave half of a small machine idle.
    maxWorkers: '100%',
  },
})
