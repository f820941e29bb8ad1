/**
 * SPADE trained on one pair: as published but for the data, which are this pair's warps (the same as ours), and the
 * width.
 */
import { Meter } from '../../../autograd/meter.ts';
import { Parameters } from '../../../autograd/parameters.ts';
import type { Session } from '../../../autograd/session.ts';
import { sizeOf, type Tensor } from '../../../autograd/tensor.ts';
import { fromFloatCHW, type Picture, resize } from '../../../data/image/image.ts';
import { cutCHW } from '../../../data/image/pad.ts';
import type { Target } from '../../../data/prepare.ts';
import type { Program } from '../../../engine/program.ts';
import { fnv1a, HostRandom } from '../../../engine/random.ts';
import type { Config } from '../../config.ts';
import { configure } from '../../configure.ts';
import { Declare, type Init, seededInit } from '../../networks/layers.ts';
import type { Vgg } from '../../networks/vgg.ts';
import { oneHotLayout } from '../../pair.ts';
import type { PreparedSource } from '../../preparedSource.ts';
import { drawAugmentation } from '../../training/augment.ts';
import { BatchInputs } from '../../training/batchInputs.ts';
import { rateAt } from '../../training/schedule.ts';
import { type Losses, untaped } from '../../training/steps.ts';
import { type SpadeNetworks, spadeDiscriminatorLoss, spadeGeneratorLoss } from './losses.ts';
import { declareSpadeDiscriminator, declareSpadeGenerator, type SpadeSize, spadeLevels } from './networks.ts';
import { type SpadeWeights, statisticsOf } from './weights.ts';

export interface SpadeOptions {
  /** Longer side in training. */
  size: number;
  /** ngf and ndf; 64 as published. */
  width: number;
  iterations: number;
  seed: number;
  /** Factor on the published learning rates; 1 without. */
  rate?: number;
  /** To begin with; width and channels are the file's then. */
  weights?: SpadeWeights;
  /** For the layout's classes: their channels in the weights; in order from 0 without. */
  channels?: readonly number[];
  vgg?: Vgg | null;
}

/** Published learning rates and momenta. */
const rates = { generator: 1e-4, discriminator: 4e-4 };
const adam = { beta1: 0, beta2: 0.9, eps: 1e-8 };

