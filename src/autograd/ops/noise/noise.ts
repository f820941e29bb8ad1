/**
 * Random tensors. A number is a function of a counter on the device, u32 [4] = [seed, step, 0, 0], of `stream`, a
 * number that belongs to one place in the program, and of the element's index. The host writes the next step into the
 * counter, and the replayed program draws new numbers.
 */

import { grid } from '../../../engine/grid.ts';
import { hashAt, streamOf } from '../../../engine/random.ts';
import gaussianKernel from '../../../shaders/noise/gaussian.wgsl';
import uniformKernel from '../../../shaders/noise/uniform.wgsl';
import { type CaseInput, type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import { type OpSession, type Shape, sameShape, type Tensor } from '../../tensor.ts';

/**
 * A counter to draw from: [seed, step, 0, 0]. Write it again before each replay: `session.write(counter, [seed, step,
 * 0, 0])`.
 */
export const newCounter = (session: OpSession, seed: number, step = 0): Tensor =>
  session.lasting([4], 'counter', [seed >>> 0, step, 0, 0], 'u32');

/** @throws Error naming the op `name` if the shape is not a counter's. */
export function checkCounter(name: string, shape: Shape): void {
  if (!sameShape(shape, [4])) shapeError(name, `a counter u32 [4] is expected, not [${shape}]`);
}
/** The reference's numbers: those of the device, bit for bit. */
export const drawAt = (counter: Ref, stream: number, i: number): number =>
  hashAt(streamOf(counter.data[0], counter.data[1], stream), i);
/** A counter as the input of a test case. */
export const counterInput = (seed: number, step: number): CaseInput => ({
  shape: [4],
  dtype: 'u32',
  make: (_u, i) => [seed, step, 0, 0][i],
});

interface Uniform {
  shape: Shape;
  low: number;
  high: number;
  stream: number;
}
const words = (n: number): number => Math.ceil(n / 4);

/** The largest f32 below x. */
function below(x: number): number {
  const f = new Float32Array([x]);
  const bits = new Int32Array(f.buffer);
  if (f[0] === 0) return -(2 ** -126);
  bits[0] += f[0] > 0 ? -1 : 1;
  return f[0];
}

/** [counter] -> `shape`, uniform in [low, high) with 24 random bits. */
export const uniformNoiseOp: Op<Uniform> = op<Uniform>({
  name: 'uniformNoise',
  shape: ([counter], { shape }) => {
    checkCounter('uniformNoise', counter);
    return shape;
  },
  forward: (session, [counter], y, { low, high, stream }) =>
    session.run(uniformKernel, {
      read: { counter },
      write: { y },
      groups: grid(words(y.size), 256),
      params: { n4: words(y.size), stream, low, range: high - low, top: below(high) },
    }),
  backward: null,
  reference: ([counter], { shape, low, high, stream }) =>
    ref(shape, (i) => low + (high - low) * drawAt(counter, stream, i)),
  magnitude: (_x, { shape, low, high }) => ref(shape, () => Math.abs(low) + Math.abs(high)),
  cases: [
    { name: 'unit', inputs: [counterInput(7, 0)], attrs: { shape: [2, 3, 5, 7], low: 0, high: 1, stream: 1 } },
    {
      name: 'signed',
      inputs: [counterInput(4294967295, 2499)],
      attrs: { shape: [1025], low: -1 / 255, high: 1 / 255, stream: 4000000000 },
    },
  ],
});

interface Gaussian {
  shape: Shape;
  mean: number;
  sigma: number;
  stream: number;
}
/** WGSL lets cos and sin be wrong by 2^-11; the harness counts in units of 2^-24 * 6 sqrt(5). */
const trigonometry = 2 ** -11 / (2 ** -24 * 6 * Math.sqrt(5));
const radius = (u: number): number => Math.sqrt(-2 * Math.log(1 - u));

/** [counter] -> `shape`, normal with `mean` and standard deviation `sigma`; at most 5.8 sigma from the mean. */
export const gaussianNoiseOp: Op<Gaussian> = op<Gaussian>({
  name: 'gaussianNoise',
  shape: ([counter], { shape }) => {
    checkCounter('gaussianNoise', counter);
    return shape;
  },
  forward: (session, [counter], y, { mean, sigma, stream }) =>
    session.run(gaussianKernel, {
      read: { counter },
      write: { y },
      params: { n4: words(y.size), stream, mean, sigma },
      groups: grid(words(y.size), 256),
    }),
  backward: null,
  reference: ([counter], { shape, mean, sigma, stream }) =>
    ref(shape, (i) => {
      const first = i - (i % 2);
      const angle = 2 * Math.PI * drawAt(counter, stream, first + 1);
      return mean + sigma * radius(drawAt(counter, stream, first)) * (i % 2 ? Math.sin(angle) : Math.cos(angle));
    }),
  magnitude: ([counter], { shape, mean, sigma, stream }) =>
    ref(shape, (i) => Math.abs(mean) + sigma * radius(drawAt(counter, stream, i - (i % 2))) * trigonometry),
  cases: [
    { name: 'standard', inputs: [counterInput(7, 0)], attrs: { shape: [2, 3, 5, 7], mean: 0, sigma: 1, stream: 1 } },
    { name: 'shifted', inputs: [counterInput(12345, 17)], attrs: { shape: [1025], mean: -2, sigma: 0.1, stream: 3 } },
  ],
});

/** Uniform random values from `low` to `high`. `stream`: a number of this place in the step; see `newCounter`. */
export const uniformNoise = (counter: Tensor, shape: Shape, low: number, high: number, stream: number): Tensor =>
  uniformNoiseOp([counter], { shape, low, high, stream });
/** Normally distributed random values. `stream`: a number of this place in the step; see `newCounter`. */
export const gaussianNoise = (counter: Tensor, shape: Shape, stream: number, mean = 0, sigma = 1): Tensor =>
  gaussianNoiseOp([counter], { shape, mean, sigma, stream });
