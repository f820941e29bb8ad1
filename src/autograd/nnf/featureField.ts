/**
 * Nearest-neighbor fields between feature maps by PatchMatch (Barnes et al. 2009) on cosine distance, and maps voted by
 * them: what patchField does for pictures, for any number of channels. No gradients.
 */

import { grid } from '../../engine/grid.ts';
import improveKernel from '../../shaders/nnf/featureField/improve.wgsl';
import voteKernel from '../../shaders/nnf/featureField/vote.wgsl';
import { concat, permute } from '../ops/copy/copy.ts';
import { affine, div, sqrt, square } from '../ops/pointwise/pointwise.ts';
import { sum } from '../ops/reduce/sum.ts';
import type { Tensor } from '../tensor.ts';

/** Channels last, a multiple of 4 of them: [1,H,W,C] (the copy of an image-shaped tensor). */
export const channelsLast = (x: Tensor): Tensor => {
  if (x.shape[0] !== 1 || x.shape[1] % 4)
    throw new Error(`featureField: one sample of a multiple of 4 channels is expected, not [${x.shape}]`);
  return permute([x], { order: [0, 2, 3, 1] });
};
/** Each pixel's channels to length 1; a pixel of zeros stays one. */
export const unitFeatures = (x: Tensor): Tensor => div(x, sqrt(affine(sum([square(x)], { axes: [1] }), 1, 1e-12)));

/**
 * Feature maps [1,C,H,W] of one side, each L2-normalized per pixel, one after the other and channels last: what fields
 * compare.
 */
export const fieldMap = (maps: readonly Tensor[]): Tensor => channelsLast(concat(maps.map(unitFeatures)));

/** How a field between feature maps is improved. */
export interface FeaturePasses {
  /** Odd side of the patches. */
  patch: number;
  iterations: number;
  /** Of the random search's first candidate, in pixels. */
  radius: number;
  /** A number of this call's own, for its random numbers. */
  stream: number;
}

/**
 * A field [H W, 2] u32 (source pixel, bits of its distance) from `target` to `source`, both from fieldMap, improved.
 * The distances in `start` are not used.
 */
export function improveFeatureField(
  target: Tensor,
  source: Tensor,
  start: Tensor,
  { patch, iterations, radius, stream }: FeaturePasses,
): Tensor {
  const { session } = target;
  const [, ht, wt, c] = target.shape;
  const [, hs, ws] = source.shape;
  const threads = ht * wt;
  let field = start;
  for (let i = 0; i < iterations; i++) {
    const next = session.temporary([threads, 2], 'featureField', 'u32');
    session.run(improveKernel, {
      read: { target_map: target, source_map: source, previous: field },
      write: { field: next },
      // Far neighbors first, then every pixel's own; a random search halves its reach down to a pixel.
      params: {
        ht,
        wt,
        hs,
        ws,
        quads: c / 4,
        jump: i % 3 === 0 && Math.min(ht, wt) > 8 ? 3 : 1,
        radius,
        randoms: Math.max(1, Math.ceil(Math.log2(Math.max(2, radius)))),
        fresh: i === 0 ? 1 : 0,
        stream: stream * 64 + i,
        threads,
      },
      constants: { SIDE: patch },
      groups: grid(threads, 64),
    });
    field = next;
  }
  return field;
}

/** `source` [1,hs,ws,C] voted by a field over height x width, [1,height,width,C]: patches of one pixel copy. */
export function voteFeatures(source: Tensor, field: Tensor, height: number, width: number, patch: number): Tensor {
  const [, hs, ws, c] = source.shape;
  const y = source.session.temporary([1, height, width, c], 'featureField.vote');
  const threads = (height * width * c) / 4;
  source.session.run(voteKernel, {
    read: { source_map: source, field },
    write: { y },
    params: { ht: height, wt: width, hs, ws, quads: c / 4, threads },
    constants: { SIDE: patch },
    groups: grid(threads, 64),
  });
  return y;
}
