/** The geometry of a convolution, and what its plans share. */
import sum from '../../../shaders/conv2d/weightGradient/partialSum.wgsl';
import type { Dispatch, Plan, Variant } from '../../kernels/plan.ts';
import { shapeError } from '../../op.ts';
import type { Shape } from '../../shape.ts';

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
/** Attributes of a convolution: both axes alike; padding in pixels. */
export interface ConvAttrs {
  stride: number;
  dilation: number;
  pad: number;
  padMode: 'zero' | 'reflect';
}

/** Of its gradient towards the input: that input's height and width, which a stride leaves open. */
export interface InputAttrs extends ConvAttrs {
  h: number;
  w: number;
}

/** Of its gradient towards the weight: the kernel's height and width. */
export interface WeightAttrs extends ConvAttrs {
  kh: number;
  kw: number;
}

/** Output positions along an axis of n values under a kernel of k taps. */
export const outSize = (n: number, k: number, a: ConvAttrs): number =>
  Math.floor((n + 2 * a.pad - a.dilation * (k - 1) - 1) / a.stride) + 1;

/** The convolution's geometry from its x and w shapes; checks that they fit. */
export function geometry(name: string, x: Shape, w: Shape, a: ConvAttrs): ConvShape {
  if (x.length !== 4 || w.length !== 4) shapeError(name, `four axes are expected, not [${x}] and [${w}]`);
  if (x[1] !== w[1]) shapeError(name, `${x[1]} input channels, but the weight [${w}] takes ${w[1]}`);
  const ho = outSize(x[2], w[2], a);
  const wo = outSize(x[3], w[3], a);
  if (ho < 1 || wo < 1) shapeError(name, `the kernel [${w}] does not fit into [${x}] with padding ${a.pad}`);
  if (a.padMode === 'reflect' && (a.pad >= x[2] || a.pad >= x[3]))
    shapeError(name, `reflect padding ${a.pad} needs a larger image than [${x}]`);
  return { n: x[0], ci: x[1], h: x[2], w: x[3], co: w[0], kh: w[2], kw: w[3], ...a, ho, wo };
}

/** Buffers of its plans: 'x', 'w', 'y', 'dy', 'dx', 'dw', 'bias', or 'scratch0', 'scratch1', ... */
export type ConvVariant = Variant<ConvShape>;
/** Which side is computed: y from x and w, or dx from dy and w. */
export type ConvDirection = 'forward' | 'backward';

/** Invocations of a workgroup of the kernels for any adapter. */
export const WG = 64;
/** a / b, rounded up. */
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
/** Whether padding mirrors anything. */
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
