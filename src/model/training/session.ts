/**
 * A training from its beginning to its end: learn the targets' patch syntheses, record the steps, fit the schedule to a
 * time, iterate, read the losses, give the state to be saved, paint. Callers only show and store.
 *
 *     const training = await TrainingSession.open({ session, config, prepared, targets });
 *     await training.fitTo(5 * 60);
 *     for await (const { iteration, losses } of training.iterate()) show(iteration, losses);
 *     const picture = await training.painter.paint(target);
 */
import { measuring, type Tuner } from '../../autograd/kernels/tune.ts';
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import type { Target } from '../../data/prepare.ts';
import type { Profile } from '../../engine/profile.ts';
import type { Config } from '../config.ts';
import type { TensorState } from '../networks/networks.ts';
import type { PairData } from '../pair.ts';
import type { PreparedSource } from '../preparedSource.ts';
import { Painter, restoring } from '../rendering/painter.ts';
import { synthesizeTargets } from '../synthesis/synthesis.ts';
import { readingInterval, shortened } from './schedule.ts';
import { type HostState, Training, type TrainingInput } from './training.ts';

/** How a training shares its device with other work. */
export interface DeviceSharing {
  /** Runs work that needs the device for itself, when its turn has come. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Awaited within such work, between steps: lets in what cannot wait, such as the preview of a stroke. */
  giveWay?(): Promise<void>;
  /** The clock that trials are timed by, in ms; without: `performance.now`. */
  now?(): number;
}

/** The state of a saved run, to go on from. */
export interface SavedTraining {
  /** The targets with the pictures that were learned from. */
  learned: readonly PairData[];
  /** Networks and optimizers. */
  state: TensorState;
  /** Positions in the schedule and in the random streams. */
  host: HostState;
}

/** What a training is opened with. */
export interface TrainingSetup {
  /** The device that computes. */
  session: Session;
  /** All settings; see `configure`. */
  config: Config;
  /** The photograph, prepared for this configuration. */
  prepared: PreparedSource;
  /** Layouts known in advance: presets with a `targetShare` learn from them. Not used with `resume`. */
  targets?: readonly Target[];
  /** Feature maps for the coherence loss, e.g. VGG's; colors without. Asked for while the steps are recorded. */
  maps?: () => TrainingInput['maps'];
  /** Chooses kernels by measuring before the training begins; without: those of the session, in the fixed order. */
  tuner?: Tuner | null;
  /** The state of a saved run to go on from. */
  resume?: SavedTraining;
  /** Without: the device is this training's alone. */
  device?: DeviceSharing;
  /** Called with what is under way, in words. What it throws ends the opening. */
  onStage?: (stage: string) => void;
}

/** After every iteration. */
export interface TrainingProgress {
  /** Iterations done. */
  iteration: number;
  /** Iterations in all. */
  of: number;
  /** What this one took, without the other work that was let in. */
  seconds: number;
  /** Every `lossesEvery` iterations the mean losses since the last reading. */
  losses: Record<string, number> | null;
}

/** How a training is iterated. */
export interface IterateOptions {
  /** Iterations between readings of the losses; default `readingInterval`, Infinity for none. */
  lossesEvery?: number;
  /** Asked before every iteration: where to measure it. */
  profile?: () => Profile | undefined;
  /** Looked at before every iteration; an abort rejects with its reason. */
  signal?: AbortSignal;
}

const alone: DeviceSharing = { exclusive: (work) => work() };

/** One training, from opening to painting. Made by `TrainingSession.open`. */
export class TrainingSession {
  /** Paints with the networks as they are at the moment. */
  readonly painter: Painter;
  private secondsEach: number | null = null;

  private constructor(
    private readonly training: Training,
    /** The photograph at the training scale. */
    readonly prepared: PreparedSource,
    /** The targets with the pictures that are learned from; to be saved with a new run. */
    readonly learned: readonly PairData[],
    private readonly device: DeviceSharing,
  ) {
    this.painter = new Painter(training.session, training.config, prepared, training.networks);
  }

  /**
   * Learns the targets, records and compiles every step, and takes up a saved state.
   * Throws UserError where the adapter's buffers are too small, or where a saved state does not fit.
   */
  static async open(o: TrainingSetup): Promise<TrainingSession> {
    const { session, config, prepared, resume, tuner = null, device = alone } = o;
    const learned = resume?.learned ?? (await learnTargets(o));
    o.onStage?.('compiling the training steps');
    const compile = (): Promise<Training> =>
      measuring(session, tuner, () => record(session, config, prepared, learned, o.maps?.()));
    // Measuring wants the device for itself.
    const training = await (tuner ? device.exclusive(compile) : compile());
    if (resume) restoring(() => training.restore(resume.state, resume.host));
    return new TrainingSession(training, prepared, learned, device);
  }

