/**
 * SinGAN's training, scale by scale. A scale's two steps are recorded once and replayed; the scales below it are used
 * as trained (their batch norms at running statistics). The state between two iterations decides every later bit.
 */

import { fill } from '../../../autograd/kernels/fill.ts';
import { assign } from '../../../autograd/kernels/strided.ts';
import { Meter } from '../../../autograd/meter.ts';
import { gaussianNoise, newCounter, uniformNoise } from '../../../autograd/ops/noise/noise.ts';
import { add, scale as times } from '../../../autograd/ops/pointwise/pointwise.ts';
import { expand } from '../../../autograd/ops/reduce/sum.ts';
import type { Session } from '../../../autograd/session.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import { type Picture, resize, toFloatCHW } from '../../../data/image/image.ts';
import { mainColors } from '../../../data/image/quantize.ts';
import type { Program } from '../../../engine/program.ts';
import type { TensorState } from '../../networks/networks.ts';
import { border, decay, type Scale, type SinganConfig } from './config.ts';
import {
  createSingan,
  enlarge,
  type Frozen,
  freeze,
  gaussianField,
  generate,
  nearestColors,
  pad,
  type SinganNetworks,
  singanInit,
} from './networks.ts';
import { type Draw, discriminatorLoss, generatorLoss } from './steps.ts';

/** Where a training stands, with the tensors of its state. */
export interface SinganHost {
  /** The scale in training (or the number of scales: done), and its iterations done. */
  scale: number;
  iteration: number;
  /** Random draws made in all. */
  drawn: number;
  /** Adam's steps of G and D. */
  steps: [number, number];
  /** Of the scales begun: the noise's amplitude, and the iterations planned. */
  amplitudes: number[];
  planned: number[];
}
/**
 * Where the training of one scale again begins (`SinganConfig.paint`), from a finished run's host; its state is the
 * run's.
 */
export const repainting = (host: SinganHost, start: number): SinganHost => ({
  ...structuredClone(host),
  scale: start,
  iteration: 0,
  steps: [0, 0],
  planned: host.planned.slice(0, start),
});
export const newHost = (): SinganHost => ({
  scale: 0,
  iteration: 0,
  drawn: 0,
  steps: [0, 0],
  amplitudes: [],
  planned: [],
});

export interface SinganHooks {
  /** Before a scale's first iteration: how many it gets. `cost`: seconds of one, from a trial that leaves no trace. */
  plan?: (scale: number, cost: number) => number;
  /** After each iteration: true ends its scale here, as if it had been planned so. */
  enough?: () => boolean;
  /** After each iteration; true ends the training here. */
  after: (training: SinganTraining, of: number) => Promise<boolean>;
}

/** A scale in training: its tensors, networks and recorded steps. All of its memory belongs to one Memory.scope. */
interface Working {
  nets: SinganNetworks;
  d: Program;
  g: Program;
  slots: [number[], number[]];
  counter: Tensor;
}

const part = (state: TensorState, prefix: string): TensorState =>
  new Map([...state].filter(([k]) => k.startsWith(prefix)).map(([k, v]) => [k.slice(prefix.length), v]));
const moment = /\.adam[12]$/;

export class SinganTraining {
  /** Trained generators, coarsest first. */
  readonly frozen: Frozen[] = [];
  /** Photographs of all scales, [3,H,W] in [-1, 1]. */
  readonly photos: Float32Array[];
  private readonly meter: Meter;
  private working: Working | null = null;
  /**
   * Tensors on the host: `k.G.` of trained scales, `k.D.` of the last of them, and `z`; with a restored run, the
   * present scale's.
   */
  private kept: TensorState;
  /** With `config.paint`, the colors in which its scale gets what comes from below: [k][RGB], 0..255. */
  readonly colors: ReturnType<typeof mainColors>;

  /** `photo`: opaque, at the finest scale's size. `restored`: what `state` gave, with its host. */
  constructor(
    readonly session: Session,
    readonly config: SinganConfig,
    readonly scales: readonly Scale[],
    photo: Picture,
    public host = newHost(),
    restored?: TensorState,
  ) {
    this.photos = scales.map((s) => toFloatCHW(resize(photo, s.width, s.height)));
    this.meter = new Meter(session);
    const { width, height } = scales[0];
    this.kept =
      restored ??
      new Map([['z', { shape: [1, 1, height, width], data: gaussianField(config.seed, 'singan/z', width * height) }]]);
    const { paint } = config;
    this.colors = paint
      ? mainColors(resize(photo, scales[paint.start].width, scales[paint.start].height), paint.colors)
      : [];
    const trained = (k: number): boolean => k < host.scale || (paint !== undefined && k > host.scale);
    for (let k = 0; k < scales.length; k++)
      if (trained(k)) this.frozen[k] = freeze(session, part(this.kept, `${k}.G.`));
  }

