/** What a run tells: a line as each check ends, a table of the sections at the end, or all of it as JSON. */
const MARK = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' };

export const lineOf = ({ status, suite, section, name, reason }) => `${MARK[status]} ${suite.padEnd(7)} ${section.padStart(4)}  ${name}${status === 'skipped' ? ` (${reason})` : ''}`
  + (status === 'failed' && reason ? `\n${reason.replace(/^/gm, '        ')}` : '');

/** Checks by section of the protocol: the traps of section 8 together. */
export function tableOf(results) {
  const rows = new Map();
  for (const { section, status } of results) {
    const key = section.split('.')[0];
    const row = rows.get(key) ?? { passed: 0, failed: 0, skipped: 0 };
    row[status]++;
    rows.set(key, row);
  }
  const all = countsOf(results);
  const line = (...cells) => cells.map((cell) => String(cell).padStart(8)).join(' ');
  return [
    line('section', 'passed', 'failed', 'skipped'),
    ...[...rows].sort(([a], [b]) => a - b).map(([key, row]) => line(key, row.passed, row.failed, row.skipped)),
    line('all', all.passed, all.failed, all.skipped),
  ].join('\n');
}

export function countsOf(results) {
  const count = (wanted) => results.filter(({ status }) => status === wanted).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}
