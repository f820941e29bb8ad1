/** The geometry of a convolution, and what its plans share. */
import sum from '../../../shaders/conv2d/weightGradient/partialSum.wgsl';
import type { Dispatch, Plan, Variant } from '../../kernels/plan.ts';

/**
 * x [n,ci,h,w], w [co,ci,kh,kw], y [n,co,ho,wo]. A transposed convolution is described by the convolution it is the
 * gradient of.
 */
export interface ConvShape {
  n: number;
  ci: number;
  h: number;
  w: number;
  co: number;
  kh: number;
  kw: number;
  stride: number;
  dilation: number;
  pad: number;
  padMode: 'zero' | 'reflect';
  ho: number;
  wo: number;
  /**
   * Whether a bias is added: to y, or to dx where the gradient serves as a transposed convolution (zero padding only).
   */
  bias?: boolean;
}
/** Buffers of its plans: 'x', 'w', 'y', 'dy', 'dx', 'dw', 'bias', or 'scratch0', 'scratch1', ... */
export type ConvVariant = Variant<ConvShape>;
/** Which side is computed: y from x and w, or dx from dy and w. */
export type Direction = 'forward' | 'backward';

export const WG = 64;
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
export const isReflect = (s: ConvShape): boolean => s.padMode === 'reflect' && s.pad > 0;

/**
 * A first pass that writes `splits` partial sums of a weight gradient, and the second that adds them up; one pass if
 * there is one split.
 */
export function splitting(name: string, s: ConvShape, splits: number, first: Dispatch): Plan {
  if (splits === 1) return { name, scratch: [], steps: [{ ...first, buffers: { ...first.buffers, sums: 'dw' } }] };
  const count = s.co * s.ci * s.kh * s.kw;
  const second: Dispatch = {
    kernel: sum,
    buffers: { sums: 'scratch0', dw: 'dw' },
    params: { count, splits },
    groups: [ceilDiv(count, WG), 1, 1],
  };
  return {
    name,
    scratch: [splits * count * 4],
    steps: [{ ...first, buffers: { ...first.buffers, sums: 'scratch0' } }, second],
  };
}