/** Xavier's normal values with gain 0.02, as published; biases zero. */
export const xavier =
  (seed: number, gain = 0.02): Init =>
  (name, shape, kind) => {
    if (kind !== 'weight') return seededInit(seed)(name, shape, kind);
    const random = new HostRandom((fnv1a(name) ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0);
    const taps = sizeOf(shape.slice(2));
    const deviation = gain * Math.sqrt(2 / ((shape[0] + shape[1]) * taps));
    // Box and Muller's transform.
    return Float32Array.from(
      { length: sizeOf(shape) },
      () => deviation * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
    );
  };

/** `discriminatorWidth`: ndf, else the generator's. */
export function createSpade(
  session: Session,
  size: SpadeSize,
  init: Init,
  discriminatorWidth = size.width,
): SpadeNetworks {
  const [gd, dd] = [new Declare(init, true), new Declare(init, true)];
  const g = declareSpadeGenerator(gd, size);
  const d = declareSpadeDiscriminator(dd, { width: discriminatorWidth, classes: size.classes });
  const pass = (label: string, { specs }: Declare) => ({
    p: new Parameters(session, label, specs, adam),
    training: true,
    running: null,
  });
  return { g, d, gPass: { ...pass('G', gd), statistics: null }, dPass: pass('D', dd) };
}

export class SpadeTraining {
  iteration = 0;
  private readonly random: HostRandom;
  private readonly meter: Meter;
  private readonly painters = new Map<string, { program: Program; layout: Tensor; image: Tensor }>();
  private readonly steps: { program: Program; slots: number[]; parameters: Parameters; rate: number }[] = [];

  private constructor(
    readonly session: Session,
    readonly config: Config,
    readonly networks: SpadeNetworks,
    private readonly prepared: PreparedSource,
    private readonly size: SpadeSize,
    private readonly feed: BatchInputs,
    private readonly o: SpadeOptions,
  ) {
    this.random = new HostRandom(o.seed);
    this.meter = new Meter(session);
  }

  /** Networks, and both steps recorded. `prepared`: for the options' size and `spadeLevels`. */
  static async create(session: Session, prepared: PreparedSource, o: SpadeOptions): Promise<SpadeTraining> {
    const base = configure({ preset: 'fixed', size: o.size, seed: o.seed, iterations: Math.max(1, o.iterations) });
    // As published: the full rates for the first half, then falling linearly to zero.
    const c: Config = {
      ...base,
      decayFrom: Math.floor(base.iterations / 2),
      finalRate: 0,
      network: { ...base.network, levels: spadeLevels },
    };
    const size = o.weights?.size ?? { width: o.width, classes: prepared.classes.count, hidden: 2 * o.width };
    const networks = createSpade(session, size, xavier(o.seed));
    if (o.weights) {
      networks.gPass.p.restore(o.weights.state, 0);
      if (!o.iterations && o.weights.running) networks.gPass.statistics = statisticsOf(session, o.weights.running);
    }
    const pair = { ...prepared.pair, labels: channelsOf(prepared.pair.labels, o) };
    const feed = new BatchInputs(session, c, { count: size.classes, colors: [] }, pair, []);
    const t = new SpadeTraining(session, c, networks, prepared, size, feed, o);
    if (!o.iterations) return t;
    await feed.prepare();
    const { gPass, dPass } = networks;
    await t.record(gPass.p, rates.generator, () => spadeGeneratorLoss(networks, feed.target, o.vgg));
    await t.record(dPass.p, rates.discriminator, () => spadeDiscriminatorLoss(networks, feed.target));
    return t;
  }

  private async record(
    parameters: Parameters,
    rate: number,
    step: () => { loss: Tensor; losses: Losses },
  ): Promise<void> {
    let slots: number[] = [];
    const program = await this.session.record(() => {
      this.networks.gPass.p.prepare();
      this.networks.dPass.p.prepare();
      const { loss, losses } = step();
      slots = this.meter.add(losses);
      parameters.descend(loss);
    });
    this.steps.push({ program, slots, parameters, rate });
  }

  /** A fresh warp of the pair, then G once and D once. */
  async next(): Promise<void> {
    const { config: c, prepared } = this;
    const { padding } = prepared.grid;
    this.feed.run('augmented', drawAugmentation(c, this.random, this.iteration, padding.width, padding.height));
    for (const { program, slots, parameters, rate } of this.steps) {
      parameters.advance(rate * (this.o.rate ?? 1) * rateAt(c, this.iteration));
      program.run();
      this.meter.count(slots);
    }
    this.iteration++;
    await this.session.idle();
  }

  losses(): Promise<Record<string, number>> {
    return this.meter.read();
  }

  /** Seconds for one iteration, by trying; what the trial changes is put back. */
  async secondsEach(): Promise<number> {
    const passes = [this.networks.gPass.p, this.networks.dPass.p];
    const before = await Promise.all(passes.map((p) => p.state()));
    await this.next();
    const start = performance.now();
    await this.next();
    const seconds = (performance.now() - start) / 1000;
    for (const [i, p] of passes.entries()) p.restore(before[i], 0);
    this.iteration = 0;
    this.random.position = 0;
    await this.meter.read();
    return seconds;
  }

  /** The picture of a layout at its output size, enlarged from the training size. */
  async paint(target: Target): Promise<Picture> {
    const { size, padding } = this.prepared.gridOf(target);
    const painter = await this.painter(padding.height, padding.width);
    const layout = this.prepared.scaled({ ...target, labels: channelsOf(target.labels, this.o) }, size, padding);
    this.session.write(painter.layout, oneHotLayout(layout.labels, this.size.classes));
    painter.program.run();
    const [image] = await this.session.read([painter.image]);
    const cut = cutCHW(
      (image as Float32Array).map((v) => Math.min(1, Math.max(-1, v))),
      3,
      size.width,
      size.height,
      padding,
    );
    return resize(fromFloatCHW(cut, size.width, size.height, target.name), target.width, target.height);
  }

  private async painter(height: number, width: number): Promise<{ program: Program; layout: Tensor; image: Tensor }> {
    const key = `${width} x ${height}`;
    if (!this.painters.has(key)) {
      const {
        session,
        networks: { g, gPass },
      } = this;
      const layout = session.lasting([1, this.size.classes, height, width], 'spade.layout');
      let image!: Tensor;
      const program = await session.record(() =>
        untaped(session, () => {
          gPass.p.prepare({ freeze: true });
          image = session.keep(g(gPass, layout));
        }),
      );
      this.painters.set(key, { program, layout, image });
    }
    return this.painters.get(key)!;
  }
}

const channelsOf = (labels: Uint8Array, { channels }: SpadeOptions): Uint8Array =>
  channels ? labels.map((k) => channels[k]) : labels;
