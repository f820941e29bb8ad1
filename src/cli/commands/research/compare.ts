/** semia compare PHOTO LAYOUT TARGET... -o DIR, or --scene NAME: every method on the same inputs, one page. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Session } from '../../../autograd/session.ts';
import { isUserError, UserError } from '../../../data/errors.ts';
import { withText } from '../../../data/formats/png.ts';
import { type Picture, resize } from '../../../data/image/image.ts';
import { renderLayout } from '../../../data/layout/layout.ts';
import { allSceneNames, paintScene } from '../../../data/scenes/index.ts';
import { DeviceError } from '../../../engine/device.ts';
import { type EvaluateInput, evaluate, layoutClassifierOf } from '../../../evaluate/evaluate.ts';
import { metrics } from '../../../evaluate/metrics/metrics.ts';
import type { ComparedMethod, MethodInputs } from '../../../model/baselines/method.ts';
import { methods } from '../../../model/baselines/methods.ts';
import { readPicture } from '../../../node/decode.ts';
import { encodePng } from '../../../node/encode.ts';
import { writeFilesAtomic } from '../../../node/files.ts';
import { programVersion } from '../../../node/version.ts';
import { coresFromNow } from '../../cores.ts';
import { resultNames } from '../../options/inputs.ts';
import { commandLine, integer } from '../../options/options.ts';
import { checkWritable } from '../../options/outputs.ts';
import { readVggWhole } from '../../options/vgg.ts';
import {
  type Comparison,
  compareCsv,
  compareJson,
  comparePage,
  meanMetric,
  type Row,
} from '../../reports/comparePage.ts';
import { duration } from '../../reports/progress.ts';
import { explainDevice, openSession } from '../../session.ts';
import { readTask, type Task } from '../../withoutTraining.ts';
import { pictureFile, sceneFiles } from '../example.ts';
import { finishedRows } from './compareResume.ts';

export interface CompareOptions {
  output: string;
  scene?: string;
  methods: readonly ComparedMethod[];
  truth?: string[];
  size: number;
  minutes: number;
  budget?: number;
  resume?: boolean;
  seed: number;
  palette?: string;
  vgg?: string;
  quiet?: boolean;
}

const usual = methods.filter((m) => m.usual);
const names = (): string => methods.map((m) => m.name).join(', ');

function chosen(text: string): ComparedMethod[] {
  if (text.trim() === 'all') return [...methods];
  const words = [
    ...new Set(
      text
        .split(',')
        .map((w) => w.trim())
        .filter(Boolean),
    ),
  ];
  const unknown = words.filter((w) => !methods.some((m) => m.name === w));
  if (!words.length || unknown.length)
    throw new InvalidArgumentError(`there are ${names()}${unknown.length ? `, and no ${unknown.join(', ')}` : ''}.`);
  return words.map((w) => methods.find((m) => m.name === w)!);
}

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description(
      'every method on the same photograph and layouts, side by side on one page, with the metrics of `semia evaluate`',
    )
    .argument('[photo]', 'the photograph')
    .argument('[layout]', 'its layout')
    .argument('[targets...]', 'new layouts in the same classes (files, folders or patterns)')
    .requiredOption(
      '-o, --output <dir>',
      'a folder for the page (index.html), the records (results.json, results.csv) and all pictures',
    )
    .option('--scene <name>', `a painted scene in place of files: ${allSceneNames.join(', ')}`)
    .addOption(
      new Option('--methods <names>', `which, separated by commas, or all: ${names()}`)
        .argParser(chosen)
        .default(usual, usual.map((m) => m.name).join(',')),
    )
    .option('--truth <picture...>', "the targets' true pictures, where there are any, in their order")
    .option('--size <pixels>', 'longer side of the photograph for all methods, if it is larger', integer(32, 2048), 128)
    .option('--minutes <number>', 'for each method that trains, at most so long', integer(1, 10_000), 5)
    .option(
      '--budget <minutes>',
      'for the whole comparison, in place of --minutes: what methods without training leave of it is shared ' +
        'among those that train, slow ones getting more',
      integer(1, 100_000),
    )
    .option('--resume', 'keep the rows that an interrupted comparison has finished on these inputs')
    .option('--seed <number>', 'another seed gives other results', integer(0, 2 ** 32 - 1), 0)
    .option(
      '--vgg <file>',
      "torchvision's VGG-19 weights (.pth or .safetensors), for the methods that are made of them",
    )
    .option('--palette <file>', 'names of the classes')
    .option('--quiet', 'print nothing but errors')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia compare --scene lake -o lake-compared\n' +
        '  semia compare photo.jpg layout.png target.png -o compared --methods analogies,preview,fast --minutes ' +
        '10\n' +
        '  semia compare --scene lake -o everything --methods all --size 64 --budget 55 --resume\n',
    )
    .action(async (photo: string | undefined, layout: string | undefined, targets: string[], o: CompareOptions) => {
      await checkWritable(join(o.output, 'index.html'));
      if ((await fs.stat(o.output).catch(() => null))?.isFile())
        throw new UserError(`${o.output}: is a file: give a folder`);
      const files =
        o.scene !== undefined
          ? await sceneInputs(o.scene, photo, o)
          : { photo, layout, targets, truths: o.truth ?? [], palette: o.palette };
      if (!files.photo || !files.layout || !files.targets.length)
        throw new UserError(
          'a photograph, its layout and target layouts are needed, or --scene NAME: semia compare PHOTO LAYOUT ' +
            'TARGET... -o DIR',
        );
      const task = await readTask(files.photo, files.layout, files.targets, {
        palette: files.palette,
        outputSize: o.size,
        quiet: o.quiet,
      });
      const vgg = o.vgg ? { name: o.vgg, open: (await readVggWhole(o.vgg)).open } : undefined;
      await compare({ ...task, vgg }, await truthsOf(task, files.truths), o);
    });
}

/** The scene's files, painted into DIR/scene: what the rows' commands name. */
async function sceneInputs(
  name: string,
  photo: string | undefined,
  o: CompareOptions,
): Promise<{ photo: string; layout: string; targets: string[]; truths: string[]; palette: string }> {
  if (photo !== undefined || o.truth || o.palette)
    throw new UserError(
      '--scene brings its own photograph, layouts and truths: leave out files, --truth and --palette',
    );
  if (!allSceneNames.includes(name))
    throw new UserError(`--scene ${name}: there is no such scene; there are ${allSceneNames.join(', ')}`);
  const scene = paintScene(name, { size: Math.max(64, Math.min(1024, o.size)) });
  const folder = join(o.output, 'scene');
  await writeFilesAtomic(sceneFiles(scene, folder));
  const each = (kind: string): string[] => scene.targets.map((t) => join(folder, kind, pictureFile(t)));
  return {
    photo: join(folder, 'photo.png'),
    layout: join(folder, 'layout.png'),
    targets: each('targets'),
    truths: each('truth'),
    palette: join(folder, 'palette.txt'),
  };
}

