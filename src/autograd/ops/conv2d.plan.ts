/**
 * Which kernels compute a convolution: a family of variants for each direction, in the order in which they are preferred where
 * nothing was measured, the generic one (any shape, any adapter) last. Variants are pure functions of shape and adapter.
 */
import type { Family } from '../plan.ts';
import { genericBackwardData, genericBackwardWeight, genericForward, mirroring } from './conv2d.generic.plan.ts';
import { dilated3x3, half, pixels1x1, rows3x3, rowsMirrored, seven } from './conv2d.lanes.plan.ts';
import { weight1x1, weight3x3, weight7x7, weightStride2 } from './conv2d.lanesWeight.plan.ts';
import type { ConvShape } from './conv2d.shape.ts';
import { tiled, tiledWeight } from './conv2d.tiled.plan.ts';

export const forwardFamily: Family<ConvShape> = {
  name: 'conv2d.forward',
  variants: [rows3x3('forward'), pixels1x1('forward'), half('forward'), seven, dilated3x3('forward'), ...tiled('forward'), genericForward],
};

/** dx from dy; a transposed convolution is this family's forward use. */
export const backwardDataFamily: Family<ConvShape> = {
  name: 'conv2d.backwardData',
  variants: [rows3x3('backward'), pixels1x1('backward'), dilated3x3('backward'), rowsMirrored, mirroring(half('backward')), ...tiled('backward'), genericBackwardData],
};

export const backwardWeightFamily: Family<ConvShape> = {
  name: 'conv2d.backwardWeight',
  variants: [weight3x3, weight1x1, weightStride2, weight7x7, ...tiledWeight, genericBackwardWeight],
};
