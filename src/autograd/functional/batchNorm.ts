/**
 * Batch normalization for N = 1 with running statistics (Ioffe & Szegedy 2015), as the released code trains with it.
 */
import runningKernel from '../../shaders/norm/running.wgsl';
import { reshape } from '../ops/copy/reshape.ts';
import { sliceOrPad } from '../ops/copy/slice.ts';
import { type NormOptions, normalize } from '../ops/norm/normalize.ts';
import { add, affine, leakyRelu, mul, reciprocal, sqrt, sub } from '../ops/pointwise/pointwise.ts';
import type { Tensor } from '../tensor.ts';

/** Running statistics of one layer of C channels. */
export interface BatchNormState {
  /** Running mean [C], then running variance [C], as one lasting tensor [2C]. */
  running: Tensor;
  /** 0.1 by convention: the share of the newest batch. */
  momentum: number;
}

/** Training: normalizes by the sample's own statistics and moves the running ones. x [1,C,H,W]. */
export function batchNormTrain(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  state: BatchNormState,
  { eps = 1e-5, slope = 1, skip }: NormOptions = {},
): Tensor {
  const [n, c, h, w] = x.shape;
  if (n !== 1) throw new Error(`batchNorm: one sample at a time is expected, not [${x.shape}]`);
  const { y, stats } = normalize(x, gamma, beta, { eps, slope, skip });
  x.session.run(runningKernel, {
    read: { stats },
    write: { running: state.running },
    groups: [Math.ceil(c / 64)],
    params: { c, momentum: state.momentum, eps, correction: h * w > 1 ? (h * w) / (h * w - 1) : 1 },
  });
  return y;
}

/** Inference: normalizes by the running statistics. */
export function batchNormInfer(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  state: BatchNormState,
  { eps = 1e-5, slope = 1, skip }: NormOptions = {},
): Tensor {
  const c = x.shape[1];
  const part = (i: number): Tensor =>
    reshape([sliceOrPad([state.running.view([1, 2 * c, 1, 1])], { start: [0, i * c, 0, 0], size: [1, c, 1, 1] })], {
      shape: [1, c, 1, 1],
    });
  const wide = (t: Tensor): Tensor => reshape([t], { shape: [1, c, 1, 1] });
  const factor = mul(wide(gamma), reciprocal(sqrt(affine(part(1), 1, eps))));
  const z = add(mul(sub(x, part(0)), factor), wide(beta));
  const y = slope === 1 ? z : leakyRelu(z, slope);
  return skip ? add(y, skip) : y;
}
