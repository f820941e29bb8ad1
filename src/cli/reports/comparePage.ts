/** The page and the records of a comparison. */
import type { Picture } from '../../data/image/image.ts';
import type { Report } from '../../evaluate/evaluate.ts';
import { arrow, type Metric, metricsOf } from '../../evaluate/metrics/metrics.ts';
import type { ComparedMethod, MethodOutcome } from '../../model/baselines/method.ts';
import { dataUri, escapeHtml, facts, figure, figures, page } from '../../node/page.ts';
import type { Cores } from '../cores.ts';
import { duration } from './progress.ts';

/** One method's row. `reports`: by target; null where the method failed. */
export interface Row {
  method: ComparedMethod;
  outcome: MethodOutcome | null;
  reports: Report[] | null;
  failure?: string;
  /**
   * Wall time of all targets with training, s; time allowed for training, s, null where nothing trains; peak of device
   * memory, bytes.
   */
  seconds: number;
  allowed: number | null;
  memory: number;
  /** Mean number of busy cores meanwhile; null where that is not known. */
  cores: Cores | null;
  /** The command line that makes these pictures again. */
  repeat: string;
}
export interface Comparison {
  photo: Picture;
  layout: Picture;
  targets: { name: string; layout: Picture; truth?: Picture }[];
  rows: Row[];
  /** Methods still to come. */
  waiting: readonly ComparedMethod[];
  /** Wall time so far with the evaluations, s, interruptions not counted. */
  spent: number;
  /** Rows stand on one page only where these agree: SHA-256 of photograph, layout and targets, and the settings. */
  inputs: { size: number; seed: number; files: string[] };
  facts: [string, string][];
}

/** Mean over the targets where the metric applies; null where it never does. */
export function meanMetric(m: Metric, reports: readonly Report[] | null): number | null {
  const values = (reports ?? []).map(m.of).filter((v): v is number => v !== null);
  return values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
}

/** The rows that share the best value of a metric as shown, controls aside. */
export function bestOf(m: Metric, values: readonly (number | null)[], rows: readonly Row[]): Set<number> {
  const of = values.map((v, i) =>
    v === null || Number.isNaN(v) || rows[i].method.control
      ? null
      : Number.isFinite(v)
        ? Number(v.toFixed(m.digits))
        : v,
  );
  const given = of.filter((v): v is number => v !== null);
  // Lower is better, of this.
  const badness = (v: number): number => (m.better === 'higher' ? -v : m.better === 'lower' ? v : Math.abs(v - 1));
  const best = Math.min(...given.map(badness));
  return new Set(given.length > 1 ? of.flatMap((v, i) => (v !== null && badness(v) === best ? [i] : [])) : []);
}

const show = (m: Metric, v: number | null): string =>
  v === null ? '–' : Number.isFinite(v) ? v.toFixed(m.digits) : 'equal';

