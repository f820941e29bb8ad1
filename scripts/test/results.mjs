// What a test file's output says, and how a run is summed up.

import { stripVTControlCharacters as plain } from 'node:util';

/** uvu's own summary, printed at the end: { passed, failed, skipped }, or null if there is none. */
export function parseSummary(output) {
  const all = [...plain(output).matchAll(/^ {2}Total: +(\d+)\s*\n {2}Passed: +(\d+)\s*\n {2}Skipped: +(\d+)\s*$/gm)];
  if (!all.length) return null;
  const [total, passed, skipped] = all.at(-1).slice(1).map(Number);
  return { passed, failed: total - passed, skipped }; // uvu counts skipped tests apart from the total
}

/**
 * Counts of one file from its output and its end: { code, signal, timedOut, lingered }. `trouble` says what else went
 * wrong.
 */
export function countResults(output, end) {
  const summary = parseSummary(output);
  if (end.timedOut) return { ...fail(summary), trouble: `timed out after ${end.timedOut}` };
  if (!summary)
    return { ...fail(summary), trouble: `ended with ${end.signal ?? `exit code ${end.code}`} and no summary` };
  if (end.lingered) return { ...summary, trouble: null, note: 'did not exit by itself' };
  if ((end.code !== 0 || end.signal) && summary.failed === 0) {
    return { ...fail(summary), trouble: `ended with ${end.signal ?? `exit code ${end.code}`} after its summary` };
  }
  return { ...summary, trouble: null };
}
const fail = (summary) => ({
  passed: summary?.passed ?? 0,
  failed: (summary?.failed ?? 0) + 1,
  skipped: summary?.skipped ?? 0,
});

/** Ids of the cases that failed, as test/support/suite.ts prints them. */
export const failedIds = (output) => [...plain(output).matchAll(/^FAIL {2}(\S.*)$/gm)].map((m) => m[1]);

/** The slowest cases, longest first: [{ ms, id }]. */
export const slowest = (output, count = 10) =>
  [...plain(output).matchAll(/^time {2}(\d+) ms {2}(\S.*)$/gm)]
    .map(([, ms, id]) => ({ ms: Number(ms), id }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count);

/** The last line of a run. */
export function lastLine(rows) {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

export function seconds(ms) {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A table of rows of equally many cells: the first column left-aligned, the others right-aligned. */
export function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i]))).join('  '),
    )
    .join('\n');
}

const indented = (text) => text.split('\n').map((line) => `      ${line}`);

/** What is printed when a row is done: its counts, and of a failure the end of its output. */
export function rowLines(row) {
  const counts = [`${row.passed} passed`, row.failed && `${row.failed} failed`, row.skipped && `${row.skipped} skipped`]
    .filter(Boolean)
    .join(', ');
  const head = `${row.failed ? 'FAIL' : 'ok  '}  ${row.name.padEnd(28)} ${counts}, ${seconds(row.ms)}`;
  const lines = [head + (row.note ? ` (${row.note})` : '')];
  for (const { ms, id } of slowest(row.output)) lines.push(`      ${seconds(ms).padStart(12)}  ${id}`);
  if (!row.failed) return lines;
  if (row.trouble) lines.push(`      ${row.name}: ${row.trouble}`);
  return [...lines, ...indented(row.output.trimEnd()).slice(-200)];
}

/** The end of a run: a table, the failures' ids, the counts. `ms`, `cpuMs`: of the whole run. */
export function summaryLines(rows, { ms, cpuMs }) {
  const cpu = (value) => (value === null || value === undefined ? '' : seconds(value));
  const cells = rows.map((row) => [row.name, row.passed, row.failed, row.skipped, seconds(row.ms), cpu(row.cpuMs)]);
  const failures = rows.flatMap((row) => failedIds(row.output ?? ''));
  return [
    '',
    table([['file', 'passed', 'failed', 'skipped', 'time', 'processor'], ...cells]),
    ...(failures.length ? ['', 'To run what failed, one at a time:'] : []),
    ...failures.map((id) => `  npm test -- ${JSON.stringify(id)}`),
    `in all ${seconds(ms)}${cpuMs === null ? '' : `, ${seconds(cpuMs)} of processor time`}`,
    lastLine(rows),
  ];
}
