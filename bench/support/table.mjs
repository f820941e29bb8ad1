// The table of measurements as text, from records (bench/support/record.ts). A row is something that another library
// was timed on in the same run; it names that run. Nothing is typed by hand. bench/support/write-table.mjs puts it into
// docs/experiments/speed/other-libraries.md.
export const markers = ['<!-- bench:begin (npm run bench:table) -->', '<!-- bench:end -->'];
const milliseconds = (v) => (v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2));
const letter = (i) => String.fromCharCode(65 + i);

/**
 * Markdown lines for records by file name: one row for each timed thing with peers, the latest run of it on each
 * machine.
 */
export function tableOf(records) {
  const machines = [];
  const rows = new Map();
  const entries = Object.entries(records).flatMap(([file, { machine, commit, benches }]) =>
    Object.entries(benches).flatMap(([bench, runs]) => runs.map((run) => ({ file, machine, commit, bench, run }))),
  );
  entries.sort((a, b) => (a.run.made < b.run.made ? -1 : 1));
  for (const { machine, commit, bench, run } of entries) {
    const { adapter, cores, cpu, versions } = machine;
    const name = `${adapter}, ${cores} x ${cpu}, Node ${versions.node}, webgpu ${versions.webgpu}`;
    if (!machines.includes(name)) machines.push(name);
    for (const what of new Set(run.rows.map((r) => r.what))) {
      const timed = run.rows.filter((r) => r.what === what && r.least !== undefined);
      const ours = timed.find((r) => r.who.startsWith('semia'));
      const others = timed
        .filter((r) => r.ratio !== undefined && !r.who.startsWith('semia'))
        .sort((a, b) => a.least - b.least);
      if (!ours || !others.length) continue;
      const peers = others
        .map((r) => `${r.who} ${milliseconds(r.least)} (${r.ratio.toFixed(r.ratio < 10 ? 2 : 0)}x)`)
        .join(', ');
      const key = `${machines.indexOf(name)} ${bench} ${what}`;
      rows.delete(key); // a later run goes where the later run stands
      const at = run.made.slice(0, 16).replace('T', ' ');
      const where = `${letter(machines.indexOf(name))}, ${at}, load ${run.load.toFixed(1)}, commit ${commit}`;
      rows.set(key, `| ${bench}: ${what} | ${milliseconds(ours.least)} | ${peers} | ${where} |`);
    }
  }
  if (!rows.size)
    throw new Error('no record has a measurement with another library beside it: npm run bench -- --json --peers');
  return [
    '| what | ours, ms | others, ms (times ours) | machine and run |',
    '|---|---|---|---|',
    ...[...rows.values()].sort(),
    '',
    'Least wall times, all of a row from one run, implementations in turn.',
    ...machines.map((m, i) => `${letter(i)}: ${m}.`),
  ];
}

/** `text` with what is between the markers replaced; throws when they are not there, once each, in order. */
export function between(text, lines) {
  const [begin, end] = markers.map((m) => text.indexOf(m));
  if (begin < 0 || end < begin || markers.some((m) => text.indexOf(m) !== text.lastIndexOf(m)))
    throw new Error(`the markers ${markers.join(' and ')} are expected once each, in this order`);
  return `${text.slice(0, begin + markers[0].length)}\n${lines.join('\n')}\n${text.slice(end)}`;
}
