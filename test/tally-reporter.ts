import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with one plain line, `N passed, N failed, N skipped`, for tools that read only that. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<unknown>): void {
    const tally = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) tally.failed += 1;
      for (const test of module.children.allTests()) tally[test.result().state] += 1;
    }
    console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped + tally.pending} skipped`);
  }
}