  /** The coarsest scale's noise that the photograph is reconstructed from, [H,W]. */
  get z(): Float32Array {
    return this.kept.get('z')!.data;
  }
  get amplitudes(): readonly number[] {
    return this.host.amplitudes;
  }
  get finished(): boolean {
    return this.host.scale >= this.scales.length;
  }

  /** Trains from where it stands to the end, or to where a hook ends it; returns whether it is finished. */
  async run(hooks: SinganHooks): Promise<boolean> {
    while (!this.finished) {
      const k = this.host.scale;
      if (!(await this.session.memory.scope(() => this.train(k, hooks)))) return false;
      this.frozen[k] = freeze(this.session, part(this.kept, `${k}.G.`));
      if ((await hooks.after(this, this.host.planned[k])) && !this.finished) return false;
    }
    return true;
  }

  /** Scale k from where it stands; false where a hook ended it. */
  private async train(k: number, hooks: SinganHooks): Promise<boolean> {
    const { session, host, config: c } = this;
    this.working = await this.begin(k);
    try {
      if (host.planned.length === k)
        host.planned.push(hooks.plan ? Math.max(1, hooks.plan(k, await this.trial())) : c.iterations);
      const of = host.planned[k];
      while (host.iteration < of) {
        this.iterate(decay(host.iteration, of, c) * c.rate);
        host.iteration++;
        await session.idle();
        if (hooks.enough?.()) {
          host.planned[k] = host.iteration;
          break;
        }
        if (host.iteration < of && (await hooks.after(this, of))) return false;
      }
      // D is kept as the start of the next scale's; moments are of no more use.
      this.kept = new Map(
        [...(await this.state())].filter(
          ([name]) => !moment.test(name) && (!/\.D\./.test(name) || name.startsWith(`${k}.`)),
        ),
      );
      Object.assign(host, { scale: c.paint ? this.scales.length : k + 1, iteration: 0, steps: [0, 0] });
      return true;
    } finally {
      for (const p of [this.working.d, this.working.g]) p.destroy();
      this.working = null;
    }
  }

  /** The trained scales one after the other, from the input noise of each, to the size of scale k. [1,3,H,W]; k > 0. */
  private climb(k: number, noise: (scale: number) => Tensor | null): Tensor {
    let x: Tensor | null = null;
    for (let i = 0; i < k; i++) {
      const z = noise(i);
      const prev: Tensor = x ? pad(x) : fill(this.session, z!.shape, 0);
      x = enlarge(
        generate(this.frozen[i], !x ? z! : z ? add(z, prev) : prev, prev),
        this.scales[i + 1].height,
        this.scales[i + 1].width,
      );
    }
    return x!;
  }

  /** A scale's input noise with its border, at its amplitude: one map for all channels at the coarsest. */
  private noise(k: number, counter: Tensor): Tensor {
    const { height, width } = this.scales[k];
    const z = k
      ? gaussianNoise(counter, [1, 3, height, width], k)
      : expand([gaussianNoise(counter, [1, 1, height, width], 0)], { shape: [1, 3, height, width] });
    return pad(times(z, this.host.amplitudes[k]));
  }

  /** Makes scale k's networks, what is fixed about it, and its two programs. */
  private async begin(k: number): Promise<Working> {
    const { session, config: c, host, kept } = this;
    const { width: w, height: h, channels } = this.scales[k];
    const nets = createSingan(session, channels, (network) => singanInit(c.seed, `${k}.${network}`));
    const wide = [1, 3, h + 2 * border, w + 2 * border];
    const lasting = (name: string): Tensor => session.lasting(wide, name);
    const real = session.lasting([1, 3, h, w], 'real', this.photos[k]);
    const draw: Draw = { noisy: lasting('noisy'), prev: lasting('prev') };
    const fixed: Draw = { noisy: lasting('fixed noise'), prev: lasting('fixed') };
    const z = kept.get('z')!;
    const zs = session.lasting(
      [1, 3, this.scales[0].height, this.scales[0].width],
      'z',
      Float32Array.from({ length: 3 * z.data.length }, (_, i) => z.data[i % z.data.length]),
    );
    let amplitude = 1;
    const given = (x: Tensor): Tensor =>
      pad(
        c.paint
          ? nearestColors(
              x,
              this.colors.map((v) => v.map((u) => u / 127.5 - 1)),
            )
          : x,
      );
    if (k) {
      const [made] = (await session.compute(() => {
        const x = this.climb(k, (i) => (i ? null : pad(zs)));
        const p = given(x);
        assign(p, fixed.prev);
        assign(p, fixed.noisy);
        return [x];
      })) as Float32Array[];
      amplitude = c.noise * Math.sqrt(made.reduce((s, v, i) => s + (v - this.photos[k][i]) ** 2, 0) / made.length);
    } else
      await session.compute(() => {
        const p = pad(zs);
        assign(p, fixed.noisy);
        return [p];
      });
    if (host.amplitudes.length === k) host.amplitudes.push(amplitude);
    const counter = newCounter(session, c.seed);
    this.load(k, nets);
    const slots: [number[], number[]] = [[], []];
    const d = await session.record(() => {
      const noise = this.noise(k, counter);
      const prev = k ? given(this.climb(k, (i) => this.noise(i, counter))) : fill(session, wide, 0);
      assign(prev, draw.prev);
      assign(add(noise, prev), draw.noisy);
      const { loss, losses } = discriminatorLoss(nets, real, draw, uniformNoise(counter, [1], 0, 1, 1000), c.penalty);
      nets.dPass.p.descend(loss);
      slots[0] = this.meter.add(losses);
    });
    // G learns on the last draw of D's steps.
    const g = await session.record(() => {
      const { loss, losses } = generatorLoss(nets, real, draw, fixed, c.reconstruction);
      nets.gPass.p.descend(loss);
      slots[1] = this.meter.add(losses);
    });
    return { nets, d, g, slots, counter };
  }

