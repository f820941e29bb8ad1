/**
 * Layers as closures: declaring one adds its parameters to a list and returns its forward function. Names are the keys
 * that checkpoints and goldens use.
 */

import { batchNormInfer, batchNormTrain } from '../../autograd/functional/batchNorm.ts';
import { conv2d, convTranspose2d } from '../../autograd/ops/conv2d/conv2d.ts';
import { normalize } from '../../autograd/ops/norm/normalize.ts';
import { addBias } from '../../autograd/ops/pointwise/bias.ts';
import type { ParameterSpec, Parameters } from '../../autograd/parameters.ts';
import { type Shape, sizeOf, type Tensor } from '../../autograd/tensor.ts';
import { fnv1a, HostRandom } from '../../engine/random.ts';

/** LeakyReLU slope everywhere in the networks [S, C]. */
export const slope = 0.2;

/** What a forward pass is given beside its inputs. */
export interface ForwardPass {
  p: Parameters;
  training: boolean;
  /** Running statistics of batch normalization by layer name; null where statistics are always the sample's own. */
  running: ReadonlyMap<string, Tensor> | null;
}
export type Layer = (pass: ForwardPass, x: Tensor) => Tensor;

/** Where a network's parameters come from: seeded values, or a test's fixed ones. */
export type Init = (name: string, shape: Shape, kind: 'weight' | 'one' | 'zero' | 'unit') => Float32Array;

export class Declare {
  readonly specs: ParameterSpec[] = [];
  /** Channels of every batch normalization, by name. */
  readonly norms = new Map<string, number>();
  constructor(
    private readonly init: Init,
    readonly spectral: boolean,
  ) {}

  weight(name: string, shape: Shape, kind: 'conv' | 'transposed' | 'plain' = 'conv'): string {
    const spec: ParameterSpec = { name, shape, init: this.init(name, shape, 'weight') };
    if (this.spectral && kind !== 'plain')
      spec.spectral = { kind, u: this.init(`${name}.u`, [shape[kind === 'conv' ? 0 : 1]], 'unit') };
    this.specs.push(spec);
    return name;
  }

  /**
   * Puts each parameter `b...` right behind the `a...` of the same rest of a name: layers of equal shape that share
   * launches (the batched-pairs pass) have theirs side by side.
   */
  pair(a: string, b: string): void {
    const moved = new Map(this.specs.filter((s) => s.name.startsWith(b)).map((s) => [a + s.name.slice(b.length), s]));
    const order = this.specs.flatMap((s) =>
      moved.get(s.name)
        ? [s, moved.get(s.name)!]
        : s.name.startsWith(b) && this.specs.some((t) => t.name === a + s.name.slice(b.length))
          ? []
          : [s],
    );
    this.specs.splice(0, this.specs.length, ...order);
  }

  vector(name: string, size: number, kind: 'one' | 'zero'): string {
    this.specs.push({ name, shape: [size], init: this.init(name, [size], kind) });
    return name;
  }
}

/**
 * Seeded initial values: weights uniform with the variance 1 / (3 fan_in) of PyTorch's default for convolutions, biases
 * and shifts zero, scales one, start vectors of the power iteration of unit length. One stream per name, so that adding
 * a layer moves no other layer's values.
 */
export const seededInit =
  (seed: number): Init =>
  (name, shape, kind) => {
    const n = sizeOf(shape);
    if (kind === 'one' || kind === 'zero') return new Float32Array(n).fill(kind === 'one' ? 1 : 0);
    const random = new HostRandom((fnv1a(name) ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0);
    if (kind === 'unit') {
      const v = Array.from({ length: n }, () => random.range(-1, 1));
      const length = Math.sqrt(v.reduce((a, x) => a + x * x, 0)) || 1;
      return Float32Array.from(v, (x) => x / length);
    }
    const limit = 1 / Math.sqrt(sizeOf(shape.slice(1)));
    return Float32Array.from({ length: n }, () => random.range(-limit, limit));
  };

/**
 * Normalization with scale and shift, LeakyReLU by default, and the residual `skip` added last if one is
 * given.
 */
export function norm(
  d: Declare,
  name: string,
  c: number,
  act = true,
): (pass: ForwardPass, x: Tensor, skip?: Tensor) => Tensor {
  const gamma = d.vector(`${name}.gamma`, c, 'one');
  const beta = d.vector(`${name}.beta`, c, 'zero');
  d.norms.set(name, c);
  return ({ p, training, running }, x, skip) => {
    const options = { slope: act ? slope : 1, skip };
    const state = running?.get(name);
    if (!state) return normalize(x, p.get(gamma), p.get(beta), options).y;
    const batch = { running: state, momentum: 0.1 };
    return training
      ? batchNormTrain(x, p.get(gamma), p.get(beta), batch, options)
      : batchNormInfer(x, p.get(gamma), p.get(beta), batch, options);
  };
}

/** Instance normalization without affine, and LeakyReLU: the discriminator's. */
export const plainNorm = (x: Tensor): Tensor => normalize(x, null, null, { slope }).y;

export interface ConvOptions {
  k: number;
  stride?: number;
  pad?: number;
  reflect?: boolean;
  dilation?: number;
  bias?: boolean;
  /** Of a LeakyReLU behind the bias; none without. */
  slope?: number;
  spectral?: boolean;
}

/**
 * A convolution; with a bias also what follows it, where that is a LeakyReLU (`slope`) or a residual `skip` to be
 * added.
 */
export function conv(
  d: Declare,
  name: string,
  ci: number,
  co: number,
  o: ConvOptions,
): (pass: ForwardPass, x: Tensor, skip?: Tensor) => Tensor {
  const w = d.weight(`${name}.weight`, [co, ci, o.k, o.k], o.spectral === false ? 'plain' : 'conv');
  const b = o.bias ? d.vector(`${name}.bias`, co, 'zero') : null;
  const attrs = {
    stride: o.stride ?? 1,
    pad: o.pad ?? 0,
    dilation: o.dilation ?? 1,
    padMode: o.reflect ? ('reflect' as const) : ('zero' as const),
  };
  return ({ p }, x, skip) =>
    b && (skip || o.slope !== undefined)
      ? addBias(conv2d(x, p.get(w), null, attrs), p.get(b), { slope: o.slope, skip })
      : conv2d(x, p.get(w), b ? p.get(b) : null, attrs);
}

/** Transposed 4x4 convolution, stride 2: twice the size. */
export function up(d: Declare, name: string, ci: number, co: number): Layer {
  const w = d.weight(`${name}.weight`, [ci, co, 4, 4], 'transposed');
  return ({ p }, x) => convTranspose2d(x, p.get(w), null, { stride: 2, pad: 1 });
}

export const chain =
  (...layers: readonly Layer[]): Layer =>
  (pass, x) =>
    layers.reduce((t, layer) => layer(pass, t), x);
