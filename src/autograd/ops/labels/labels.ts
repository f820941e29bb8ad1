/** Between layouts as label maps (u32 [N, H, W]) and as one channel per class ([N, K, H, W]). No gradients. */

import { grid } from '../../../engine/grid.ts';
import argmaxKernel from '../../../shaders/labels/argmax.wgsl';
import oneHotKernel from '../../../shaders/labels/oneHot.wgsl';
import { imageShape, type Op, op, ref, shapeError } from '../../op.ts';
import type { Tensor } from '../../tensor.ts';

/** Workgroups for one thread per pixel of each of n samples (pixel_of in lib/planes.wgsl). */
export function sampleGroups(pixels: number, n: number): [number, number, number] {
  const [x, z] = grid(pixels, 64);
  return [x, n, z];
}

/** labels u32 [N,H,W] -> [N,K,H,W] of 0 and 1; a label of K or more gives zeros in every channel. */
export const oneHotOp: Op<{ classes: number }> = op<{ classes: number }>({
  name: 'oneHot',
  shape: ([s], { classes }) =>
    s.length === 3 ? [s[0], classes, s[1], s[2]] : shapeError('oneHot', `labels [N, H, W] are expected, not [${s}]`),
  forward: (session, [labels], y, { classes }) => {
    const [n, h, w] = labels.shape;
    session.run(oneHotKernel, {
      read: { labels },
      write: { y },
      params: { k: classes, size: h * w },
      groups: sampleGroups(h * w, n),
    });
  },
  backward: null,
  reference: ([labels], { classes }) => {
    const [n, h, w] = labels.shape;
    return ref([n, classes, h, w], (i) => {
      const p = i % (h * w);
      const k = Math.floor(i / (h * w)) % classes;
      return labels.data[Math.floor(i / (classes * h * w)) * h * w + p] === k ? 1 : 0;
    });
  },
  cases: [
    {
      name: 'four',
      inputs: [{ shape: [2, 3, 5], dtype: 'u32', make: (u) => Math.floor(u * 2 + 2) }],
      attrs: { classes: 4 },
    },
    {
      name: 'outside',
      inputs: [{ shape: [1, 4, 3], dtype: 'u32', make: (u) => Math.floor(u * 3 + 3) }],
      attrs: { classes: 3 },
    },
  ],
});
/** labels u32 [N,H,W] -> [N,K,H,W] of 0 and 1; a label of K or more gives zeros in every channel. No gradient. */
export const oneHot = (labels: Tensor, classes: number): Tensor => oneHotOp([labels], { classes });

/** x [N,K,H,W] -> u32 [N,H,W]: the channel with the largest value, the first of equals. */
export const argmaxOp: Op<object> = op<object>({
  name: 'argmax',
  dtype: 'u32',
  shape: ([s]) => {
    const [n, , h, w] = imageShape('argmax', s);
    return [n, h, w];
  },
  forward: (session, [x], y) => {
    const [n, k, h, w] = x.shape;
    session.run(argmaxKernel, {
      read: { x },
      write: { y },
      params: { k, size: h * w },
      groups: sampleGroups(h * w, n),
    });
  },
  backward: null,
  reference: ([x]) => {
    const [n, k, h, w] = x.shape;
    return ref([n, h, w], (i) => {
      const base = Math.floor(i / (h * w)) * k * h * w + (i % (h * w));
      let best = 0;
      for (let c = 1; c < k; c++) if (x.data[base + c * h * w] > x.data[base + best * h * w]) best = c;
      return best;
    });
  },
  cases: [
    { name: 'values', inputs: [{ shape: [2, 5, 3, 4] }], attrs: {} },
    { name: 'equals', inputs: [{ shape: [1, 3, 4, 4], make: (u) => Math.round(u) }], attrs: {} },
    { name: 'one channel', inputs: [{ shape: [2, 1, 2, 3] }], attrs: {} },
  ],
});
/** x [N,K,H,W] -> u32 [N,H,W]: the channel with the largest value, the first of equals. No gradient. */
export const argmax = (x: Tensor): Tensor => argmaxOp([x], {});
