/** The bench's rows: one for each scene, target and method, as CSV, as a table, and what pairs of methods say. */
import type { Report } from '../../src/evaluate/evaluate.ts';
import { arrow, metrics, shown } from '../../src/evaluate/metrics/metrics.ts';

/** What one method made of one target, or why it made nothing. */
export interface Row {
  scene: string;
  target: string;
  method: string;
  /** Of the picture, in pixels. */
  width: number;
  height: number;
  /** Wall and processor seconds of painting this target; preparing counts with the scene's first. */
  seconds: number;
  processor: number;
  /** Of the training for all the scene's targets; null where there was none. */
  training: { iterations: number; seconds: number } | null;
  /** Most device memory that the method held so far on this scene. */
  bytes: number;
  report: Report | null;
  /** One line; null where it worked. */
  failure: string | null;
}

const field = (v: string | number | null): string =>
  v === null ? '' : /[",\r\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v);

export function csvOf(rows: readonly Row[]): string {
  const head = ['scene', 'target', 'method', 'width', 'height', 'failure', 'seconds', 'processor_seconds'];
  const lines = [
    [...head, 'training_seconds', 'iterations', 'device_bytes', ...metrics.map((m) => m.key)],
    ...rows.map((r) => [
      ...[r.scene, r.target, r.method, r.width, r.height, r.failure, r.seconds, r.processor],
      ...[r.training?.seconds ?? null, r.training?.iterations ?? null, r.bytes],
      ...metrics.map((m) => r.report && m.of(r.report)),
    ]),
  ];
  return lines.map((l) => `${l.map(field).join(',')}\r\n`).join('');
}

/** The columns of the terminal's table, keys of `metrics`. */
const columns = [
  ...['truth_psnr', 'truth_quarter_psnr', 'truth_ssim', 'truth_gmsd', 'truth_sharpness', 'truth_perceptual'],
  ...['coherence', 'completeness', 'sliced_wasserstein', 'mean_iou_of_ceiling'],
].map((key) => metrics.find((m) => m.key === key)!);

const names = (r: { scene: string; target: string }): string => `${r.scene}/${r.target}`.padEnd(30);

/** The table's first line. */
export const tableHead = (): string =>
  names({ scene: 'scene', target: 'target' }) +
  'method'.padEnd(10) +
  [...columns.map((m) => `${m.label} ${arrow(m)}`), 's', 'MiB'].map((c) => c.padStart(14)).join('');

export function tableLine(r: Row): string {
  const head = names(r) + r.method.padEnd(10);
  if (!r.report) return `${head}  failed: ${r.failure}`;
  const { report } = r;
  const cells = [...columns.map((m) => shown(m, report)), r.seconds.toFixed(1), (r.bytes / 2 ** 20).toFixed(0)];
  return head + cells.map((c) => c.padStart(14)).join('');
}

/** What a method's results say beside the base's, over the targets with truth that both made. */
export interface PairSummary {
  base: string;
  method: string;
  /** Targets compared, and those with truth that one of both has not made. */
  targets: number;
  missing: number;
  /** Quarter-size PSNR, method less base, dB: the mean, the least and where that is. */
  quarter: { mean: number; least: number; at: string };
  /** Sharpness over the truth's: least, most, and on how many targets it is 0.9 to 1.1. */
  sharpness: { least: number; most: number; right: number };
  /** Targets where the perceptual distance is lower than the base's. */
  perceptual: number;
}

/** Of equal infinite values (both are the truth) the difference is none. */
const difference = (a: number, b: number): number => (a === b ? 0 : a - b);

/** null where no target with truth was made by both. `known`: whether a target's truth is known. */
export function pairOf(
  rows: readonly Row[],
  base: string,
  method: string,
  known: (r: Row) => boolean,
): PairSummary | null {
  const mine = rows.filter((r) => r.method === method && known(r));
  const pairs = mine.flatMap((r) => {
    const other = rows.find((o) => o.method === base && o.scene === r.scene && o.target === r.target);
    const [a, b] = [r.report?.truth, other?.report?.truth];
    return a && b ? [{ at: `${r.scene}/${r.target}`, a, b }] : [];
  });
  if (!pairs.length) return null;
  const gains = pairs.map(({ at, a, b }) => ({ at, gain: difference(a.quarterPsnr, b.quarterPsnr) }));
  const least = gains.reduce((l, g) => (g.gain < l.gain ? g : l));
  const sharp = pairs.map((p) => p.a.sharpness);
  return {
    base,
    method,
    targets: pairs.length,
    missing: mine.length - pairs.length,
    quarter: { mean: gains.reduce((s, g) => s + g.gain, 0) / gains.length, least: least.gain, at: least.at },
    sharpness: {
      least: Math.min(...sharp),
      most: Math.max(...sharp),
      right: sharp.filter((s) => s >= 0.9 && s <= 1.1).length,
    },
    perceptual: pairs.filter((p) => p.a.perceptual < p.b.perceptual).length,
  };
}

/** Every method beside the first. `known`: SCENE/TARGET of all targets whose truth is known. */
export const summariesOf = (
  rows: readonly Row[],
  [base, ...others]: readonly string[],
  known: ReadonlySet<string>,
): PairSummary[] =>
  others
    .map((method) => pairOf(rows, base, method, (r) => known.has(`${r.scene}/${r.target}`)))
    .filter((s): s is PairSummary => s !== null);

const signed = (v: number): string => `${v < 0 ? '' : '+'}${v.toFixed(2)}`;

/** The summary beside the goals: what a training must earn. */
export function summaryLines(s: PairSummary): string[] {
  const { targets: n, quarter: q, sharpness: f } = s;
  const verdict = (met: boolean): string => (met ? 'met' : 'NOT met');
  return [
    `${s.method} against ${s.base}: ${n} targets with truth${s.missing ? `, ${s.missing} more not made by both` : ''}`,
    `  PSNR at quarter size ${signed(q.mean)} dB in the mean (goal +1: ${verdict(q.mean >= 1)}), least ` +
      `${signed(q.least)} dB at ${q.at} (goal 0: ${verdict(q.least >= 0)})`,
    `  sharpness ${f.least.toFixed(2)} to ${f.most.toFixed(2)} of the truth's, 0.9 to 1.1 on ${f.right} of ${n} ` +
      `(goal all: ${verdict(f.right === n)})`,
    `  perceptual distance lower on ${s.perceptual} of ${n} (goal 9 of 10: ${verdict(s.perceptual >= 0.9 * n)})`,
  ];
}
