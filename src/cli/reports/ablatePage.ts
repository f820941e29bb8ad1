/** An ablation's record, table and page. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../data/errors.ts';
import {
  type AblationKey,
  ablationMetrics,
  type Cell,
  cellsCsv,
  type FactorSummary,
  type Summary,
  summarize,
} from '../../evaluate/ablation/ablation.ts';
import { decodeImage } from '../../node/decode.ts';
import { type OutputFile, readInput, writeFilesAtomic } from '../../node/files.ts';
import { dataUri, escapeHtml, facts, page } from '../../node/page.ts';
import { programVersion } from '../../node/version.ts';

/** `change`: the difference to the base's configuration. A kept cell belongs to a factor only where it is the same. */
export interface KeptCell extends Cell {
  change: string[];
  adapter: string;
  version: string;
}
export interface Ablation {
  settings: {
    preset: string;
    size: number;
    width: number;
    iterations: number;
    pictureSize: number;
    targets: number | 'all';
  };
  labels: Record<string, string>;
  cells: KeptCell[];
  /** Trainings planned and not done. */
  waiting: number;
}

export const cellName = (c: { scene: string; factor: string; seed: number }): string =>
  `${c.scene} ${c.factor} ${c.seed}`;
const order = (a: Ablation): string[] => Object.keys(a.labels);

/** The record in the folder, or null. Throws UserError where it is damaged. */
export async function readAblation(folder: string): Promise<Pick<Ablation, 'settings' | 'cells'> | null> {
  const file = join(folder, 'ablation.json');
  if (!(await fs.stat(file).catch(() => null))) return null;
  let record: Ablation;
  try {
    record = JSON.parse(new TextDecoder().decode(await readInput(file))) as Ablation;
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw e;
    throw new UserError(`${file}: is damaged (it is not JSON): delete it to begin anew, or give another folder`);
  }
  const sound = (c: KeptCell): boolean =>
    typeof c?.scene === 'string' &&
    typeof c.factor === 'string' &&
    Number.isInteger(c.seed) &&
    Array.isArray(c.change) &&
    ablationMetrics.every((m) => typeof c.values?.[m.key] === 'number');
  if (typeof record?.settings !== 'object' || !Array.isArray(record.cells) || !record.cells.every(sound))
    throw new UserError(`${file}: is damaged (a part is missing): delete it to begin anew, or give another folder`);
  return record;
}

const withSpread = (mean: number, spread: number | null, digits: number, sign = false): string =>
  `${sign && mean >= 0 ? '+' : ''}${mean.toFixed(digits)}${spread === null ? '' : ` ± ${spread.toFixed(digits)}`}`;
function meaning(s: readonly FactorSummary[]): string {
  const trainings = s.reduce((n, f) => Math.max(n, f.cells), 0);
  const spread = s.some((f) => f.by.psnr.spread !== null)
    ? '± the standard deviation over seeds within a scene'
    : 'one seed, so no spread';
  return `Mean over ${trainings} trainings at most, each the mean of its scene's targets; ${spread}.`;
}

/** For the terminal: the base's values, and each factor's difference to it. */
export function summaryTable(a: Ablation): string {
  const rows = summarize(a.cells, order(a));
  const shown: AblationKey[] = ['of_ceiling', 'psnr', 'draft_of_ceiling', 'draft_psnr', 'draft_coherence', 'seconds'];
  const list = ablationMetrics.filter((m) => shown.includes(m.key));
  const cell = (s: Summary, digits: number, factor: string): string =>
    factor === 'base' || s.change === null
      ? withSpread(s.mean, s.spread, digits)
      : withSpread(s.change, s.changeSpread, digits, true);
  const short = (label: string): string => label.replace('mIoU of ceiling', 'of ceiling');
  return [
    `${''.padEnd(32)}${list.map((m) => short(m.label).padStart(20)).join('')}`,
    ...rows.map((r) => {
      const cells = list.map((m) => cell(r.by[m.key], m.digits, r.factor).padStart(20));
      return a.labels[r.factor].slice(0, 31).padEnd(32) + cells.join('');
    }),
    '',
    `First row: the base. Others: the difference to it within scene and seed. ${meaning(rows)}`,
  ].join('\n');
}

