/**
 * Which kernels compute a convolution: a family of variants for each direction, in the order in which they are
 * preferred where nothing was measured, the generic one (any shape, any adapter) last. Variants are pure functions of
 * shape and adapter.
 */
import type { Family } from '../../kernels/plan.ts';
import type { Shape } from '../../tensor.ts';
import { columnsBackwardData } from './columns.ts';
import { genericBackwardData, genericBackwardWeight, genericForward, mirroring } from './generic.ts';
import { dilated3x3, k1, k3, k3Mirrored, k7, stride2 } from './lanes.ts';
import { weightDilated3x3, weightK1, weightK3, weightK7, weightK7Few, weightStride2 } from './lanesWeight.ts';
import type { ConvShape } from './shape.ts';
import { tiled, tiledWeight } from './tiled.ts';
import { winogradBackwardData, winogradForward } from './winograd.ts';

const key = (s: ConvShape): string =>
  [
    `${s.n}x${s.ci}x${s.h}x${s.w} ${s.co}x${s.kh}x${s.kw}`,
    `stride ${s.stride} dilation ${s.dilation} pad ${s.pad} ${s.padMode}${s.bias ? ' bias' : ''}`,
  ].join(' ');
const x = (s: ConvShape): Shape => [s.n, s.ci, s.h, s.w];
const w = (s: ConvShape): Shape => [s.co, s.ci, s.kh, s.kw];
const y = (s: ConvShape): Shape => [s.n, s.co, s.ho, s.wo];
const square: ConvShape = {
  n: 1,
  ci: 64,
  h: 64,
  w: 64,
  co: 64,
  kh: 3,
  kw: 3,
  stride: 1,
  dilation: 1,
  pad: 1,
  padMode: 'zero',
  ho: 64,
  wo: 64,
};
const probe = { shape: square, tiled: 'tile32', plain: 'generic' };

/** y from x and w. */
export const forwardFamily: Family<ConvShape> = {
  name: 'conv2d.forward',
  variants: [
    k3('forward'),
    k1('forward'),
    stride2('forward'),
    k7,
    dilated3x3('forward'),
    ...tiled('forward'),
    winogradForward,
    genericForward,
  ],
  key,
  probe,
  tensors: (s) => ({ x: x(s), w: w(s), y: y(s), ...(s.bias && { bias: [s.co] }) }),
};

/** dx from dy; a transposed convolution is this family's forward use. */
export const backwardDataFamily: Family<ConvShape> = {
  name: 'conv2d.backwardData',
  variants: [
    columnsBackwardData,
    k3('backward'),
    k1('backward'),
    dilated3x3('backward'),
    k3Mirrored,
    mirroring(stride2('backward')),
    ...tiled('backward'),
    winogradBackwardData,
    genericBackwardData,
  ],
  key,
  probe,
  tensors: (s) => ({ dy: y(s), w: w(s), dx: x(s), ...(s.bias && { bias: [s.ci] }) }),
};

/** dw from x and dy. */
export const backwardWeightFamily: Family<ConvShape> = {
  name: 'conv2d.backwardWeight',
  variants: [
    weightK3,
    weightK1,
    weightStride2,
    weightK7Few,
    weightK7,
    weightDilated3x3,
    ...tiledWeight,
    genericBackwardWeight,
  ],
  key,
  probe,
  tensors: (s) => ({ x: x(s), dy: y(s), dw: w(s) }),
};