async function truthsOf({ targets }: Task, paths: readonly string[]): Promise<(Picture | undefined)[]> {
  if (paths.length && paths.length !== targets.length)
    throw new UserError(
      `--truth: ${paths.length} pictures for ${targets.length} targets: give one for each, in their order`,
    );
  return Promise.all(
    targets.map(async (t, i) => {
      if (!paths.length) return undefined;
      const truth = await readPicture(paths[i]);
      if (Math.abs(truth.width / truth.height / (t.width / t.height) - 1) > 0.02 + 1 / Math.min(t.width, t.height))
        throw new UserError(
          `${paths[i]}: is ${truth.width} x ${truth.height}, and the target ${t.name} has another shape ` +
            `(${t.width} x ${t.height})`,
        );
      return resize(truth, t.width, t.height);
    }),
  );
}

/**
 * The first method's part of the seconds left, by its share among those that are to train: what one leaves over goes to
 * those after it.
 */
export const shareOf = (left: readonly ComparedMethod[], seconds: number): number =>
  (seconds * (left[0].trains ?? 0)) /
  Math.max(
    1,
    left.reduce((sum, m) => sum + (m.trains ?? 0), 0),
  );

type Inputs = Task & Pick<MethodInputs, 'vgg'>;
type Measured = Inputs & Pick<EvaluateInput, 'classifier'>;

