/**
 * The ops as functions of tensors: `ops.conv2d(x, w)`, `ops.add(a, b)`. Call them inside `session.record` or
 * `session.compute`. Each returns a tensor of the step being recorded, and is on the tape where an input needs a
 * gradient. Images are [N,C,H,W]; a tensor has at most four axes. Tensors of f32, unless said otherwise.
 * @module
 */
import { flip as flipOp, permute as permuteOp } from './autograd/ops/copy/copy.ts';
import { reshape as reshapeOp } from './autograd/ops/copy/reshape.ts';
import { sliceOrPad } from './autograd/ops/copy/slice.ts';
import { max as maxOp, mean as meanOp } from './autograd/ops/reduce/reduce.ts';
import { expand as expandOp, sum as sumOp } from './autograd/ops/reduce/sum.ts';
import type { Shape, Tensor } from './autograd/tensor.ts';

export { type BatchNormState, batchNormInfer, batchNormTrain } from './autograd/functional/batchNorm.ts';
export {
  hingeFake,
  hingeGenerator,
  hingeReal,
  l1,
  l1To,
  leastSquares,
  logisticFake,
  logisticGenerator,
  logisticReal,
  mse,
} from './autograd/functional/losses.ts';
export { logSoftmax, softmax } from './autograd/functional/softmax.ts';
export { fill } from './autograd/kernels/fill.ts';
export { assign } from './autograd/kernels/strided.ts';
export { type Affine, type ControlPoint, type WarpMap, warpMap } from './autograd/kernels/warpMap.ts';
export { conv2d, convTranspose2d } from './autograd/ops/conv2d/conv2d.ts';
export type { ConvAttrs } from './autograd/ops/conv2d/shape.ts';
export { channels, concat, samples } from './autograd/ops/copy/copy.ts';
export { crop, zeroPad } from './autograd/ops/copy/slice.ts';
export { argmax, oneHot } from './autograd/ops/labels/labels.ts';
export { crossEntropy } from './autograd/ops/loss/crossEntropy.ts';
export { meanAll } from './autograd/ops/loss/meanError.ts';
export { weightedSum } from './autograd/ops/loss/weightedSum.ts';
export { type MatmulAttrs, matmul } from './autograd/ops/matmul/matmul.ts';
export { dropout } from './autograd/ops/noise/dropout.ts';
export { gaussianNoise, newCounter, uniformNoise } from './autograd/ops/noise/noise.ts';
export { type NormOptions, normalize } from './autograd/ops/norm/normalize.ts';
export { kNearestPatches } from './autograd/ops/patch/kNearest.ts';
export { type NearestPatches, type PatchOptions, patchNearest } from './autograd/ops/patch/nearest.ts';
export { foldAt, unfoldAt } from './autograd/ops/patch/unfoldAt.ts';
export { patchVote } from './autograd/ops/patch/vote.ts';
export { addBias } from './autograd/ops/pointwise/bias.ts';
export {
  abs,
  add,
  affine,
  clamp,
  div,
  exp,
  leakyRelu,
  log,
  maximum,
  minimum,
  mul,
  reciprocal,
  relu,
  scale,
  sigmoid,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from './autograd/ops/pointwise/pointwise.ts';
export { sumAll } from './autograd/ops/reduce/sum.ts';
export { avgPool2d, globalAveragePool, maxPool2d } from './autograd/ops/spatial/pool.ts';
export { type PadWidths, reflectPad } from './autograd/ops/spatial/reflectPad.ts';
export { resizeBilinear, resizeNearest } from './autograd/ops/spatial/resize.ts';
export { type Border, type WarpOptions, warp, warpLabels } from './autograd/ops/spatial/warp.ts';

const every = (x: Tensor): readonly number[] => x.shape.map((_, i) => i);

/** Sum over `axes`, which stay as axes of size 1; over all of them if left out. */
export const sum = (x: Tensor, axes: readonly number[] = every(x)): Tensor => sumOp([x], { axes });

/** Mean over `axes`, which stay as axes of size 1; over all of them if left out. */
export const mean = (x: Tensor, axes: readonly number[] = every(x)): Tensor => meanOp([x], { axes });

/**
 * Largest value over `axes`, which stay as axes of size 1; over all of them if left out. Its gradient goes to every
 * position that holds the maximum.
 */
export const max = (x: Tensor, axes: readonly number[] = every(x)): Tensor => maxOp([x], { axes });

/** The same values in the same order under another shape; no copy. @throws Error where the sizes differ. */
export const reshape = (x: Tensor, shape: Shape): Tensor => reshapeOp([x], { shape });

/** Copies along axes of size 1 until the shape is `shape`. @throws Error where another axis would have to change. */
export const expand = (x: Tensor, shape: Shape): Tensor => expandOp([x], { shape });

/** Axes in another order, of x as four axes (ones in front): axis i of the result is axis `order[i]` of x. */
export const permute = (x: Tensor, order: readonly [number, number, number, number]): Tensor =>
  permuteOp([x], { order });

/** The order of the values turned round along `axes`, of x as four axes (ones in front): 3 mirrors left and right. */
export const flip = (x: Tensor, axes: readonly number[]): Tensor => flipOp([x], { axes });

/** The box of `size` from `start` on, of x [N,C,H,W]; what lies outside of x is 0. Starts may be negative. */
export const slice = (
  x: Tensor,
  start: readonly [number, number, number, number],
  size: readonly [number, number, number, number],
): Tensor => sliceOrPad([x], { start, size });
