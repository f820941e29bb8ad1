/**
 * SPADE's networks (Park et al., CVPR 2019). Parameters have the names of the published implementation (NVlabs/SPADE),
 * where a spectrally normed `weight` is stored as weight_orig, weight_u and weight_v: see spade/weights.ts.
 */
import { concat } from '../../../autograd/ops/copy/copy.ts';
import { normalize } from '../../../autograd/ops/norm/normalize.ts';
import { add, affine, leakyRelu, mul, sub, tanh } from '../../../autograd/ops/pointwise/pointwise.ts';
import { avgPool2d } from '../../../autograd/ops/spatial/pool.ts';
import { resizeNearest } from '../../../autograd/ops/spatial/resize.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import { conv, type Declare, type ForwardPass, type Layer, plainNorm, slope } from '../../networks/layers.ts';

export interface SpadeSize {
  /** Channels ngf of the last block; the first has 16 times as many. 64 as published. */
  width: number;
  /** Channels of the layout. */
  classes: number;
  /** Between layout and gamma, beta. 128 as published. */
  hidden: number;
}
/** x2 steps; sides of layouts are multiples of 2^5. */
export const spadeLevels = 5;

/** Statistics of a trained file by normalization, [1,C,1,1] each: what batch normalization uses at inference. */
export interface Statistics {
  mean: Tensor;
  rstd: Tensor;
}
export interface SpadePass extends ForwardPass {
  /** null: each picture's own statistics, which with one sample a batch is also how training goes. */
  statistics: ReadonlyMap<string, Statistics> | null;
}
/** layout [1,K,H,W] -> image [1,3,H,W] in [-1, 1]. */
export type SpadeGenerator = (pass: SpadePass, layout: Tensor) => Tensor;

/** The channels of every block, in order, in multiples of the width: name, in, out. */
const blocks: readonly (readonly [name: string, ci: number, co: number])[] = [
  ['head_0', 16, 16],
  ['G_middle_0', 16, 16],
  ['G_middle_1', 16, 16],
  ['up_0', 16, 8],
  ['up_1', 8, 4],
  ['up_2', 4, 2],
  ['up_3', 2, 1],
];

/** y = normalized(x) * (1 + gamma(P)) + beta(P), then LeakyReLU unless `act` is 1. */
function spade(
  d: Declare,
  name: string,
  c: number,
  { classes, hidden }: SpadeSize,
): (pass: SpadePass, x: Tensor, layout: Tensor, act: number) => Tensor {
  const plain = { k: 3, pad: 1, bias: true, spectral: false };
  const shared = conv(d, `${name}.mlp_shared.0`, classes, hidden, { ...plain, slope: 0 });
  const gamma = conv(d, `${name}.mlp_gamma`, hidden, c, plain);
  const beta = conv(d, `${name}.mlp_beta`, hidden, c, plain);
  d.norms.set(name, c);
  return (pass, x, layout, act) => {
    const a = shared(pass, layout);
    const [g, b] = [affine(gamma(pass, a), 1, 1), beta(pass, a)];
    const known = pass.statistics?.get(name);
    if (!known) return normalize(x, g, b, { slope: act }).y;
    const y = add(mul(mul(sub(x, known.mean), known.rstd), g), b);
    return act === 1 ? y : leakyRelu(y, act);
  };
}

function block(
  d: Declare,
  name: string,
  ci: number,
  co: number,
  o: SpadeSize,
): (pass: SpadePass, x: Tensor, layout: Tensor) => Tensor {
  const middle = Math.min(ci, co);
  const conv0 = conv(d, `${name}.conv_0`, ci, middle, { k: 3, pad: 1, bias: true });
  const conv1 = conv(d, `${name}.conv_1`, middle, co, { k: 3, pad: 1, bias: true });
  const convS = ci === co ? null : conv(d, `${name}.conv_s`, ci, co, { k: 1 });
  const norm0 = spade(d, `${name}.norm_0`, ci, o);
  const norm1 = spade(d, `${name}.norm_1`, middle, o);
  const normS = convS && spade(d, `${name}.norm_s`, ci, o);
  return (pass, x, layout) => {
    const skip = convS ? convS(pass, normS!(pass, x, layout, 1)) : x;
    return conv1(pass, norm1(pass, conv0(pass, norm0(pass, x, layout, slope)), layout, slope), skip);
  };
}