/** Runs `o.methods` on the task and writes the page after each; rows are in their order, whatever was run first. */
export async function compare(
  task: Inputs,
  truths: readonly (Picture | undefined)[],
  o: CompareOptions,
): Promise<void> {
  const { source, targets, files, notify } = task;
  const pictureNames = resultNames(files.targets.map((t) => ({ path: t.name })));
  const measured = { ...task, classifier: layoutClassifierOf(source) };
  let session = await openSession();
  const { description, vendor } = session.device.info;
  const all: Comparison = {
    photo: source.photo,
    layout: renderLayout(source, source.palette),
    rows: [],
    waiting: o.methods,
    spent: 0,
    inputs: { size: o.size, seed: o.seed, files: [files.photo, files.layout, ...files.targets].map((f) => f.sha256) },
    targets: targets.map((t, i) => ({
      name: pictureNames[i].replace(/\.png$/, ''),
      layout: renderLayout(t, source.palette),
      truth: truths[i],
    })),
    facts: [
      ['program', `semia ${programVersion}`],
      ['adapter', description || vendor],
      ['photo', files.photo.name],
      ['layout', files.layout.name],
      ['size', `${source.width} x ${source.height}`],
      ['seed', String(o.seed)],
      o.budget ? ['budget', `${o.budget} minutes for everything`] : ['minutes', `${o.minutes} for training`],
    ],
  };
  if (o.resume) Object.assign(all, await finishedRows(o.output, all, o.methods));
  for (const { method } of all.rows) notify(`${method.label}: kept`);
  // With a budget, what takes its own time comes first, and training shares what is left.
  const left = o.methods
    .filter((m) => all.rows.every((r) => r.method !== m))
    .sort((a, b) => (o.budget ? Number(Boolean(a.trains)) - Number(Boolean(b.trains)) : 0));
  const [before, began] = [all.spent, performance.now()];
  const spent = (): number => before + (performance.now() - began) / 1000;
  try {
    for (const [i, method] of left.entries()) {
      const share = o.budget ? Math.max(10, shareOf(left.slice(i), 0.95 * (60 * o.budget - spent()))) : 60 * o.minutes;
      notify(
        `${method.label}: ${o.methods.length - left.length + i + 1} of ${o.methods.length} ` +
          `methods${o.budget ? `, ${duration(spent())} of ${duration(60 * o.budget)} gone` : ''}`,
      );
      const row = await runMethod(session, measured, method, truths, share, o);
      // What a failure of the device's has left is not to be trusted.
      if (session.device.failure) session = await openSession();
      all.rows = o.methods.flatMap((m) => (m === method ? [row] : all.rows.filter((r) => r.method === m)));
      all.waiting = left.slice(i + 1);
      all.spent = spent();
      const made =
        row.outcome?.pictures.map((p, k) => ({
          path: join(o.output, method.name, pictureNames[k]),
          bytes: withText(encodePng(p), {
            'semia-method': JSON.stringify({
              program: 'semia',
              version: programVersion,
              method: method.label,
              repeat: row.repeat,
            }),
          }),
        })) ?? [];
      // After every method: what is there can be looked at, and is not lost with what follows.
      await writeFilesAtomic([
        ...made,
        { path: join(o.output, 'source.png'), bytes: encodePng(source.photo) },
        { path: join(o.output, 'results.json'), bytes: compareJson(all) },
        { path: join(o.output, 'results.csv'), bytes: compareCsv(all) },
        { path: join(o.output, 'index.html'), bytes: comparePage(all) },
      ]);
      notify(row.failure ? `  failed: ${row.failure}` : `  ${row.seconds.toFixed(1)} s, ${brief(row)}`);
    }
    notify(`open in a browser: ${join(o.output, 'index.html')}`);
    if (all.rows.every((r) => r.failure))
      throw new UserError(`no method could work on these inputs: ${all.rows[0].failure}`);
  } catch (error) {
    throw explainDevice(error);
  }
}

async function runMethod(
  session: Session,
  { source, targets, files, notify, vgg, classifier }: Measured,
  method: ComparedMethod,
  truths: readonly (Picture | undefined)[],
  seconds: number,
  o: CompareOptions,
): Promise<Row> {
  const again = (command: string, options: readonly string[]): string =>
    commandLine(
      command,
      files.photo.name,
      files.layout.name,
      ...files.targets.map((t) => t.name),
      ...options,
      ...(files.palette ? ['--palette', files.palette.name] : []),
    );
  const row: Row = {
    method,
    outcome: null,
    reports: null,
    seconds: 0,
    allowed: method.trains ? seconds : null,
    memory: 0,
    cores: null,
    repeat: again('compare', [
      '--methods',
      method.name,
      '--size',
      String(o.size),
      '--minutes',
      String(Math.max(1, Math.round(seconds / 60))),
      '--seed',
      String(o.seed),
      '-o',
      `${o.output}-${method.name}`,
    ]),
  };
  const began = performance.now();
  const cores = coresFromNow();
  const { memory } = session;
  memory.peak = memory.bytes;
  try {
    row.outcome = await method.run({
      session,
      source,
      targets,
      seed: o.seed,
      seconds,
      vgg,
      report: (note) => notify(`  ${note}`),
    });
    row.seconds = (performance.now() - began) / 1000;
    row.cores = cores();
    row.memory = memory.peak;
    const { repeat, pictures, reconstruction } = row.outcome;
    if (repeat)
      row.repeat = again(repeat.command, [
        ...repeat.options,
        '--output-size',
        String(o.size),
        '-o',
        join(o.output, method.name),
      ]);
    row.reports = [];
    for (const [i, target] of targets.entries())
      row.reports.push(
        await evaluate({ session, source, classifier, result: pictures[i], target, truth: truths[i], reconstruction }),
      );
  } catch (error) {
    // One method's failure, its own or the device's, is not the others'.
    if (!isUserError(error) && process.env.SEMIA_DEBUG) console.error(error);
    const message = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    Object.assign(row, {
      outcome: null,
      reports: null,
      failure: isUserError(error) || error instanceof DeviceError ? message : `internal error: ${message}`,
      seconds: (performance.now() - began) / 1000,
      memory: memory.peak,
    });
  }
  return row;
}

/** A row's first numbers, in words. */
function brief({ reports }: Row): string {
  const value = (key: string): string | null => {
    const m = metrics.find((x) => x.key === key)!;
    const v = meanMetric(m, reports);
    return v === null ? null : `${m.label} ${Number.isFinite(v) ? v.toFixed(m.digits) : 'equal'}`;
  };
  return ['mean_iou', 'coherence', 'truth_psnr'].map(value).filter(Boolean).join(', ');
}
