/**
 * Is the trained picture better than the preview? Every method on the painted scenes and on photographs, at their own
 * size, measured against the truth where it is known. A table, results.csv, results.json and a page with the pictures
 * side by side. Options: bench/quality/options.ts, or `npm run bench:quality -- --help`.
 */
import { promises as fs } from 'node:fs';
import { openSession } from '../../src/cli/session.ts';
import { isUserError } from '../../src/data/errors.ts';
import { writeFilesAtomic } from '../../src/node/files.ts';
import { packageRoot } from '../../src/node/version.ts';
import { commit, machineOf } from '../support/record.ts';
import { casesOf } from './cases.ts';
import { runCases } from './loop.ts';
import { help, type QualityOptions, readOptions } from './options.ts';
import { caseFiles, pageOf, within } from './page.ts';
import { csvOf, type Row, summariesOf, summaryLines, tableHead, tableLine } from './rows.ts';

/** The bench from its options to its files. */
async function main(o: QualityOptions): Promise<void> {
  const cases = await casesOf(o.examples, o.only, o);
  if (!(await fs.stat(o.examples).catch(() => null))) console.log(`${o.examples} is not there: painted scenes alone`);
  const session = await openSession();
  const machine = machineOf(session.device);
  session.destroy();
  const made = new Date().toISOString();
  const about = `${machine.adapter}, ${machine.cores} x ${machine.cpu}, semia ${machine.versions.semia}, ${made}`;
  console.log(`${about}\n${tableHead()}`);
  const rows: Row[] = [];
  const parts: string[] = [];
  const methods = o.methods.map((m) => m.name);
  const known = new Set<string>();
  const { methods: _, ...options } = o;
  for await (const result of runCases({ ...o, cases, openSession })) {
    rows.push(...result.rows);
    for (const t of result.opened?.targets ?? []) if (t.truth) known.add(`${result.name}/${t.name}`);
    for (const row of result.rows) console.log(tableLine(row));
    const { files, html } = caseFiles(result);
    parts.push(html);
    const summaries = summariesOf(rows, methods, known);
    const record = { format: 1, made, commit: commit(), machine, options: { ...options, methods }, summaries, rows };
    // After every case: what is there can be looked at, and is not lost with what follows.
    await writeFilesAtomic(
      within(o.out, [
        ...files,
        { path: 'results.csv', bytes: csvOf(rows) },
        { path: 'results.json', bytes: `${JSON.stringify(record, finite, 1)}\n` },
        { path: 'index.html', bytes: pageOf(about, summaries.flatMap(summaryLines), parts) },
      ]),
    );
  }
  const failures = rows.filter((r) => r.failure).length;
  console.log(['', ...summariesOf(rows, methods, known).flatMap(summaryLines)].join('\n'));
  if (failures) console.log(`${failures} of ${rows.length} rows failed`);
  console.log(`open in a browser: ${o.out}/index.html`);
}

/** JSON has no infinite numbers. */
const finite = (_: string, v: unknown): unknown => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v);

try {
  if (process.argv.includes('--help')) console.log(help);
  else await main(readOptions(process.argv.slice(2), packageRoot));
} catch (e) {
  if (!isUserError(e)) throw e;
  console.error(`bench:quality: ${e.message}${e.hint ? `\n${e.hint}` : ''}`);
  process.exit(2);
}
process.exit(0);
