/** semia singan train PHOTO -o RUN, and what can be done with the run (singanTasks.ts): SinGAN (Shaham et al. 2019). */
import type { Command } from 'commander';
import { UserError } from '../data/errors.ts';
import { fitSize, flatten, resize, type Picture } from '../data/image.ts';
import { published, scalesOf, small, type SinganConfig } from '../model/baselines/singan.config.ts';
import { singanFormat } from '../model/baselines/singan.record.ts';
import { SinganTraining, spread } from '../model/baselines/singan.training.ts';
import type { PictureRecord } from '../model/runRecord.ts';
import { checkNewRun } from '../node/runFolder.ts';
import { isSinganRun, SinganFolder } from '../node/singanFolder.ts';
import { versions } from '../node/version.ts';
import { readInputPicture } from './inputs.ts';
import { Interrupt } from './interrupt.ts';
import { again, integer, refuseChanges, refuseResumeInputs } from './options.ts';
import { checkWritable } from './outputs.ts';
import { duration, Progress } from './progress.ts';
import { explainDevice, openSession } from './session.ts';
import { addSinganTasks } from './singanTasks.ts';

interface TrainOptions { output: string; minutes?: number; size?: number; coarsest?: number; width?: number; iterations?: number; reconstruction?: number; seed?: number; resume?: boolean; saveEvery: number; quiet?: boolean }
/** What training needs, read and checked before a device is opened. */
interface Plan { run: SinganFolder | null; photo: Picture; record: PictureRecord; given: Partial<SinganConfig> }

export function addSingan(program: Command): void {
  const group = program.command('singan').description('SinGAN (Shaham et al. 2019), to compare with: learns one photograph without a layout')
    .addHelpText('after', '\nExample:\n  semia singan train photo.jpg -o runs/singan --minutes 10\n  semia singan sample runs/singan -n 6 -o samples\n');
  group.command('train').description('learn a photograph, scale by scale').argument('[photo]', 'the photograph (PNG, JPEG, WebP)')
    .requiredOption('-o, --output <run>', 'the run folder to make, or with --resume to go on with')
    .option('--minutes <number>', 'take fewer iterations, so that training takes about so long', integer(1, 10_000))
    .option('--size <pixels>', `longer side of the finest scale, at most (default: ${published.finest}, on adapters that compute on the processor ${small.finest})`, integer(16, 1024))
    .option('--coarsest <pixels>', `shorter side of the coarsest scale (default: ${published.coarsest})`, integer(12, 256))
    .option('--width <channels>', `channels at the coarsest scale, doubling every 4 scales up to ${published.widest} (default: ${published.width}, on adapters that compute on the processor ${small.width})`, integer(4, 128, 4))
    .option('--iterations <count>', `per scale (default: ${published.iterations}, on adapters that compute on the processor ${small.iterations})`, integer(1, 100_000))
    .option('--reconstruction <weight>', `of the reconstruction (default: ${published.reconstruction}; 100 for super-resolution)`, integer(0, 10_000))
    .option('--seed <number>', 'another seed gives another run (default: 0)', integer(0, 2 ** 32 - 1))
    .option('--resume', 'go on with an interrupted run').option('--save-every <seconds>', 'time between saves', integer(0, 86_400), 30).option('--quiet', 'print nothing but errors')
    .addHelpText('after', '\nExample:\n  semia singan train photo.jpg -o runs/singan --minutes 10\n')
    .action(async (photo: string | undefined, o: TrainOptions) => train(await plan(photo, o), o));
  addSinganTasks(group);
}

