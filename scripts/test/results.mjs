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
export function judge(output, end) {
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
