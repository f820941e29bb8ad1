/**
 * Training: alternating optimization of D, S and G on one pair (method, "Training"). All steps are recorded before the
 * loop; an iteration draws its augmentation, sends a few numbers, and replays.
 */

import { Meter } from '../../autograd/meter.ts';
import { newCounter, uniformNoise } from '../../autograd/ops/noise/noise.ts';
import { add } from '../../autograd/ops/pointwise/pointwise.ts';
import type { Parameters } from '../../autograd/parameters.ts';
import type { Session } from '../../autograd/session.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import type { Profile } from '../../engine/profile.ts';
import type { Program } from '../../engine/program.ts';
import { HostRandom } from '../../engine/random.ts';
import type { Config } from '../config.ts';
import { createNetworks, type Networks, restoreNetworks, type TensorState } from '../networks/networks.ts';
import { type ClassTable, classWeights, type PairData } from '../pair.ts';
import { drawAugmentation } from './augment.ts';
import { BatchInputs, type Role } from './batchInputs.ts';
import { type Coherence, colorMaps, exactCoherence, type Maps, PatchSamples, sampledCoherence } from './coherence.ts';
import { rateAt, withIterations } from './schedule.ts';
import { discriminatorStep, generatorStep, type Losses, type StepKind, segmenterStep } from './steps.ts';

/** What a training learns from. */
export interface TrainingInput {
  /** The photograph with its layout, on a grid whose sides are multiples of 2^levels. */
  pair: PairData;
  /** The classes of the layouts. */
  classes: ClassTable;
  /** The user's target layouts with pictures to learn from (patch syntheses); used with `targetShare`. */
  targets?: readonly PairData[];
  /** Feature maps for the coherence loss, e.g. VGG's; colors at the configured scales without. */
  maps?: Maps;
}

interface Step {
  program: Program;
  slots: number[];
  parameters: Parameters;
  rate: number;
}
/** Host-side state of a run: with the device's state it decides every later bit. */
export interface HostState {
  /** Iterations done. */
  iteration: number;
  /** Random numbers drawn on the host. */
  drawn: number;
  /** Step of the random numbers that are drawn on the device. */
  counter: number;
  /** Adam steps of G, D and S. */
  steps: [number, number, number];
}

export class Training {
  readonly networks: Networks;
  readonly feed: BatchInputs;
  private readonly meter: Meter;
  private readonly counter: Tensor;
  private readonly random: HostRandom;
  private readonly steps = new Map<string, Step>();
  private samples: PatchSamples | null = null;
  private counted = 0;
  /** Iterations done. */
  iteration = 0;

  private constructor(
    readonly session: Session,
    private settings: Config,
    private readonly input: TrainingInput,
  ) {
    const { config } = this;
    this.networks = createNetworks(session, config, input.classes.count);
    this.feed = new BatchInputs(session, config, input.classes, input.pair, input.targets ?? []);
    this.meter = new Meter(session);
    this.counter = newCounter(session, config.seed);
    this.random = new HostRandom(config.seed);
  }

  get config(): Config {
    return this.settings;
  }

  /**
   * Another number of iterations: rates and augmentation follow from here on. The one place where a training's
   * configuration is replaced; the recorded steps do not depend on it.
   */
  reschedule(iterations: number): void {
    if (iterations !== this.settings.iterations) this.settings = withIterations(this.settings, iterations);
  }

  /** Builds the networks and records every step; all pipelines are compiled when it returns. */
  static async create(session: Session, config: Config, input: TrainingInput): Promise<Training> {
    const t = new Training(session, config, input);
    await t.feed.prepare();
    const { source, target } = t.feed;
    const { rates } = config;
    const coherence = t.coherence();
    const noisy = (): Tensor => t.noisy(source.image);
    const d = t.networks.dPass.p;
    const g = t.networks.gPass.p;
    const { classes, pair } = input;
    const weights = config.balance
      ? session.lasting([classes.count], 'class weights', classWeights(pair.labels, classes.count, config.balance))
      : undefined;
    await t.record('D sampling', d, rates.discriminator, () => discriminatorStep(t.networks, source, target, noisy()));
    await t.record('D reconstruction', d, rates.discriminator, () =>
      discriminatorStep(t.networks, source, source, noisy()),
    );
    await t.record('S', t.networks.sPass.p, rates.segmenter, () =>
      segmenterStep(t.networks, source, t.counter, weights),
    );
    const kinds: StepKind[] = ['reconstruction', 'sampling', ...(t.feed.targetCount ? ['target' as const] : [])];
    for (const kind of kinds) {
      const to = kind === 'reconstruction' ? source : target;
      await t.record(`G ${kind}`, g, rates.generator, () =>
        generatorStep(t.networks, config, kind, source, to, { noisy: noisy(), coherence, weights }),
      );
    }
    return t;
  }

  /** Which form of patch coherence the configuration asks for; undefined: all color patches, as losses.ts has it. */
  private coherence(): Coherence | undefined {
    const {
      config: { coherence: o },
      input: { maps, pair },
    } = this;
    if (o.kind === 'all') return maps && exactCoherence(maps, o.labels);
    const of = maps ?? colorMaps(o.patch, o.scales);
    this.samples = new PatchSamples(this.session, of, pair.height, pair.width);
    return sampledCoherence(of, this.samples.indices);
  }

  private noisy(image: Tensor): Tensor {
    const n = this.config.augment.noise;
    return n ? add(image, uniformNoise(this.counter, image.shape, -n, n, 0)) : image;
  }

  private async record(name: string, parameters: Parameters, rate: number, step: () => Losses): Promise<void> {
    let slots: number[] = [];
    const program = await this.session.record(() => {
      slots = this.meter.add(step());
    }, this.feed.tensors);
    this.steps.set(name, { program, slots, parameters, rate });
  }