async function plan(path: string | undefined, o: TrainOptions): Promise<Plan> {
  const { size: finest, coarsest, width, iterations, reconstruction, seed } = o;
  const given = Object.fromEntries(Object.entries({ finest, coarsest, width, iterations, reconstruction, seed }).filter(([, v]) => v !== undefined)) as Partial<SinganConfig>;
  const input = path === undefined ? null : await readInputPicture(path, false);
  if (o.resume && await isSinganRun(o.output)) {
    const run = await SinganFolder.open(o.output);
    const own = run.record.config;
    refuseChanges(o.output, (Object.entries(given) as [keyof SinganConfig, number][]).map(([k, v]) => [`--${k === 'finest' ? 'size' : k}`, v, own[k]] as const));
    if (o.minutes !== undefined) throw new UserError(`${o.output}: cannot be resumed with --minutes: its iterations were planned when it began: leave it out`);
    if (input && input.record.sha256 !== run.record.photo.sha256) refuseResumeInputs(o.output, [input.path]);
    await checkWritable(`${o.output}/singan.json`);
    return { run, photo: await run.photo(), record: run.record.photo, given: own };
  }
  if (o.resume && !input) await SinganFolder.open(o.output);   // says what is wrong with it
  if (!input) throw new UserError('a photograph is needed: semia singan train PHOTO -o RUN');
  // Where nobody gave a size, the least of the defaults is tried: what it refuses is told before a device is opened.
  scalesOf(input.picture.width, input.picture.height, { ...published, ...small, ...given });
  await checkNewRun(o.output);
  await checkWritable(o.output);
  return { run: null, photo: flatten(input.picture), record: input.record, given };
}

async function train({ run, photo, record, given }: Plan, o: TrainOptions): Promise<void> {
  const tell = (text: string): void => Progress.line(text, o.quiet ?? false);
  await run?.claim();
  const restored = run && await run.state();
  const session = await openSession();
  try {
    const { info } = session.device;
    const config: SinganConfig = run ? run.record.config : { ...published, ...(info.software && small), ...given };
    const fine = fitSize(photo.width, photo.height, config.finest);
    const used = resize(photo, fine.width, fine.height);
    const scales = scalesOf(used.width, used.height, config);
    const training = new SinganTraining(session, config, scales, used, run ? structuredClone(run.record.host) : undefined, restored ?? undefined);
    const now = new Date().toISOString();
    const folder = run ?? await SinganFolder.create(o.output, { format: singanFormat, config, photo: record, size: { width: used.width, height: used.height }, adapter: info, versions: versions(), started: now, saved: now, seconds: 0 }, used, training);
    if (!run && info.software && given.finest === undefined) tell(`note: this adapter computes on the processor, so the networks are small and the finest scale is ${used.width} x ${used.height}; as published: --size ${published.finest} --width ${published.width} --iterations ${published.iterations}`);
    const stop = new Interrupt(() => tell('\nstopping after this iteration and saving; once more to stop at once'));
    const began = performance.now();
    let saved = began;
    let progress: Progress | null = null;
    const elapsed = (): number => (performance.now() - began) / 1000;
    const before = folder.record.seconds;
    const save = async (): Promise<void> => { await folder.save(training, { seconds: before + elapsed(), adapter: info, versions: versions() }); saved = performance.now(); };
    const finished = await training.run({
      plan: (k, cost) => {
        const iterations = o.minutes === undefined ? config.iterations : spread(scales, k, cost, 60 * o.minutes - elapsed(), config.iterations);
        const { width, height, channels } = scales[k];
        tell(`scale ${k + 1} of ${scales.length}: ${width} x ${height}, ${channels} channels, ${iterations} iterations in about ${duration(cost * iterations)}`);
        return iterations;
      },
      after: async (t, of) => {
        const { iteration } = t.host;
        progress ??= new Progress(iteration, of, o.quiet ?? false);
        const done = iteration || of;   // at 0 a scale has just been finished
        if (done % Math.max(1, Math.round(of / 50)) === 0 || done === of) progress.losses(await t.losses());
        progress.at(done);
        if (done === of) { progress.stop(); progress = null; }
        if (stop.requested || t.finished || performance.now() - saved >= o.saveEvery * 1000) await save();
        return stop.requested !== null;
      },
    });
    if (finished) { tell(`${o.output}: trained. Next: semia singan sample ${o.output} -n 6 -o OUT`); return; }
    tell(`saved at scale ${training.host.scale + 1} of ${scales.length}, iteration ${training.host.iteration}. To go on:\n  ${again('--resume')}`);
    process.exit(stop.exitCode);
  } catch (error) {
    throw explainDevice(error);
  }
}