const style = `<style>
.numbers td{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.numbers small{color:var(--soft)}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px}
.grid img{width:100%;min-width:0;image-rendering:auto}
</style>`;

async function picture(folder: string, parts: string[]): Promise<string | null> {
  const file = join(folder, 'pictures', ...parts);
  const bytes = await fs.readFile(file).catch(() => null);
  return bytes && dataUri(await decodeImage(bytes, file), 256);
}

async function pictures(folder: string, a: Ablation): Promise<string> {
  const { scene, seed } = a.cells[0];
  const run = `${scene}-${seed}`;
  const targets = (await fs.readdir(join(folder, 'pictures', run, 'base')).catch(() => [] as string[])).sort();
  const figures = await Promise.all(
    order(a).map(async (factor) => {
      const [result, draft] = await Promise.all(
        [
          [run, factor],
          [run, 'drafts', factor],
        ].map((p) => picture(folder, [...p, targets[0] ?? ''])),
      );
      if (!result || !draft) return '';
      const label = escapeHtml(a.labels[factor]);
      return `<figure><img src="${result}" alt="${label}: result"><img src="${draft}" alt="${label}: draft">
<figcaption>${label}</figcaption></figure>`;
    }),
  );
  const target = (targets[0] ?? '').replace('.png', '');
  const title = `${scene}, ${target}, seed ${seed}: result, and below it the generator's own draft`;
  return `<h2>${escapeHtml(title)}</h2><div class="grid">${figures.join('')}</div>`;
}

async function ablationPage(folder: string, a: Ablation): Promise<string> {
  const rows = summarize(a.cells, order(a));
  const cell = (s: Summary, digits: number): string => {
    const change = s.change === null ? '' : `<br><small>${withSpread(s.change, s.changeSpread, digits, true)}</small>`;
    return `<td>${withSpread(s.mean, s.spread, digits)}${change}</td>`;
  };
  const heads = ['factor', 'n', ...ablationMetrics.map((m) => m.label)];
  const head = heads.map((h) => `<th scope="col">${escapeHtml(h)}</th>`).join('');
  const body = rows.map((r) => {
    const cells = ablationMetrics.map((m) => cell(r.by[m.key], m.digits)).join('');
    return `<tr><th scope="row">${escapeHtml(a.labels[r.factor])}</th><td>${r.cells}</td>${cells}</tr>`;
  });
  const table = `<div class="chart"><table class="numbers"><tr>${head}</tr>\n${body.join('\n')}</table></div>`;
  const s = a.settings;
  return page(
    'SemIA: one factor at a time',
    `${a.waiting ? `<p>Not finished: ${a.waiting} trainings to come.</p>` : ''}${table}
<p>${meaning(rows)} Small: the difference to the base within scene and seed, ± its standard deviation.
Mean IoU and accuracy are the layout's as a layout classifier reads it; PSNR and SSIM are against the true picture.
A difference within the spread of a few seeds says nothing.</p>
${a.cells.length ? await pictures(folder, a) : ''}<h2>Settings</h2>${facts([
      ['program', `semia ${programVersion}`],
      ['adapter', [...new Set(a.cells.map((c) => c.adapter))].join('; ')],
      ['preset', s.preset],
      ['training', `${s.iterations} iterations at ${s.size} pixels, width ${s.width}`],
      ['pictures', `${s.pictureSize} pixels`],
      ['targets of each scene', String(s.targets)],
      ['scenes', [...new Set(a.cells.map((c) => c.scene))].join(', ')],
      ['seeds', [...new Set(a.cells.map((c) => c.seed))].join(', ')],
    ])}`,
    { head: style },
  );
}

/** Writes the record, the table and the page, and a cell's pictures before them. */
export async function writeAblation(folder: string, a: Ablation, files: OutputFile[]): Promise<void> {
  await writeFilesAtomic(files);
  await writeFilesAtomic([
    {
      path: join(folder, 'ablation.json'),
      bytes: `${JSON.stringify({ program: 'semia', version: programVersion, ...a }, null, 1)}\n`,
    },
    { path: join(folder, 'cells.csv'), bytes: cellsCsv(a.cells) },
    { path: join(folder, 'index.html'), bytes: await ablationPage(folder, a) },
  ]);
}