  /** Dispatches and planned bytes of each recorded step. */
  get summary(): { name: string; dispatches: number; planned: number; unplanned: number }[] {
    return [...this.steps].map(([name, { program }]) => ({ name, dispatches: program.dispatches, ...program.bytes }));
  }

  /**
   * A recorded step's program by its name in `summary`, for benchmarks. Running it moves the parameters by the last
   * rate.
   */
  program(name: string): Program {
    return this.steps.get(name)!.program;
  }

  /** Changes the pair; what the steps keep of the one before is void. */
  private feedPair(role: Role, map: Float64Array): void {
    this.feed.run(role, map);
    for (const { program } of this.steps.values()) program.expire();
  }

  private run(name: string, rate: number, profile?: Profile): void {
    const step = this.steps.get(name)!;
    this.session.write(this.counter, [this.config.seed, this.counted++, 0, 0]);
    step.parameters.advance(step.rate * rate);
    step.program.run(profile);
    this.meter.count(step.slots);
  }

  /**
   * One outer iteration: draw, D, S in reconstruction iterations, G `generatorSteps` times, D. Resolves when it is
   * done. `between`: awaited after each step, once the device has done it; for letting other sessions' work in. Changes
   * no bit.
   */
  async next(profile?: Profile, between?: () => Promise<void>): Promise<void> {
    const {
      config: c,
      input: { pair },
    } = this;
    const i = this.iteration;
    const map = drawAugmentation(c, this.random, i, pair.width, pair.height);
    const swap = this.random.next() < c.augment.swap;
    const aim = this.random.next();
    const which = Math.floor(this.random.next() * this.feed.targetCount);
    const kind: StepKind =
      i % c.reconstructionEvery === (c.reconstructionAt === 'first' ? 0 : c.reconstructionEvery - 1)
        ? 'reconstruction'
        : this.feed.targetCount && aim < c.targetShare
          ? 'target'
          : 'sampling';
    const role: Role =
      kind === 'reconstruction'
        ? c.reconstruct === 'source'
          ? 'source'
          : 'augmented'
        : kind === 'target'
          ? `target${which}`
          : swap
            ? 'swapped'
            : 'sampling';
    this.feedPair(role, map);
    const rate = rateAt(c, i);
    const d = kind === 'reconstruction' ? 'D reconstruction' : 'D sampling';
    const step = async (name: string): Promise<void> => {
      this.run(name, rate, profile);
      if (!between) return;
      await this.session.idle();
      await between();
    };
    await step(d);
    if (kind === 'reconstruction') await step('S');
    for (let k = 0; k < c.generatorSteps; k++) {
      if (kind !== 'reconstruction') this.samples?.draw(this.random);
      await step(`G ${kind}`);
    }
    await step(d);
    this.iteration++;
    await this.session.idle();
  }

  /** Mean losses since the last call. */
  losses(): Promise<Record<string, number>> {
    return this.meter.read();
  }

  /**
   * Milliseconds of one iteration, in the mean over a cycle of reconstruction and sampling: from the best of up to
   * three trials of every step after its pipelines are warm (the first after compiling is slower, by half on lavapipe).
   * The trials' changes are undone: the run that follows has the same bits as without it. `between` is awaited when
   * nothing is under way, and not timed.
   */
  async iterationCost(
    now: () => number = () => performance.now(),
    between: () => Promise<void> = async () => {},
  ): Promise<number> {
    const before = [await this.state(), this.host] as const;
    const cost: Record<string, number> = {};
    this.feedPair(
      'source',
      drawAugmentation(this.config, new HostRandom(0), 0, this.input.pair.width, this.input.pair.height),
    );
    for (const name of this.steps.keys()) {
      await between();
      this.run(name, 0);
      await this.session.idle();
      cost[name] = Infinity;
      for (let trial = 0, spent = 0; trial < 3 && spent < 300; trial++) {
        await between();
        const start = now();
        this.run(name, 0);
        await this.session.idle();
        const took = now() - start;
        cost[name] = Math.min(cost[name], took);
        spent += took;
      }
    }
    await this.meter.read();
    this.restore(...before);
    const c = this.config;
    const rec = 1 / c.reconstructionEvery;
    return (
      rec * (cost['G reconstruction'] * c.generatorSteps + 2 * cost['D reconstruction'] + cost.S) +
      (1 - rec) * (cost['G sampling'] * c.generatorSteps + 2 * cost['D sampling'])
    );
  }

  get host(): HostState {
    const n = this.networks;
    return {
      iteration: this.iteration,
      drawn: this.random.position,
      counter: this.counted,
      steps: [n.gPass.p.step, n.dPass.p.step, n.sPass.p.step],
    };
  }

  /**
   * The device's state by name, prefixed `G.`, `D.`, `S.`: parameters, moments, power-iteration vectors, running
   * statistics.
   */
  async state(): Promise<TensorState> {
    const out: TensorState = new Map();
    for (const { p } of this.passes) for (const [k, v] of await p.state()) out.set(`${p.label}.${k}`, v);
    const running = [...(this.networks.gPass.running ?? [])];
    const values = await this.session.read(running.map(([, t]) => t));
    for (const [i, [name, t]] of running.entries())
      out.set(`G.${name}.running`, { shape: t.shape, data: values[i] as Float32Array });
    return out;
  }

  restore(state: TensorState, host: HostState): void {
    restoreNetworks(this.session, this.networks, state, host.steps);
    this.iteration = host.iteration;
    this.random.position = host.drawn;
    this.counted = host.counter;
  }

  private get passes() {
    return [this.networks.gPass, this.networks.dPass, this.networks.sPass];
  }
}