  /**
   * The networks' start: the run's own state, or the scale's below where its width is the same and it is not trained
   * again.
   */
  private load(k: number, nets: SinganNetworks): void {
    const own = this.host.iteration > 0;
    if (!own && (k === 0 || this.config.paint || this.scales[k - 1].channels !== this.scales[k].channels)) return;
    for (const [i, pass] of [nets.gPass, nets.dPass].entries()) {
      const state = part(this.kept, `${own ? k : k - 1}.${pass.p.label}.`);
      if (!own)
        for (const s of pass.p.specs)
          for (const m of ['.adam1', '.adam2'])
            state.set(s.name + m, { shape: s.shape, data: new Float32Array(s.init.length) });
      pass.p.restore(state, own ? this.host.steps[i] : 0);
      for (const [name, t] of pass.running ?? []) {
        const found = state.get(`${name}.running`);
        if (found?.data.length !== t.size) throw new Error(`SinGAN: ${k}.G.${name}.running is missing`);
        this.session.write(t, found.data);
      }
    }
  }

  private iterate(rate: number): void {
    const { d, g, slots, counter, nets } = this.working!;
    for (let i = 0; i < this.config.repeats; i++) {
      this.session.write(counter, [this.config.seed, this.host.drawn++, 0, 0]);
      nets.dPass.p.advance(rate);
      d.run();
      this.meter.count(slots[0]);
    }
    for (let i = 0; i < this.config.repeats; i++) {
      nets.gPass.p.advance(rate);
      g.run();
      this.meter.count(slots[1]);
    }
    this.host.steps = [nets.gPass.p.step, nets.dPass.p.step];
  }

  /** Seconds of an iteration, the second of two; what they change is put back. */
  private async trial(): Promise<number> {
    const state = await this.state();
    const before = { ...this.host };
    let seconds = 0;
    for (let i = 0; i < 2; i++) {
      const start = performance.now();
      this.iterate(0);
      await this.session.idle();
      seconds = (performance.now() - start) / 1000;
    }
    await this.meter.read();
    const { nets } = this.working!;
    const k = this.host.scale;
    Object.assign(this.host, before);
    for (const pass of [nets.gPass, nets.dPass]) {
      const own = part(state, `${k}.${pass.p.label}.`);
      pass.p.restore(own, 0);
      for (const [name, t] of pass.running ?? []) this.session.write(t, own.get(`${name}.running`)!.data);
    }
    return seconds;
  }

  /** Mean losses since the last call. */
  losses(): Promise<Record<string, number>> {
    return this.meter.read();
  }

  /** All tensors of the state, by name. */
  async state(): Promise<TensorState> {
    const out: TensorState = new Map(this.kept);
    if (!this.working) return out;
    const k = this.host.scale;
    for (const name of out.keys()) if (name.startsWith(`${k}.`)) out.delete(name);
    for (const pass of [this.working.nets.gPass, this.working.nets.dPass]) {
      for (const [name, v] of await pass.p.state()) out.set(`${k}.${pass.p.label}.${name}`, v);
      const running = [...(pass.running ?? [])];
      const values = await this.session.read(running.map(([, t]) => t));
      for (const [i, [name, t]] of running.entries())
        out.set(`${k}.G.${name}.running`, { shape: t.shape, data: values[i] as Float32Array });
    }
    return out;
  }
}

/**
 * Iterations for scale k, so that it and those after it take about `seconds` at the same number each, where one
 * iteration of it costs `cost` seconds and work grows with area and squared width. At least 1, at most `most`.
 */
export function spread(scales: readonly Scale[], k: number, cost: number, seconds: number, most: number): number {
  const work = ({ width, height, channels }: Scale): number => width * height * channels ** 2;
  const each = (cost / work(scales[k])) * scales.slice(k).reduce((sum, s) => sum + work(s), 0);
  return Math.max(1, Math.min(most, Math.floor(seconds / each)));
}
