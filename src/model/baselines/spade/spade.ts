/** SPADE as a method to compare: the conditional baseline, trained on the one pair within a time. */
import type { Session } from '../../../autograd/session.ts';
import { UserError } from '../../../data/errors.ts';
import type { Picture } from '../../../data/image/image.ts';
import { ownLayout, type Source, type Target } from '../../../data/prepare.ts';
import { PreparedSource } from '../../preparedSource.ts';
import { type ComparedMethod, timedReport, trainingEnd } from '../method.ts';
import { spadeLevels } from './networks.ts';
import { type SpadeOptions, SpadeTraining } from './training.ts';

/**
 * Unless asked for otherwise: what two processor cores train in minutes. At the published rates 100 iterations on the
 * lake scene at 64 pixels give one blur for every layout; at ten times these, 90 iterations follow the layouts [M].
 */
export const spadeDefaults = { size: 64, width: 8, iterations: 1000, rate: 10 };

export interface SpadeRun extends SpadeOptions {
  session: Session;
  source: Source;
  targets: readonly Target[];
  /** Fewer iterations where the whole would take longer than this. */
  seconds?: number;
  /** Also end training where it takes longer than planned; what it made cannot be made again then. */
  byClock?: boolean;
  report: (note: string) => void;
}
export interface SpadeResult {
  pictures: Picture[];
  reconstruction: Picture;
  /** Those made; fewer than planned where the clock ended training. */
  iterations: number;
  planned: number;
  size: number;
  losses: Record<string, number>;
}

/** Trains on the source, then paints every target and the source's own layout. Frees all of it. */
export const runSpade = ({
  session,
  source,
  targets,
  seconds = Infinity,
  byClock = false,
  report,
  ...given
}: SpadeRun): Promise<SpadeResult> =>
  session.memory.scope(async () => {
    const began = performance.now();
    const size = Math.min(given.size, Math.max(source.width, source.height));
    const classes = source.palette.classes.length;
    const channels = given.channels ?? Array.from({ length: classes }, (_, k) => k);
    if (channels.length !== classes)
      throw new UserError(
        `${channels.length} channels are named for ${classes} classes: give one for each ` +
          `(${source.palette.classes.map((c) => c.name).join(', ')})`,
      );
    const available = given.weights?.size.classes ?? classes;
    const beyond = channels.find((k) => k >= available);
    if (beyond !== undefined)
      throw new UserError(
        `the weights take layouts of ${available} channels (0 to ${available - 1}), and a class is to be ` +
          `channel ${beyond}: name the channels of the classes`,
      );
    // refuses what is too small before the work begins
    const prepared = new PreparedSource(source, size, spadeLevels).check(targets);
    const until = trainingEnd(began, seconds);
    let o: SpadeOptions = { ...given, size, channels };
    let training = await SpadeTraining.create(session, prepared, o);
    if (o.iterations && Number.isFinite(seconds)) {
      const each = await training.secondsEach();
      const fit = Math.max(1, Math.min(o.iterations, Math.floor((until - performance.now()) / 1000 / each)));
      if (fit < o.iterations) training = await SpadeTraining.create(session, prepared, (o = { ...o, iterations: fit }));
      report(`${o.iterations} iterations in about ${Math.round(o.iterations * each)} s`);
    }
    const progress = timedReport(report);
    while (training.iteration < o.iterations && (!byClock || !training.iteration || performance.now() < until)) {
      await training.next();
      progress(`iteration ${training.iteration} of ${o.iterations}`);
    }
    const losses = o.iterations ? await training.losses() : {};
    const pictures = [];
    for (const t of targets) pictures.push(await training.paint(t));
    return {
      pictures,
      reconstruction: await training.paint(ownLayout(source)),
      iterations: training.iteration,
      planned: o.iterations,
      size,
      losses,
    };
  });

export const spadeMethod: ComparedMethod = {
  name: 'spade',
  label: 'SPADE, on the one pair',
  usual: true,
  trains: 2,
  note:
    'Park et al. 2019, made for data sets: here trained on the one pair with our warps, at 1/8 of the ' +
    'published width and 10 times its learning rates, enlarged from its training size',
  run: async ({ seed, seconds, vgg, ...inputs }) => {
    const r = await runSpade({
      ...inputs,
      ...spadeDefaults,
      seed,
      seconds,
      byClock: true,
      vgg: vgg?.open(inputs.session),
    });
    return {
      pictures: r.pictures,
      reconstruction: r.reconstruction,
      settings:
        `${r.iterations} iterations${r.iterations < r.planned ? ` (${r.planned} were planned)` : ''}, ` +
        `training size ${r.size}, width ${spadeDefaults.width}, ` +
        `rates x ${spadeDefaults.rate}, seed ${seed}${vgg ? ', VGG loss' : ''}`,
      repeat:
        r.iterations < r.planned
          ? null
          : {
              command: 'spade',
              options: [
                '--size',
                String(r.size),
                '--iterations',
                String(r.iterations),
                '--seed',
                String(seed),
                '--rate',
                String(spadeDefaults.rate),
                ...(vgg ? ['--vgg', vgg.name] : []),
              ],
            },
    };
  },
};
