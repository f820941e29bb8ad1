/** semia singan train PHOTO -o RUN, and what can be done with the run (singanTasks.ts): SinGAN (Shaham et al. 2019). */
import type { Command } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { readableList } from '../../../data/formats/imageFormats.ts';
import { fitSize, flatten, type Picture, resize } from '../../../data/image/image.ts';
import { largestTensor, refuseSize } from '../../../model/baselines/limits.ts';
import {
  activationBytes,
  published,
  type SinganConfig,
  scalesOf,
  small,
} from '../../../model/baselines/singan/config.ts';
import { singanFormat } from '../../../model/baselines/singan/record.ts';
import { repainting, SinganTraining, spread } from '../../../model/baselines/singan/training.ts';
import type { PictureRecord } from '../../../model/run/runRecord.ts';
import { checkNewRun } from '../../../node/runFolder.ts';
import { isSinganRun, SinganFolder } from '../../../node/singanFolder.ts';
import { versions } from '../../../node/version.ts';
import { Interrupt } from '../../interrupt.ts';
import { readInputPicture } from '../../options/inputs.ts';
import { again, integer, refuseChanges, refuseResumeInputs } from '../../options/options.ts';
import { checkWritable } from '../../options/outputs.ts';
import { metadataOption } from '../../options/results.ts';
import { duration, Progress } from '../../reports/progress.ts';
import { explainDevice, openSession } from '../../session.ts';
import { addSinganTasks, openRun } from './singanTasks.ts';

interface TrainOptions {
  output: string;
  minutes?: number;
  size?: number;
  coarsest?: number;
  width?: number;
  iterations?: number;
  reconstruction?: number;
  seed?: number;
  paint?: string;
  start?: number;
  colors?: number;
  resume?: boolean;
  saveEvery: number;
  quiet?: boolean;
  metadata?: boolean;
}
/** What training needs, read and checked before a device is opened. */
/** `base`: the trained run of which one scale is trained again. */
interface Plan {
  run: SinganFolder | null;
  base?: SinganFolder;
  photo: Picture;
  record: PictureRecord;
  given: Partial<SinganConfig>;
}

export function addSingan(program: Command): void {
  const group = program
    .command('singan')
    .description('SinGAN (Shaham et al. 2019), to compare with: learns one photograph without a layout')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia singan train photo.jpg -o runs/singan --minutes 10\n' +
        '  semia singan sample runs/singan -n 6 -o samples\n',
    );
  metadataOption(
    group
      .command('train')
      .description('learn a photograph, scale by scale')
      .argument('[photo]', `the photograph (${readableList})`)
      .requiredOption('-o, --output <run>', 'the run folder to make, or with --resume to go on with')
      .option('--minutes <number>', 'take fewer iterations, so that training takes about so long', integer(1, 10_000))
      .option(
        '--size <pixels>',
        `longer side of the finest scale, at most (default: ${published.finest}, on adapters that compute on the ` +
          `processor ${small.finest})`,
        integer(16, 1024),
      )
      .option(
        '--coarsest <pixels>',
        `shorter side of the coarsest scale (default: ${published.coarsest})`,
        integer(12, 256),
      )
      .option(
        '--width <channels>',
        `channels at the coarsest scale, doubling every 4 scales up to ${published.widest} (default: ` +
          `${published.width}, on adapters that compute on the processor ${small.width})`,
        integer(4, 128, 4),
      )
      .option(
        '--iterations <count>',
        `per scale (default: ${published.iterations}, on adapters that compute on the processor ${small.iterations})`,
        integer(1, 100_000),
      )
      .option(
        '--reconstruction <weight>',
        `of the reconstruction (default: ${published.reconstruction}; 100 for super-resolution)`,
        integer(0, 10_000),
      )
      .option('--seed <number>', 'another seed gives another run (default: 0)', integer(0, 2 ** 32 - 1))
      .option(
        '--paint <run>',
        'train one scale of a finished run again, on the photograph in few colors: for semia singan paint',
      )
      .option('--start <scale>', 'with --paint: the scale that paintings will be given to (default: 1)', integer(1, 99))
      .option('--colors <count>', 'with --paint: how many colors (default: 5)', integer(2, 64))
      .option('--resume', 'go on with an interrupted run')
      .option('--save-every <seconds>', 'time between saves', integer(0, 86_400), 30)
      .option('--quiet', 'print nothing but errors')
      .addHelpText(
        'after',
        '\nExample:\n' +
          '  semia singan train photo.jpg -o runs/singan --minutes 10\n' +
          '  semia singan train --paint runs/singan -o runs/singan-paint\n',
      ),
  ).action(async (photo: string | undefined, o: TrainOptions) => train(await plan(photo, o), o));
  addSinganTasks(group);
}

