/** An image from matched patches: every pixel the weighted mean of what the patches covering it say. No gradient. */

import { grid } from '../../../engine/grid.ts';
import kernel from '../../../shaders/patch/vote.wgsl';
import { type Op, op, ref, shapeError } from '../../op.ts';
import type { Tensor } from '../../tensor.ts';

/** Attributes of `patchVote`. */
export interface VoteAttrs {
  patch: number;
  /** Size of the map to make. */
  height: number;
  width: number;
  /** Only the patch's middle votes, up to this far from its center. */
  radius: number;
  /** Weight exp(-r^2 / (2 sigma^2)) by distance from the patch center; 0: all equal. */
  sigma: number;
}

/**
 * [source map [1,C,Hs,Ws], indices u32 [patches]] -> [1,C,height,width]; indices as patchNearest gives them, borders
 * 'valid'.
 */
export const patchVoteOp: Op<VoteAttrs> = op<VoteAttrs>({
  name: 'patchVote',
  shape: ([s, indices], { patch, height, width }) => {
    const count = (height - patch + 1) * (width - patch + 1);
    if (s.length !== 4 || s[0] !== 1) shapeError('patchVote', `[1,C,H,W] is expected, not [${s}]`);
    if (indices.reduce((a, b) => a * b, 1) !== count)
      shapeError('patchVote', `[${indices}] matches for ${count} patches`);
    return [1, s[1], height, width];
  },
  forward: (session, [source, indices], output, { patch, height, width, radius, sigma }) => {
    const [, c, hs, ws] = source.shape;
    const [x, y] = grid(height * width, 64);
    session.run(kernel, {
      read: { sourceMap: source, indices },
      write: { output },
      groups: [x, y, Math.ceil(c / 4)],
      params: { c, ht: height, wt: width, hs, ws, side: patch, radius, sigma, threads: height * width },
    });
  },
  backward: null,
  reference: ([s, indices], { patch, height, width, radius, sigma }) => {
    const [, c, hs, ws] = s.shape;
    const r = (patch - 1) / 2;
    const [across, sAcross] = [width - patch + 1, ws - patch + 1];
    return ref([1, c, height, width], (at) => {
      const [x, y, k] = [at % width, Math.floor(at / width) % height, Math.floor(at / (width * height))];
      // The patch center nearest to the pixel; the vote's radius is about it.
      const nx = Math.min(Math.max(x - r, 0), across - 1);
      const ny = Math.min(Math.max(y - r, 0), height - patch);
      let sum = 0;
      let total = 0;
      for (let cy = Math.max(0, ny - radius); cy <= Math.min(height - patch, ny + radius); cy++)
        for (let cx = Math.max(0, nx - radius); cx <= Math.min(across - 1, nx + radius); cx++) {
          const [i, j] = [y - r - cy, x - r - cx];
          if (Math.abs(i) > r || Math.abs(j) > r) continue;
          const index = indices.data[cy * across + cx];
          const w = sigma > 0 ? Math.exp(-(i * i + j * j) / (2 * sigma * sigma)) : 1;
          sum += w * s.data[(k * hs + Math.floor(index / sAcross) + r + i) * ws + (index % sAcross) + r + j];
          total += w;
        }
      return sum / total;
    });
  },
  terms: (_s, { patch }) => patch * patch * 4,
  cases: [
    {
      name: 'plain',
      inputs: [{ shape: [1, 3, 7, 8] }, { shape: [5 * 6], dtype: 'u32', make: (u) => Math.floor((u + 1) * 15) }],
      attrs: { patch: 3, height: 7, width: 8, radius: 1, sigma: 0 },
    },
    {
      name: 'gaussian 5x5',
      inputs: [{ shape: [1, 5, 9, 8] }, { shape: [4 * 6], dtype: 'u32', make: (u) => Math.floor((u + 1) * 10) }],
      attrs: { patch: 5, height: 8, width: 10, radius: 2, sigma: 1.2 },
    },
    {
      name: 'center',
      inputs: [{ shape: [1, 3, 7, 8] }, { shape: [5 * 6], dtype: 'u32', make: (u) => Math.floor((u + 1) * 15) }],
      attrs: { patch: 3, height: 7, width: 8, radius: 0, sigma: 0 },
    },
  ],
});

/**
 * The picture that patches vote for: source [1,C,Hs,Ws], indices u32 [patches] of source patches as `patchNearest`
 * gives them -> [1,C,height,width]. Each pixel is the weighted mean of the patches over it. `radius`: how far from its
 * center a patch votes, in pixels; default all of it. `sigma`: weights fall as exp(-r^2 / (2 sigma^2)); 0, the
 * default: all
 * are equal.
 */
export const patchVote = (
  source: Tensor,
  indices: Tensor,
  o: { patch: number; height: number; width: number; radius?: number; sigma?: number },
): Tensor => patchVoteOp([source, indices], { radius: (o.patch - 1) / 2, sigma: 0, ...o });
