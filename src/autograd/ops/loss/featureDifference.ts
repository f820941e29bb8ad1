/** How two feature maps differ, as a bounded ratio and a difference, in one launch each way. */

import { grid } from '../../../engine/grid.ts';
import backwardKernel from '../../../shaders/loss/featureDifference/backward.wgsl';
import forwardKernel from '../../../shaders/loss/featureDifference/forward.wgsl';
import { type Op, op, ref, shapeError } from '../../op.ts';
import { sizeOf, type Tensor } from '../../tensor.ts';
import { samples } from '../copy/copy.ts';
import { joinOp } from '../copy/ranges.ts';
import { add, affine, div, mul, scale, square, sub } from '../pointwise/pointwise.ts';

/** Keeps the ratio finite where the first map is near 0, and 1 where both agree; above 0. */
interface Attrs {
  eps: number;
}

/** The batch (s, t) [2N,C,H,W], N C H W a multiple of 4 -> ((s t + eps) / (s^2 + eps), t - s) [2N,C,H,W]. */
export const featureDifferenceOp: Op<Attrs> = op<Attrs>({
  name: 'featureDifference',
  shape: ([x], { eps }) => {
    if (x.length !== 4 || x[0] % 2 || sizeOf(x) % 8)
      shapeError('featureDifference', `two batches of whole vec4 are expected, not [${x}]`);
    if (!(eps > 0)) shapeError('featureDifference', `eps ${eps} is not above 0`);
    return x;
  },
  forward: (session, [x], y, { eps }) => {
    const half = x.size / 8;
    session.run(forwardKernel, { read: { x }, write: { y }, params: { half, eps }, groups: grid(half, 64) });
  },
  backward: ({ x: [x], attrs: { eps }, twice }, dy) => {
    if (twice) return [composed(x, dy, eps)];
    const dx = x.session.temporary(x.shape, 'featureDifference.dx');
    const half = x.size / 8;
    x.session.run(backwardKernel, { read: { x, dy }, write: { dx }, params: { half, eps }, groups: grid(half, 64) });
    return [dx];
  },
  reference: ([x], { eps }) => {
    const half = x.data.length / 2;
    return ref(x.shape, (i) => {
      const [s, t] = [x.data[i % half], x.data[(i % half) + half]];
      return i < half ? (s * t + eps) / (s * s + eps) : t - s;
    });
  },
  terms: () => 8,
  magnitude: ([x], { eps }) => {
    const half = x.data.length / 2;
    return ref(x.shape, (i) => {
      const [s, t] = [Math.abs(x.data[i % half]), Math.abs(x.data[(i % half) + half])];
      return i < half ? (s * t + eps) / (s * s + eps) : t + s;
    });
  },
  cases: [
    { name: 'small', inputs: [{ shape: [2, 3, 4, 5] }], attrs: { eps: 0.1 } },
    { name: 'batches', inputs: [{ shape: [4, 1, 2, 6] }], attrs: { eps: 0.1 } },
    { name: 'aligned', inputs: [{ shape: [2, 4, 8, 4], make: (u) => 3 * u }], attrs: { eps: 0.25 } },
  ],
});

/** The gradient from taped ops, for gradients of gradients. */
function composed(x: Tensor, dy: Tensor, eps: number): Tensor {
  const n = x.shape[0] / 2;
  const [s, t, dr, dd] = [x, dy].flatMap((both) => [samples(both, 0, n), samples(both, n, 2 * n)]);
  const below = affine(square(s), 1, eps);
  const q = div(dr, below);
  const ratio = div(affine(mul(s, t), 1, eps), below);
  const ds = sub(mul(q, sub(t, scale(mul(s, ratio), 2))), dd);
  return joinOp([ds, add(mul(q, s), dd)], { shape: x.shape, from: [0, x.size / 2] });
}
