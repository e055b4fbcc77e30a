/** What Chromium's own trace says of a page's main thread: every task and animation frame, with its time on a core. */

const CATEGORIES = ['toplevel', 'devtools.timeline', 'blink.user_timing'];
const TASK = 'ThreadControllerImpl::RunTask';
const FRAME = 'FireAnimationFrame';

/**
 * Runs `work` and returns `between(name)`: the tasks and frames from the page's mark `name-begin` to its mark `name-end`, each
 * as `{ wallMs, cpuMs }`. CPU is the thread's own time: what it waits for, the graphics process above all, is not in it.
 */
export async function traced(browser, page, work) {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  return (name) => {
    const begin = traceEvents.find((event) => event.name === `${name}-begin`);
    const end = traceEvents.find((event) => event.name === `${name}-end`);
    if (!begin || !end) throw new Error(`the page made no mark of ${name}`);
    const inside = traceEvents.filter(({ ph, pid, tid, ts }) => ph === 'X' && pid === begin.pid && tid === begin.tid && ts >= begin.ts && ts < end.ts);
    // The browser leaves the thread's time out where it is nothing.
    const timesOf = (events) => events.map(({ dur, tdur = 0 }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }));
    return { tasks: timesOf(outermost(inside.filter((event) => event.name === TASK))), frames: timesOf(inside.filter((event) => event.name === FRAME)) };
  };
}

/** A task may run others in it. */
function outermost(events) {
  let endsAt = -Infinity;
  return [...events].sort((a, b) => a.ts - b.ts || b.dur - a.dur).filter(({ ts, dur }) => {
    if (ts + dur <= endsAt) return false;
    endsAt = ts + dur;
    return true;
  });
}