  /** The device that computes. */
  get session(): Session {
    return this.training.session;
  }
  /** The settings as they are now: `fitTo` shortens the schedule. */
  get config(): Config {
    return this.training.config;
  }
  /** Iterations done. */
  get iteration(): number {
    return this.training.iteration;
  }
  /** Whether all iterations are done. */
  get finished(): boolean {
    return this.iteration >= this.config.iterations;
  }

  /** Seconds that the iterations left will take. Measured once, by trials whose changes are undone. */
  async estimate(): Promise<number> {
    const { training, device } = this;
    this.secondsEach ??=
      (await device.exclusive(() =>
        training.iterationCost(device.now, () => device.giveWay?.() ?? Promise.resolve()),
      )) / 1000;
    return this.secondsEach * (this.config.iterations - this.iteration);
  }

  /**
   * Shortens the schedule of a training that has not begun, so that its iterations take at most about so many seconds
   * here. Resolves to the seconds that they will take.
   */
  async fitTo(seconds: number): Promise<number> {
    const cost = await this.estimate();
    if (this.iteration === 0) this.training.reschedule(shortened(this.config, cost, seconds).iterations);
    return this.estimate();
  }

  /** Trains to the last iteration, one at a time. Leaving the loop pauses; a later call goes on. */
  async *iterate({ lossesEvery, profile, signal }: IterateOptions = {}): AsyncGenerator<TrainingProgress, void, void> {
    const every = lossesEvery ?? readingInterval(this.config);
    while (!this.finished) {
      signal?.throwIfAborted();
      const seconds = await this.device.exclusive(() => this.next(profile?.()));
      const losses = this.iteration % every === 0 ? await this.readLosses() : null;
      yield { iteration: this.iteration, of: this.config.iterations, seconds, losses };
    }
  }

  /** One iteration; resolves to its own seconds. */
  private async next(profile?: Profile): Promise<number> {
    const { session, device } = this;
    const start = performance.now();
    let others = 0;
    // On a processor an iteration takes long enough to be felt, so other work may come in between its steps, for the
    // price of waiting for each. A graphics card is kept busy through the whole iteration, which is over in no time.
    const between =
      device.giveWay && session.device.info.software
        ? async (): Promise<void> => {
            const paused = performance.now();
            await device.giveWay!();
            others += performance.now() - paused;
          }
        : undefined;
    await this.training.next(profile, between);
    return (performance.now() - start - others) / 1000;
  }

  /** Mean losses since the last reading; null where there was no iteration since. */
  async readLosses(): Promise<Record<string, number> | null> {
    const losses = await this.device.exclusive(() => this.training.losses());
    return Object.keys(losses).length ? losses : null;
  }

  /** Parameters and optimizer state, to be saved together with `host`. Not to be called within an iteration. */
  state(): Promise<TensorState> {
    return this.training.state();
  }
  /** Positions in the schedule and in the random streams, to be saved together with `state`. */
  get host(): HostState {
    return this.training.host;
  }
}

/**
 * The targets to learn from, with their patch syntheses, on the grid of the training pair; none where the preset learns
 * from none.
 */
async function learnTargets({
  session,
  config,
  prepared,
  targets = [],
  device = alone,
  onStage,
}: TrainingSetup): Promise<PairData[]> {
  if (!(config.targetShare > 0)) return [];
  const learned: PairData[] = [];
  const { lines } = prepared.source.palette;
  for (const [i, t] of targets.entries()) {
    onStage?.(`patches for target ${i + 1} of ${targets.length}`);
    const layout = prepared.fitForTraining(t);
    learned.push(...(await device.exclusive(() => synthesizeTargets(session, prepared.pair, [layout], lines))));
  }
  return learned;
}

/** Networks and recorded steps. */
async function record(
  session: Session,
  c: Config,
  { pair, classes }: PreparedSource,
  targets: readonly PairData[],
  maps: TrainingInput['maps'],
): Promise<Training> {
  try {
    return await Training.create(session, c, { pair, classes, targets, maps });
  } catch (error) {
    // The engine's own message about a buffer larger than the adapter has.
    if (!(error instanceof RangeError)) throw error;
    throw Object.assign(
      new UserError(
        `a training size of ${c.size} is too much for this adapter (${error.message}): use a smaller --size or --width`,
      ),
      { cause: error },
    );
  }
}