async function plan(path: string | undefined, o: TrainOptions): Promise<Plan> {
  if (o.paint !== undefined && !o.resume) return repaint(o.paint, path, o);
  if (!o.resume && (o.start !== undefined || o.colors !== undefined))
    throw new UserError('--start and --colors belong to --paint RUN');
  const { size: finest, coarsest, width, iterations, reconstruction, seed } = o;
  const given = Object.fromEntries(
    Object.entries({ finest, coarsest, width, iterations, reconstruction, seed }).filter(([, v]) => v !== undefined),
  ) as Partial<SinganConfig>;
  const input = path === undefined ? null : await readInputPicture(path, false, true);
  if (input && o.metadata === false) delete input.picture.exif;
  if (o.resume && (await isSinganRun(o.output))) {
    const run = await SinganFolder.open(o.output);
    const own = run.record.config;
    refuseChanges(
      o.output,
      (Object.entries(given) as [keyof SinganConfig, number][]).map(
        ([k, v]) => [`--${k === 'finest' ? 'size' : k}`, v, own[k]] as const,
      ),
    );
    if (o.minutes !== undefined)
      throw new UserError(
        `${o.output}: cannot be resumed with --minutes: its iterations were planned when it began: leave it out`,
      );
    if (input && input.record.sha256 !== run.record.photo.sha256) refuseResumeInputs(o.output, [input.path]);
    await checkWritable(`${o.output}/singan.json`);
    return { run, photo: await run.photo(), record: run.record.photo, given: own };
  }
  if (o.resume && !input) await SinganFolder.open(o.output); // says what is wrong with it
  if (!input) throw new UserError('a photograph is needed: semia singan train PHOTO -o RUN');
  // Without a given size, the smallest of the defaults is checked, so that a photograph that is too small is refused
  // before a device is opened.
  scalesOf(input.picture.width, input.picture.height, { ...published, ...small, ...given });
  await checkNewRun(o.output);
  await checkWritable(o.output);
  return { run: null, photo: flatten(input.picture), record: input.record, given };
}

/** One scale of a finished run, to be trained again. */
async function repaint(path: string, photo: string | undefined, o: TrainOptions): Promise<Plan> {
  const { size, coarsest, width, reconstruction, seed, iterations, start = 1, colors = 5 } = o;
  if (photo !== undefined) throw new UserError(`${photo}: --paint takes the photograph of ${path}: leave it out`);
  const other = Object.entries({ size, coarsest, width, reconstruction, seed }).find(([, v]) => v !== undefined);
  if (other) throw new UserError(`--${other[0]}: --paint takes it from ${path}: leave it out`);
  const { run, photo: own, last } = await openRun(path);
  if (start > last)
    throw new UserError(
      last
        ? `--start ${start}: paintings are given to one of the scales 1 to ${last} of ${path}`
        : `${path}: has one scale only, and nothing can be injected above it: train a run with a larger --size or ` +
            'a smaller --coarsest',
    );
  await checkNewRun(o.output);
  await checkWritable(o.output);
  return {
    run: null,
    base: run,
    photo: own,
    record: run.record.photo,
    given: { ...run.record.config, ...(iterations !== undefined && { iterations }), paint: { start, colors } },
  };
}

