import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Closes a run with one plain line, `N passed, N failed, N skipped`, for tools that read only that.
 * Before it, each file whose worker died before its tests had ended: the error of a worker does not name it.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<unknown>): void {
    const tally = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) tally.failed += 1;
      for (const test of module.children.allTests()) tally[test.result().state] += 1;
      const pending = [...module.children.allTests('pending')];
      if (pending.length > 0) console.log(`\nno result of ${pending.length} tests of ${relative('.', module.moduleId)}, the first “${pending[0]?.fullName}”`);
    }
    console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped + tally.pending} skipped`);
  }
}