/** The published generator with 5 upsamplings (`normal`), from the layout instead of a latent vector. */
export function declareSpadeGenerator(d: Declare, o: SpadeSize): SpadeGenerator {
  const fc = conv(d, 'fc', o.classes, 16 * o.width, { k: 3, pad: 1, bias: true, spectral: false });
  const made = blocks.map(([name, ci, co]) => block(d, name, ci * o.width, co * o.width, o));
  const image = conv(d, 'conv_img', o.width, 3, { k: 3, pad: 1, bias: true, spectral: false });
  return (pass, layout) => {
    const [, , h, w] = layout.shape;
    const step = 2 ** spadeLevels;
    if (h % step || w % step)
      throw new Error(`spade: layouts have sides that are multiples of ${step}, not ${w} x ${h}`);
    const sizes = new Map<number, Tensor>();
    const at = (height: number): Tensor => {
      if (!sizes.has(height))
        sizes.set(height, height === h ? layout : resizeNearest(layout, height, (w * height) / h));
      return sizes.get(height)!;
    };
    let x = fc(pass, at(h / step));
    for (const [i, run] of made.entries()) {
      // Between the two middle blocks there is no upsampling.
      if (i > 0 && blocks[i][0] !== 'G_middle_1') x = resizeNearest(x, 2 * x.shape[2], 2 * x.shape[3]);
      x = run(pass, x, at(x.shape[2]));
    }
    return tanh(image(pass, leakyRelu(x, slope)));
  };
}

/** One scale's judgment: the prediction map, and the features of the layers before it, to be matched. */
export interface SpadeDiscriminatorOutput {
  map: Tensor;
  taps: Tensor[];
}
export type SpadeDiscriminator = (pass: ForwardPass, layout: Tensor, image: Tensor) => SpadeDiscriminatorOutput[];

export interface SpadeJudgeSize {
  /** ndf: 64 as published. */ width: number;
  classes: number;
  /** Convolutions before the last; 4 in the paper's figure. */
  layers?: number;
  scales?: number;
}

/** Patch discriminators of layout and image together, at full and at half size. */
export function declareSpadeDiscriminator(
  d: Declare,
  { width, classes, layers = 4, scales = 2 }: SpadeJudgeSize,
): SpadeDiscriminator {
  const wide = (n: number): number => Math.min(512, width * 2 ** n);
  const one = (s: number): Layer[] =>
    Array.from({ length: layers + 1 }, (_, n): Layer => {
      const at = `discriminator_${s}.model${n}.0`;
      const stride = n < layers - 1 ? 2 : 1;
      if (n === 0) return conv(d, at, classes + 3, width, { k: 4, stride, pad: 2, bias: true, slope, spectral: false });
      if (n === layers) return conv(d, at, wide(layers - 1), 1, { k: 4, pad: 2, bias: true, spectral: false });
      const layer = conv(d, `${at}.0`, wide(n - 1), wide(n), { k: 4, stride, pad: 2 });
      return (pass, x) => plainNorm(layer(pass, x));
    });
  const all = Array.from({ length: scales }, (_, s) => one(s));
  return (pass, layout, image) => {
    let x = concat([layout, image]);
    return all.map((network, s) => {
      if (s > 0) x = halved(x);
      const taps: Tensor[] = [];
      for (const layer of network) taps.push(layer(pass, taps.at(-1) ?? x));
      return { map: taps.pop()!, taps };
    });
  };
}

/** Mean over 3x3 at every other pixel, of those inside the picture alone. */
function halved(x: Tensor): Tensor {
  const y = avgPool2d(x, 3, 2, 1);
  const inside = (n: number, i: number): number => Math.min(n, 2 * i + 2) - Math.max(0, 2 * i - 1);
  const [, , h, w] = y.shape;
  const factor = Float32Array.from(
    { length: h * w },
    (_, i) => 9 / (inside(x.shape[2], Math.floor(i / w)) * inside(x.shape[3], i % w)),
  );
  return mul(y, x.session.lasting([1, 1, h, w], 'spade.edges', factor));
}