async function train({ run, base, photo, record, given }: Plan, o: TrainOptions): Promise<void> {
  const notify = (text: string): void => Progress.line(text, o.quiet ?? false);
  await run?.claim();
  const restored = await (run ?? base)?.state();
  const session = await openSession();
  try {
    const { info } = session.device;
    const config: SinganConfig = run
      ? run.record.config
      : base
        ? (given as SinganConfig)
        : { ...published, ...(info.software && small), ...given };
    const fine = fitSize(photo.width, photo.height, config.finest);
    const used = resize(photo, fine.width, fine.height);
    const scales = scalesOf(used.width, used.height, config);
    for (const scale of scales)
      refuseSize(
        {
          what: 'SinGAN',
          width: scale.width,
          height: scale.height,
          bytes: activationBytes(scale),
          advice: (side) => `use --size ${side}, or a smaller --width`,
        },
        largestTensor(session),
      );
    const training = new SinganTraining(
      session,
      config,
      scales,
      used,
      run ? structuredClone(run.record.host) : base && repainting(base.record.host, config.paint!.start),
      restored,
    );
    const now = new Date().toISOString();
    const folder =
      run ??
      (await SinganFolder.create(
        o.output,
        {
          format: singanFormat,
          config,
          photo: record,
          size: { width: used.width, height: used.height },
          adapter: info,
          versions: versions(),
          started: now,
          saved: now,
          seconds: 0,
        },
        used,
        training,
      ));
    if (!run && !base && info.software && given.finest === undefined)
      notify(
        'note: this adapter computes on the processor, so the networks are small and the finest scale is ' +
          `${used.width} x ${used.height}; as published: --size ${published.finest} --width ${published.width} ` +
          `--iterations ${published.iterations}`,
      );
    const stop = new Interrupt(() => notify('\nstopping after this iteration and saving; once more to stop at once'));
    const began = performance.now();
    let saved = began;
    let progress: Progress | null = null;
    const elapsed = (): number => (performance.now() - began) / 1000;
    const before = folder.record.seconds;
    const save = async (): Promise<void> => {
      await folder.save(training, { seconds: before + elapsed(), adapter: info, versions: versions() });
      saved = performance.now();
    };
    const finished = await training.run({
      plan: (k, cost) => {
        const iterations =
          o.minutes === undefined
            ? config.iterations
            : spread(
                config.paint ? scales.slice(0, k + 1) : scales,
                k,
                cost,
                60 * o.minutes - elapsed(),
                config.iterations,
              );
        const { width, height, channels } = scales[k];
        notify(
          `scale ${k + 1} of ${scales.length}: ${width} x ${height}, ${channels} channels, ${iterations} ` +
            `iterations in about ${duration(cost * iterations)}`,
        );
        return iterations;
      },
      after: async (t, of) => {
        const { iteration } = t.host;
        progress ??= new Progress(iteration, of, o.quiet ?? false);
        const done = iteration || of; // at 0 a scale has just been finished
        if (done % Math.max(1, Math.round(of / 50)) === 0 || done === of) progress.losses(await t.losses());
        progress.at(done);
        if (done === of) {
          progress.stop();
          progress = null;
        }
        if (stop.requested || t.finished || performance.now() - saved >= o.saveEvery * 1000) await save();
        return stop.requested !== null;
      },
    });
    folder.close();
    if (finished) {
      notify(
        `${o.output}: trained. Next: semia singan ` +
          `${config.paint ? `paint ${o.output} PAINTING -o OUT.png` : `sample ${o.output} -n 6 -o OUT`}`,
      );
      return;
    }
    notify(
      `saved at scale ${training.host.scale + 1} of ${scales.length}, iteration ${training.host.iteration}. To ` +
        'go on:\n' +
        `  ${again('--resume')}`,
    );
    process.exit(stop.exitCode);
  } catch (error) {
    throw explainDevice(error);
  }
}
