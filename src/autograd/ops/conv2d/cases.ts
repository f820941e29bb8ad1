/** Convolution cases: a control and single deviations from it, tiny odd shapes, then the networks' own layers. */
import type { Case } from '../../op.ts';
import type { Shape } from '../../tensor.ts';
import { type ConvAttrs, type InputAttrs, outSize, type WeightAttrs } from './shape.ts';

interface Layer {
  name: string;
  x: Shape;
  w: Shape;
  a?: Partial<ConvAttrs>;
  bias?: boolean;
}
const layers: Layer[] = [
  { name: 'control 3x3', x: [1, 4, 8, 8], w: [8, 4, 3, 3], a: { pad: 1 } },
  { name: 'no padding', x: [1, 4, 8, 8], w: [8, 4, 3, 3] },
  { name: 'odd everything', x: [1, 3, 7, 11], w: [5, 3, 3, 3], a: { pad: 1 } },
  { name: 'batch of two', x: [2, 4, 8, 8], w: [8, 4, 3, 3], a: { pad: 1 } },
  { name: 'bias', x: [2, 3, 5, 9], w: [4, 3, 3, 3], a: { pad: 1 }, bias: true },
  { name: 'reflect', x: [1, 3, 6, 9], w: [4, 3, 3, 3], a: { pad: 1, padMode: 'reflect' } },
  { name: 'reflect 7x7', x: [1, 3, 8, 9], w: [8, 3, 7, 7], a: { pad: 3, padMode: 'reflect' } },
  { name: '1x1', x: [1, 8, 6, 10], w: [12, 8, 1, 1] },
  { name: '1x1 one pixel', x: [1, 5, 1, 1], w: [3, 5, 1, 1], bias: true },
  { name: 'stride 2, 4x4', x: [1, 4, 8, 12], w: [8, 4, 4, 4], a: { stride: 2, pad: 1 } },
  { name: 'stride 2, 3x3', x: [1, 3, 9, 8], w: [6, 3, 3, 3], a: { stride: 2, pad: 1 } },
  { name: 'stride 3', x: [1, 2, 10, 11], w: [3, 2, 3, 3], a: { stride: 3, pad: 1 } },
  { name: 'dilation 8', x: [1, 3, 20, 18], w: [4, 3, 3, 3], a: { dilation: 8, pad: 8 } },
  { name: 'rectangular kernel', x: [1, 2, 7, 9], w: [3, 2, 1, 5], a: { pad: 2 } },
  { name: 'even kernel', x: [1, 2, 7, 9], w: [3, 2, 2, 2], a: { pad: 1 } },
  { name: 'wide', x: [1, 16, 16, 64], w: [16, 16, 3, 3], a: { pad: 1 } },
  { name: 'wide odd', x: [1, 17, 6, 67], w: [18, 17, 3, 3], a: { pad: 1 } },
  { name: 'deep', x: [1, 64, 4, 4], w: [32, 64, 3, 3], a: { pad: 1 } },
  { name: 'wide stride 2', x: [1, 8, 16, 64], w: [16, 8, 4, 4], a: { stride: 2, pad: 1 } },
  { name: 'wide stride 2, beyond a group', x: [1, 3, 10, 72], w: [18, 3, 4, 4], a: { stride: 2, pad: 1 }, bias: true },
  { name: 'wide stride 2, 3x3', x: [2, 5, 9, 80], w: [9, 5, 3, 3], a: { stride: 2, pad: 1 } },
  { name: 'wide 1x1', x: [1, 32, 8, 64], w: [8, 32, 1, 1], bias: true },
  { name: 'reflect, few rows', x: [2, 9, 5, 24], w: [10, 9, 3, 3], a: { pad: 1, padMode: 'reflect' } },
  { name: 'dilation 4, few channels', x: [2, 3, 10, 32], w: [18, 3, 3, 3], a: { dilation: 4, pad: 4 } },
  { name: '1x1 from few channels', x: [2, 3, 9, 12], w: [20, 3, 1, 1], bias: true },
  { name: '1x1 to few channels', x: [1, 36, 8, 20], w: [5, 36, 1, 1] },
  { name: '1x1 between many channels', x: [1, 65, 32, 32], w: [66, 65, 1, 1] },
  { name: 'wide 7x7', x: [1, 3, 16, 64], w: [16, 3, 7, 7], a: { pad: 3, padMode: 'reflect' } },
];
const attrs = (a: Partial<ConvAttrs> = {}): ConvAttrs => ({ stride: 1, dilation: 1, pad: 0, padMode: 'zero', ...a });
const yShape = ({ x, w, a }: Layer): Shape => [
  x[0],
  w[0],
  outSize(x[2], w[2], attrs(a)),
  outSize(x[3], w[3], attrs(a)),
];

/** Cases of conv2d: x, w and perhaps bias. */
export const convCases: Case<ConvAttrs>[] = layers.map((l) => ({
  name: l.name,
  attrs: attrs(l.a),
  inputs: [{ shape: l.x }, { shape: l.w }, ...(l.bias ? [{ shape: [l.w[0]] }] : [])],
}));
/** The same layers for convInput: dy, w and perhaps bias. */
export const inputCases: Case<InputAttrs>[] = layers.map((l) => ({
  name: l.name,
  attrs: { ...attrs(l.a), h: l.x[2], w: l.x[3] },
  inputs: [{ shape: yShape(l) }, { shape: l.w }, ...(l.bias ? [{ shape: [l.w[1]] }] : [])],
}));
/** The same layers for convWeight: x and dy. */
export const weightCases: Case<WeightAttrs>[] = layers.map((l) => ({
  name: l.name,
  attrs: { ...attrs(l.a), kh: l.w[2], kw: l.w[3] },
  inputs: [{ shape: l.x }, { shape: yShape(l) }],
}));
