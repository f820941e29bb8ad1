/** semia train PHOTO LAYOUT -o RUN */
import type { Command } from 'commander';
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { readableList } from '../../data/formats/imageFormats.ts';
import { trainingCases } from '../../data/layout/failureCases.ts';
import { configure } from '../../model/configure.ts';
import { PreparedSource } from '../../model/preparedSource.ts';
import type { FileRecord } from '../../model/run/runRecord.ts';
import { withIterations } from '../../model/training/schedule.ts';
import { checkNewRun, isRun, RunFolder } from '../../node/runFolder.ts';
import { Interrupt } from '../interrupt.ts';
import { type Job, type Trained, train } from '../job.ts';
import { type InputPicture, readInputPicture, readLayouts, readPalette, readSource } from '../options/inputs.ts';
import { again, refuseChanges, refuseResumeInputs, type TrainOptions, trainingOptions } from '../options/options.ts';
import { checkWritable } from '../options/outputs.ts';
import { metadataOption } from '../options/results.ts';
import { readVgg } from '../options/vgg.ts';
import { targetsOf } from '../painting.ts';
import { Progress } from '../reports/progress.ts';
import { explainDevice, openSession } from '../session.ts';

export function addTrain(program: Command): void {
  metadataOption(
    trainingOptions(
      program
        .command('train')
        .description('learn a photograph and its layout; the run folder can then render any layout')
        .argument('[photo]', `the photograph (${readableList})`)
        .argument(
          '[layout]',
          'its layout: each class in one flat color, or class numbers; with --condition sketch a drawing of ' +
            'it (default: its edges)',
        )
        .requiredOption('-o, --output <run>', 'the run folder to make, or with --resume to go on with')
        .option(
          '--targets <path...>',
          'layouts that will be rendered (files, folders or patterns): known in advance, they come out better',
        ),
    ),
  )
    .addHelpText(
      'after',
      '\nExample:\n  semia train photo.jpg layout.png -o runs/beach --targets layouts/ --preset fast\n',
    )
    .action(async (photo: string | undefined, layout: string | undefined, options: TrainOptions) => {
      const job = await planTraining(photo, layout, options.targets ?? [], options.output, options);
      const trained = await runTraining(job);
      Progress.line(`${trained.run.path}: trained. Next: semia render ${trained.run.path} LAYOUT... -o OUT`, job.quiet);
    });
}

/** Everything that can be checked without a device. */
export async function planTraining(
  photo: string | undefined,
  layout: string | undefined,
  targets: readonly string[],
  path: string,
  o: TrainOptions,
): Promise<Job> {
  const notify = (note: string): void => Progress.line(`note: ${note}`, o.quiet ?? false);
  const warn = (what: string): void => Progress.line(`warning: ${what}`, o.quiet ?? false);
  const common = {
    path,
    quiet: o.quiet ?? false,
    profile: o.profile ?? false,
    saveEvery: o.saveEvery,
    deterministic: o.deterministic ?? false,
  };
  if (o.resume && (await isRun(path)))
    return { ...common, ...(await planResume(photo, layout, targets, path, o, notify)) };
  const sketch = o.condition === 'sketch';
  if (o.resume && (!photo || !(layout || sketch))) await RunFolder.open(path); // says what is wrong with it
  if (!photo || !(layout || sketch))
    throw new UserError('a photograph and its layout are needed: semia train PHOTO LAYOUT -o RUN');
  const config = configure(o);
  const { source, notes, files } = await readSource(photo, layout, {
    ...o,
    own: true,
    longSide: o.outputSize,
  });
  const prepared = PreparedSource.for(config, source);
  notes.forEach(notify);
  const layouts = await readLayouts(targets, source.palette, notify);
  const read = targetsOf(layouts, prepared, notify, o.targetSize);
  const vgg = o.vgg ? await readVgg(o.vgg) : null;
  await checkNewRun(path);
  await checkWritable(path);
  // Its warnings are of areas.
  if (!sketch)
    trainingCases(
      source,
      read,
      source.palette.classes.map((c) => c.name),
      config.size,
    ).forEach(warn);
  return {
    ...common,
    config,
    prepared,
    targets: read,
    resume: null,
    vgg,
    inputs: { ...files, vgg: vgg?.record ?? null, targets: layouts.map((t) => t.record) },
  };
}

