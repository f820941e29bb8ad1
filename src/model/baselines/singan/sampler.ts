/**
 * A trained SinGAN in use: trained generators one after the other at any sizes, recorded once for a size and replayed
 * for every picture. Noise comes from the host, so that a picture is a function of its seed, and frames of an animation
 * can share theirs.
 */
import { fill } from '../../../autograd/kernels/fill.ts';
import { assign } from '../../../autograd/kernels/strided.ts';
import { add, scale as times } from '../../../autograd/ops/pointwise/pointwise.ts';
import type { Session } from '../../../autograd/session.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import { type Picture, resize, toFloatCHW } from '../../../data/image/image.ts';
import { inColors } from '../../../data/image/quantize.ts';
import type { Size } from '../../../data/prepare.ts';
import type { Program } from '../../../engine/program.ts';
import { largestTensor, refuseSize } from '../limits.ts';
import { activationBytes, type Scale, sizesFor } from './config.ts';
import { enlarge, type Frozen, gaussianField, generate, pad } from './networks.ts';

/** All that is needed of a training. */
export interface SinganModel {
  session: Session;
  scales: readonly Scale[];
  frozen: readonly Frozen[];
  amplitudes: readonly number[];
}

/** One generator at one size. `first`: the coarsest scale, which has one map of noise and nothing before it. */
export interface Stage {
  generator: Frozen;
  amplitude: number;
  width: number;
  height: number;
  first: boolean;
}

/** Throws UserError where a stage's activations are more than the adapter holds. */
function refuseStages(session: Session, stages: readonly Stage[]): void {
  for (const { width, height, generator } of stages) {
    const channels = Math.max(...generator.weights.map((w) => w.shape[0]));
    refuseSize(
      {
        what: 'a SinGAN picture',
        width,
        height,
        bytes: activationBytes({ width, height, channels }),
        advice: (side) => `make it at most ${side} pixels a side (a smaller --size or --factor)`,
      },
      largestTensor(session),
    );
  }
}

/** The stages from scale `start` on, for a finest size. */
export const stagesFrom = ({ scales, frozen, amplitudes }: SinganModel, size: Size, start: number): Stage[] =>
  sizesFor(scales, size.width, size.height)
    .map((s, k) => ({ ...s, generator: frozen[k], amplitude: amplitudes[k], first: k === 0 }))
    .slice(start);

/** Noise of one picture: [3,H,W] of each stage, before its amplitude. */
export type NoiseMap = Float32Array[];

/** Normal noise that belongs to a seed; the first scale's map is the same in all channels. */
export const noiseOf = (stages: readonly Stage[], seed: number): NoiseMap =>
  stages.map(({ width, height, first }, i) => {
    const n = width * height;
    const z = gaussianField(seed, `singan/sample/${i}`, first ? n : 3 * n);
    return first ? Float32Array.from({ length: 3 * n }, (_, j) => z[j % n]) : z;
  });

export class Sampler {
  private constructor(
    readonly session: Session,
    readonly stages: readonly Stage[],
    private readonly program: Program,
    private readonly z: readonly Tensor[],
    private readonly before: Tensor | null,
    private readonly out: Tensor,
  ) {}

  /**
   * Records the stages. `wrap`: the pictures continue at their other sides.
   * @throws UserError The adapter does not hold the activations of such a size.
   */
  static async create(session: Session, stages: readonly Stage[], { wrap = false } = {}): Promise<Sampler> {
    refuseStages(session, stages);
    const tensor = (s: Stage, name: string): Tensor => session.lasting([1, 3, s.height, s.width], name);
    const z = stages.map((s) => tensor(s, 'noise'));
    const before = stages[0].first ? null : tensor(stages[0], 'before');
    const out = tensor(stages[stages.length - 1], 'sample');
    const program = await session.record(() => {
      let x = before;
      for (const [i, s] of stages.entries()) {
        const noise = pad(times(z[i], s.amplitude), wrap);
        if (i && x) x = enlarge(x, s.height, s.width);
        const prev: Tensor = x ? pad(x, wrap) : fill(session, noise.shape, 0);
        x = generate(s.generator, x ? add(noise, prev) : noise, prev);
      }
      assign(x!, out);
    });
    return new Sampler(session, stages, program, z, before, out);
  }

  /**
   * A picture [3,H,W], about [-1, 1]. `before`: what the first stage is given, where that is not the coarsest scale:
   * [3,H,W] of its size.
   */
  async make(noise: NoiseMap, before?: Float32Array): Promise<Float32Array> {
    for (const [i, t] of this.z.entries()) this.session.write(t, noise[i]);
    if (this.before) {
      if (!before) throw new Error('SinGAN: a start above the coarsest scale needs a picture to start from');
      this.session.write(this.before, before);
    }
    this.program.run();
    return (await this.session.read([this.out]))[0] as Float32Array;
  }

  destroy(): void {
    this.program.destroy();
  }
}

/**
 * A painting as the scale that was trained for paintings is given it (`SinganConfig.paint`): in its colors, and shrunk
 * as it is. [3,H,W].
 */
export function injectedPainting(
  model: SinganModel,
  painting: Picture,
  colors: Parameters<typeof inColors>[1],
  size: Size,
  start: number,
): Float32Array {
  const { width, height } = sizesFor(model.scales, size.width, size.height)[start];
  return toFloatCHW(resize(inColors(painting, colors), width, height));
}

/**
 * A picture as scale `start` (above 0) is given it: shrunk to the scale before, and enlarged again, as in training.
 * [3,H,W]. `size`: of the finest scale.
 */
export function injected(model: SinganModel, picture: Picture, size: Size, start: number): Float32Array {
  const sizes = sizesFor(model.scales, size.width, size.height);
  const [from, to] = [sizes[start - 1], sizes[start]];
  return toFloatCHW(resize(resize(picture, from.width, from.height), to.width, to.height));
}
