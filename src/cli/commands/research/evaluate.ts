/** semia evaluate RESULT... --source PHOTO --layout LAYOUT --target LAYOUT, or with run folders. */
import type { Command } from 'commander';
import type { Session } from '../../../autograd/session.ts';
import { UserError } from '../../../data/errors.ts';
import type { Picture } from '../../../data/image/image.ts';
import { ownLayout } from '../../../data/prepare.ts';
import { evaluate, layoutClassifierOf, type Report } from '../../../evaluate/evaluate.ts';
import { inceptionFromWeights, isInceptionWeight } from '../../../evaluate/metrics/inception.ts';
import { arrow, metrics, metricsOf, shown } from '../../../evaluate/metrics/metrics.ts';
import type { Painter } from '../../../model/rendering/painter.ts';
import { type OutputFile, writeFilesAtomic } from '../../../node/files.ts';
import type { RunFolder } from '../../../node/runFolder.ts';
import { programVersion } from '../../../node/version.ts';
import { integer } from '../../options/options.ts';
import { checkWritable } from '../../options/outputs.ts';
import { readWeights } from '../../options/vgg.ts';
import { painterOf } from '../../painting.ts';
import { Progress } from '../../reports/progress.ts';
import { explainDevice, openSession } from '../../session.ts';
import { type EvaluateOptions, type Item, readItems } from './evaluateInputs.ts';

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('is it right: how well results follow their layouts, and how much they look like the photograph')
    .argument('<results...>', 'pictures, or run folders (all their targets are rendered)')
    .option('--source <photo>', 'the photograph; pictures and runs of this program know theirs')
    .option('--layout <layout>', "the photograph's layout")
    .option('--target <layout...>', 'the layout of all results, or of each in the same order')
    .option(
      '--truth <picture...>',
      'the true picture, where there is one: for all, for each, or a folder of the same names',
    )
    .option(
      '--predicted <folder>',
      "label maps of the results by a segmenter of your own, in the layout's colors, in place of the layout " +
        "classifier's (and source.png)",
    )
    .option(
      '--inception <file>',
      "torchvision's inception_v3 or pytorch-fid's weights (.safetensors or .pth) for SIFID",
    )
    .option('--palette <file>', 'names of the classes')
    .option(
      '--size <pixels>',
      'longer side of the photograph at which all is compared, if it is larger',
      integer(32, 4096),
      512,
    )
    .option('--json <file>', 'write everything, per-class numbers too')
    .option('--csv <file>', 'write a row for each result')
    .option('--quiet', 'print the table only')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia evaluate result.png --source photo.jpg --layout layout.png --target target.png\n' +
        '  semia evaluate runs/beach --json beach.json\n',
    )
    .action(async (paths: string[], o: EvaluateOptions) => {
      for (const file of [o.json, o.csv]) if (file) await checkWritable(file);
      const items = await readItems(paths, o);
      const weights = o.inception ? (await readWeights(o.inception, isInceptionWeight)).weights : null;
      if (weights && !weights.size)
        throw new UserError(`${o.inception}: has no tensor of Inception v3 (Conv2d_1a_3x3.conv.weight and so on)`);
      const session = await openSession();
      try {
        const inception = weights ? inceptionFromWeights(session, weights, o.inception!) : undefined;
        const painters = new Map<RunFolder, Painter>();
        const classifiers = new Map(items.map(({ source }) => [source, layoutClassifierOf(source)]));
        const reports: Report[] = [];
        for (const [i, item] of items.entries()) {
          Progress.line(`${i + 1} of ${items.length}: ${item.name}`, o.quiet ?? false);
          reports.push(
            await evaluate({
              ...item,
              session,
              classifier: classifiers.get(item.source),
              inception,
              result: item.result ?? (await rendered(item, painters, session)),
            }),
          );
        }
        const { info } = session.device;
        const files: OutputFile[] = [];
        if (o.json) {
          const record = {
            program: 'semia',
            version: programVersion,
            adapter: info.description || info.vendor,
            results: items.map((item, i) => ({ ...about(item), ...reports[i] })),
          };
          files.push({ path: o.json, bytes: `${JSON.stringify(record, finite, 2)}\n` });
        }
        if (o.csv) files.push({ path: o.csv, bytes: reportsCsv(items, reports) });
        await writeFilesAtomic(files);
        console.log(table(items, reports));
      } catch (error) {
        throw explainDevice(error);
      }
    });
}

/**
 * The run's picture of an item's target, as `semia render` makes it. The reconstruction is left as the generator gives
 * it: finished by patches it would be the photograph.
 */