type Resumed = Omit<Job, 'path' | 'quiet' | 'profile' | 'saveEvery' | 'deterministic'>;

async function planResume(
  photo: string | undefined,
  layout: string | undefined,
  targets: readonly string[],
  path: string,
  o: TrainOptions,
  notify: (note: string) => void,
): Promise<Resumed> {
  const run = await RunFolder.open(path);
  const { config, inputs, size, host } = run.record;
  refuseChanges(path, [
    ['--preset', o.preset, config.preset],
    ['--condition', o.condition, config.network.condition === 'sketch' ? 'sketch' : 'classes'],
    ['--size', o.size, config.size],
    ['--width', o.width, config.network.generator],
    ['--seed', o.seed, config.seed],
    [
      '--output-size',
      o.outputSize === undefined
        ? undefined
        : Math.min(o.outputSize, Math.max(inputs.photo.width, inputs.photo.height)),
      Math.max(size.width, size.height),
    ],
  ]);
  if (o.deterministic && run.record.kernels?.choice === 'measured') {
    throw new UserError(
      `${path}: cannot be resumed with --deterministic: it began with kernels chosen by measuring, and ` +
        'keeps to them: leave it out, or train a new run',
    );
  }
  if (o.iterations !== undefined && o.iterations < config.iterations) {
    throw new UserError(
      `${path}: was planned for ${config.iterations} iterations and has done ${host.iteration}: ` +
        `--iterations ${o.iterations} would change its learning rates: give no smaller ` +
        'total than planned',
    );
  }
  const same = (given: FileRecord | undefined, own: FileRecord | null): boolean =>
    !given || given.sha256 === own?.sha256;
  const changed: string[] = [];
  const compare = (given: FileRecord | undefined, own: FileRecord | null): void => {
    if (!same(given, own)) changed.push(given!.name);
  };
  if (photo) compare((await readInputPicture(photo, false)).record, inputs.photo);
  if (layout) compare((await readInputPicture(layout, true)).record, inputs.layout);
  if (o.palette) compare((await readPalette(o.palette)).record, inputs.palette);
  const source = await run.source();
  const files: InputPicture[] = targets.length ? await readLayouts(targets, source.palette, notify) : [];
  if (files.length && files.length !== inputs.targets.length) changed.push('the targets');
  else for (const [i, f] of files.entries()) compare(f.record, inputs.targets[i]);
  const vggFile = o.vgg ?? inputs.vgg?.name;
  const vgg = vggFile ? await readVgg(vggFile) : null;
  if (vgg) compare(vgg.record, inputs.vgg);
  refuseResumeInputs(path, changed);
  await checkWritable(`${path}/run.json`);
  const grown = o.iterations !== undefined && o.iterations > config.iterations;
  if (grown && host.iteration > 0 && host.iteration < config.iterations)
    notify(
      'the larger total stretches the schedule of learning rates: the result is not that of a run ' +
        'planned for it from the start',
    );
  return {
    config: grown ? withIterations(config, o.iterations!) : config,
    prepared: PreparedSource.for(config, source),
    targets: await run.targets(),
    inputs,
    resume: run,
    vgg,
  };
}

/** Opens the device and trains. Ends the process, with the way to go on, where the user stopped it. */
export async function runTraining(
  job: Job,
  { session, goOn }: { session?: Session; goOn?: string } = {},
): Promise<Trained> {
  session ??= await openSession();
  let stop: Interrupt | null = null;
  try {
    const trained = await train(
      session,
      job,
      () =>
        (stop = new Interrupt(() =>
          Progress.line('\nstopping after this iteration and saving; once more to stop at once', job.quiet),
        )),
    );
    if (!trained.finished) {
      Progress.line(
        `saved at iteration ${trained.run.iteration} of ${trained.run.record.config.iterations}. To go ` +
          `on:\n  ${goOn ?? again('--resume')}`,
        job.quiet,
      );
      process.exit(stop!.exitCode);
    }
    return trained;
  } catch (error) {
    throw explainDevice(error);
  }
}
