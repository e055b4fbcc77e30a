import { defineConfig } from 'vitest/config';

// Tests run against the packages' sources: no build can be stale.
const conditions = ['@visavis/source', 'node', 'import', 'default'];

/** Tests that drive a browser: one file at a time and after the others, for software rendering takes every core. */
const BROWSER = ['packages/client/test/**/*.test.ts', 'packages/react/test/**/*.test.ts', 'packages/cli/test/**/*.test.ts', 'packages/livekit/test/**/*.test.ts', 'test/livekit/**/*.test.ts', 'apps/demo/test/**/*.test.ts'];

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
/** A renderer without a GPU can be starved by other loads on its machine; the reporter names what needed a second try. */
const STARVED_RETRIES = 1;
const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ['default', './test/tally-reporter.ts'],
    projects: [
      {
        ...shared,
        test: {
          ...timeouts, name: 'unit', include: ['{packages,apps}/**/*.test.{ts,tsx}', '{avatars,bench,fuzz,test}/**/*.test.{ts,mjs}'],
          exclude: [...BROWSER, '**/node_modules/**'], sequence: { groupOrder: 0 },
        },
      },
      { ...shared, test: { ...timeouts, name: 'browser', include: BROWSER, maxWorkers: 1, retry: STARVED_RETRIES, sequence: { groupOrder: 1 } } },
    ],
  },
});