async function rendered({ run, target }: Item, painters: Map<RunFolder, Painter>, session: Session): Promise<Picture> {
  if (!painters.has(run!)) painters.set(run!, await painterOf(session, run!));
  const painter = painters.get(run!)!;
  const [full] = (await run!.targets()).filter((t) => t.name === target.name);
  return full ? painter.paint(full) : painter.paint(ownLayout(painter.source), { alone: true });
}

/** JSON has no Infinity, which PSNR is for equal pictures. */
const finite = (_key: string, value: unknown): unknown => (value === Infinity ? 'Infinity' : value);

const about = ({ name, source, target, run }: Item): object => ({
  name,
  source: source.photo.source,
  target: target.name,
  ...(run && { run: run.path }),
  classes: source.palette.classes.map((c) => c.name),
  size: { width: target.width, height: target.height },
});

/** RFC 4180: every field quoted that needs it. */
export function reportsCsv(items: readonly Item[], reports: readonly Report[]): string {
  const field = (v: string | number | null): string =>
    v === null ? '' : /[",\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v);
  const classes = [...new Set(items.flatMap((i) => i.source.palette.classes.map((c) => c.name)))];
  const head = [
    'result',
    'target',
    ...metrics.map((m) => m.key),
    'ceiling_mean_iou',
    'ceiling_accuracy',
    'control_mean_iou',
    'control_accuracy',
    ...classes.map((c) => `iou ${c}`),
  ];
  const rows = items.map((item, i) => {
    const r = reports[i];
    const of = (c: string): number | null =>
      r.layout.perClass[item.source.palette.classes.findIndex((k) => k.name === c)] ?? null;
    return [
      item.name,
      item.target.name,
      ...metrics.map((m) => m.of(r)),
      r.layout.ceiling?.meanIoU ?? null,
      r.layout.ceiling?.accuracy ?? null,
      r.layout.control?.meanIoU ?? null,
      r.layout.control?.accuracy ?? null,
      ...classes.map(of),
    ];
  });
  return [head, ...rows].map((r) => `${r.map(field).join(',')}\r\n`).join('');
}

/** Results side by side in this many columns. */
const across = 5;
const columnWidth = 15;

/** Metrics down, results across; an arrow says which way is better. */
export function table(items: readonly Item[], reports: readonly Report[]): string {
  const lines: string[] = [];
  const cut = (s: string): string =>
    (s.length < columnWidth ? s : `${s.slice(0, columnWidth - 2)}…`).padStart(columnWidth);
  for (let from = 0; from < items.length; from += across) {
    const part = reports.slice(from, from + across);
    const row = (label: string, values: readonly string[]): void => {
      lines.push(label.padEnd(26) + values.map(cut).join(''));
    };
    const extra = (label: string, f: (r: Report) => number | null): void => {
      if (part.some((r) => f(r) !== null))
        row(
          `  ${label}`,
          part.map((r) => f(r)?.toFixed(3) ?? '-'),
        );
    };
    if (lines.length) lines.push('');
    row(
      '',
      items.slice(from, from + across).map((i) => i.name),
    );
    for (const m of metricsOf(part)) {
      row(
        `${m.label} ${arrow(m)}`,
        part.map((r) => shown(m, r)),
      );
      if (m.key === 'mean_iou') {
        extra("the classifier's ceiling", (r) => r.layout.ceiling?.meanIoU ?? null);
        extra('the true picture', (r) => r.layout.ofTruth?.meanIoU ?? null);
        extra('the untouched source', (r) => r.layout.control?.meanIoU ?? null);
        row(
          '  weakest class',
          part.map((r, i) => weakest(items[from + i], r)),
        );
      }
      if (m.key === 'copy_share') extra('of the true picture', (r) => r.truth?.copy.share ?? null);
    }
  }
  lines.push(
    '',
    reports.some((r) => r.layout.by === 'judge')
      ? 'Mean IoU and accuracy: as read by a layout classifier that learned from the source pair and its warps ' +
          'alone. Ceiling:\nwhat it gives unseen warps of the source. A result means something between the untouched ' +
          "source's number and the ceiling."
      : 'Mean IoU and accuracy: of the label maps given with --predicted.',
  );
  return lines.join('\n');
}

function weakest(item: Item, { layout }: Report): string {
  const [k, v] = layout.perClass.reduce<[number, number]>(
    (best, v, k) => (v !== null && v < best[1] ? [k, v] : best),
    [-1, Infinity],
  );
  return k < 0 ? '-' : `${item.source.palette.classes[k].name.slice(0, 8)} ${v.toFixed(2)}`;
}