/** A table of methods by metrics. `pick`: the reports whose mean is shown in a row. */
function table(rows: readonly Row[], pick: (r: Row) => Report[] | null): string {
  const all = rows.flatMap((r) => pick(r) ?? []);
  const list = metricsOf(all);
  const columns = list.map((m) => {
    const values = rows.map((r) => meanMetric(m, pick(r)));
    return { m, values, best: bestOf(m, values, rows) };
  });
  const head = `<tr><th></th>${list.map((m) => `<th>${escapeHtml(m.label)} ${arrow(m)}</th>`).join('')}</tr>`;
  const body = rows.map((r, i) => {
    const cells = columns.map(
      ({ m, values, best }) => `<td${best.has(i) ? ' class="best"' : ''}>${show(m, values[i])}</td>`,
    );
    return `<tr><th>${escapeHtml(r.method.label)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="chart"><table class="numbers">${head}\n${body.join('\n')}</table></div>`;
}

/** Time and memory of every row; where a method failed, the reason. */
function costs({ rows, spent }: Comparison): string {
  const heads = [
    '',
    'time of all targets, s',
    'allowed for training, s',
    'cores used (by other programs)',
    'device memory, MB at most',
    '',
  ];
  const body = rows.map(({ method, seconds, allowed, memory, cores, outcome, failure }) => {
    const cells = [
      outcome ? seconds.toFixed(1) : '–',
      allowed ? allowed.toFixed(0) : '',
      cores ? `${cores.own.toFixed(1)} (${cores.others.toFixed(1)})` : '',
      outcome ? (memory / 2 ** 20).toFixed(0) : '–',
    ];
    const note = escapeHtml(outcome ? '' : `made nothing: ${failure}`);
    const numbers = cells.map((c) => `<td>${c}</td>`).join('');
    return `<tr><th>${escapeHtml(method.label)}</th>${numbers}<th>${note}</th></tr>`;
  });
  const head = `<tr>${heads.map((h) => `<th>${h}</th>`).join('')}</tr>`;
  return `<div class="chart"><table class="numbers">${head}${body.join('\n')}</table></div>
<p>All of it with the evaluations: ${duration(spent)}.</p>`;
}

const style = `<style>
.numbers td{text-align:right;font-variant-numeric:tabular-nums}
.best{font-weight:700;background:color-mix(in srgb,currentColor 12%,transparent)}
.grid{display:grid;gap:8px;overflow-x:auto}.grid figure{min-width:110px}.grid img{min-width:0;width:100%}
code{overflow-wrap:anywhere}
</style>`;

export function comparePage(c: Comparison): string {
  const done = c.rows.filter((r) => r.outcome);
  const column = (caption: string, p: Picture): string => figure({ caption, src: dataUri(p) });
  const sections = c.targets.map((t, i) => {
    const cells = [
      column('target layout', t.layout),
      ...done.map((r) => column(r.method.label, r.outcome!.pictures[i])),
      ...(t.truth ? [column('the true picture', t.truth)] : []),
    ];
    const columns = `grid-template-columns:repeat(${cells.length},1fr)`;
    return `<h2>${escapeHtml(t.name)}</h2><div class="grid" style="${columns}">${cells.join('\n')}</div>
<details><summary>numbers of this target</summary>${table(done, (r) => r.reports && [r.reports[i]])}</details>`;
  });
  const runs = c.rows.map((r) => {
    const outcome: [string, string] = r.outcome ? ['settings', r.outcome.settings] : ['failed', r.failure ?? ''];
    const about = facts([['what it is', r.method.note], outcome]);
    return `<h3>${escapeHtml(r.method.label)}</h3>${about}<p><code>${escapeHtml(r.repeat)}</code></p>`;
  });
  const ceiling = done.find((r) => r.reports)?.reports?.[0].layout.ceiling;
  const ceilingNote = ceiling
    ? `, and gives unseen warps of the source a mean IoU of ${ceiling.meanIoU.toFixed(3)} (its ceiling)`
    : '';
  const truthNote = c.targets.some((t) => t.truth) ? ' PSNR, SSIM and perceptual are against the true picture.' : '';
  const body = [
    ...(c.waiting.length
      ? [`<p>Not finished: ${escapeHtml(c.waiting.map((m) => m.label).join(', '))} to come.</p>`]
      : []),
    figures([
      { caption: 'photograph', src: dataUri(c.photo) },
      { caption: 'its layout', src: dataUri(c.layout) },
    ]),
    '<h2>Mean over all targets</h2>',
    table(done, (r) => r.reports),
    `<p>Bold: the best, the untouched source aside. Mean IoU and accuracy are those of the layout that a layout
classifier reads in the result; it learned from the source and its warps alone${ceilingNote}.
Coherence, completeness and sliced W are distances of patches between result and source: copying has none.
"Copied" is the share of the result that is one shift of the source.${truthNote}</p>`,
    '<h2>What each cost</h2>',
    costs(c),
    ...sections,
    '<h2>How each was made</h2>',
    ...runs,
    '<h2>This comparison</h2>',
    facts(c.facts),
  ].join('\n');
  return page('SemIA: methods side by side', body, { head: style, refresh: c.waiting.length ? 10 : 0 });
}

/** JSON has no Infinity, which PSNR is for equal pictures. */
const finite = (_key: string, value: unknown): unknown => (value === Infinity ? 'Infinity' : value);

/** Everything in numbers, per-class ones too. */
export const compareJson = (c: Comparison): string =>
  `${JSON.stringify(
    {
      ...Object.fromEntries(c.facts),
      inputs: c.inputs,
      spentSeconds: c.spent,
      methods: c.rows.map((r) => ({
        name: r.method.name,
        label: r.method.label,
        settings: r.outcome?.settings ?? null,
        failure: r.failure ?? null,
        note: r.method.note,
        seconds: r.seconds,
        allowedSeconds: r.allowed,
        cores: r.cores,
        memoryBytes: r.memory,
        repeat: r.repeat,
        results: (r.reports ?? []).map((report, i) => ({ target: c.targets[i].name, ...report })),
      })),
    },
    finite,
    2,
  )}\n`;

/** A row for each method and target (RFC 4180). */
export function compareCsv(c: Comparison): string {
  const list = metricsOf(c.rows.flatMap((r) => r.reports ?? []));
  const field = (v: string | number | null): string =>
    v === null ? '' : /[",\r\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v);
  const rows = c.rows.flatMap((r) =>
    (r.reports ?? []).map((report, i) => [
      r.method.name,
      c.targets[i].name,
      ...list.map((m) => m.of(report)),
      r.seconds,
      r.memory,
    ]),
  );
  return [['method', 'target', ...list.map((m) => m.key), 'seconds_all_targets', 'device_bytes'], ...rows]
    .map((row) => `${row.map(field).join(',')}\r\n`)
    .join('');
}
