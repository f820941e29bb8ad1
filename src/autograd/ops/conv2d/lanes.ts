/**
 * Forward and backward-data kernels for subgroups of 8 without workgroup memory (the software adapter's): neighbors by
 * shuffles, weights by broadcasts from the lanes that hold them, read where they lie. Measured in
 * docs/experiments/convolution.
 */

import dilated from '../../../shaders/conv2d/forward/dilated.wgsl';
import forwardK1 from '../../../shaders/conv2d/forward/k1.wgsl';
import forwardK3 from '../../../shaders/conv2d/forward/k3.wgsl';
import forwardK7 from '../../../shaders/conv2d/forward/k7.wgsl';
import forwardStride2 from '../../../shaders/conv2d/forward/stride2.wgsl';
import backwardDataStride2 from '../../../shaders/conv2d/inputGradient/stride2.wgsl';
import { lanes } from '../../kernels/plan.ts';
import { mirroring } from './generic.ts';
import { type ConvDirection, type ConvShape, type ConvVariant, ceilDiv, isReflect } from './shape.ts';

/** 3x3, stride 1, padding 1, rows of whole vec4. */
export const is3x3 = (s: ConvShape): boolean =>
  s.kh === 3 && s.kw === 3 && s.stride === 1 && s.dilation === 1 && s.pad === 1 && s.w % 4 === 0;
/** 1x1, stride 1, planes of whole vec4. */
export const is1x1 = (s: ConvShape): boolean =>
  s.kh === 1 && s.kw === 1 && s.stride === 1 && s.pad === 0 && (s.h * s.w) % 4 === 0;
/** 7x7, stride 1, padding 3, rows of whole vec4. */
export const is7x7 = (s: ConvShape): boolean =>
  s.kh === 7 && s.kw === 7 && s.stride === 1 && s.dilation === 1 && s.pad === 3 && s.w % 4 === 0;
/** 3x3 with dilation = zero padding, every tap a whole vec4 aside. */
export const isDilated = (s: ConvShape): boolean =>
  s.kh === 3 &&
  s.kw === 3 &&
  s.stride === 1 &&
  s.dilation === s.pad &&
  s.dilation % 4 === 0 &&
  s.padMode === 'zero' &&
  s.w % 4 === 0;
/** 4x4 or 3x3, stride 2, padding 1, zero: even widths, whole vec4 on the small side. */
export const isStride2 = (s: ConvShape): boolean =>
  s.kh === s.kw &&
  (s.kh === 4 || s.kh === 3) &&
  s.stride === 2 &&
  s.dilation === 1 &&
  s.pad === 1 &&
  s.padMode === 'zero' &&
  s.w === 2 * s.wo &&
  s.wo % 4 === 0 &&
  (s.h === 2 * s.ho || (s.kh === 3 && s.h === 2 * s.ho - 1));

interface Sides {
  m: number;
  k: number;
  from: string;
  to: string;
}
/** Channels written and summed, and the buffers read and written. */
const sides = (s: ConvShape, d: ConvDirection): Sides =>
  d === 'forward' ? { m: s.co, k: s.ci, from: 'x', to: 'y' } : { m: s.ci, k: s.co, from: 'dy', to: 'dx' };
/** How a kernel that serves both directions walks through w [co,ci,3,3]: backwards for the gradient. */
const walk3x3 = (s: ConvShape, d: ConvDirection): Record<string, number> =>
  d === 'forward'
    ? { stride_m: s.ci * 9, stride_k: 9, tap0: 0, tap_step: 1 }
    : { stride_m: 9, stride_k: s.ci * 9, tap0: 8, tap_step: 0xffffffff };

/** Workgroups for the `per` places of each of n images, and for all samples: lib/fold.wgsl. */
const folded = (per: number, n: number, LANES: number): [number, number] =>
  2 * per > LANES ? [ceilDiv(per, LANES), n] : [1, ceilDiv(n, Math.floor(LANES / per))];

/** 3x3, stride 1, padding 1; reflect padding backwards needs an even height. */
export const k3 = (d: ConvDirection): ConvVariant => ({
  name: 'k3',
  formerName: 'rows',
  fits: (s, adapter) => lanes(adapter) && is3x3(s) && !(d === 'backward' && s.padMode === 'reflect' && s.h % 2 !== 0),
  plan: (s, { subgroupSize: LANES }) => {
    const { m, k, from, to } = sides(s, d);
    const reflect = s.padMode === 'reflect';
    // Two rows a lane, unless all of the batch would fill only half of the lanes so.
    const ROWS = (s.n * ceilDiv(s.h, 2) * s.w) / 4 <= LANES / 2 ? 1 : 2;
    const [across, deep] = folded((ceilDiv(s.h, ROWS) * s.w) / 4, s.n, LANES);
    return {
      name: 'k3',
      scratch: [],
      steps: [
        {
          kernel: forwardK3,
          buffers: { x: from, w: 'w', bias: s.bias ? 'bias' : from, y: to },
          params: {
            k,
            m,
            h: s.h,
            w: s.w,
            ...walk3x3(s, d),
            reflect: d === 'forward' && reflect ? 1 : 0,
            mirror: d === 'backward' && reflect ? 1 : 0,
            has_bias: s.bias ? 1 : 0,
            slope: 1,
            n: s.n,
          },
          constants: { LANES, ROWS },
          groups: [across, ceilDiv(m, 8), deep],
        },
      ],
    };
  },
});

/** The same backwards for reflect padding of an odd height: the mirrored border as a second launch. */
const mirrored = mirroring(k3('backward'));
/** 3x3 backwards for reflect padding of any height, by `mirroring`. */
export const k3Mirrored: ConvVariant = {
  ...mirrored,
  name: 'k3, mirrored',
  formerName: 'rows, mirrored',
  fits: (s, adapter) => isReflect(s) && mirrored.fits(s, adapter),
};

/**
 * vec4 of pixels that a lane of conv2d/forward/k1 computes, of a plane of so many: one where two would leave half of
 * the lanes idle.
 */
export const quads = (plane: number, LANES: number): 1 | 2 => (plane <= LANES ? 1 : 2);

/** 1x1, stride 1, no padding. */
export const k1 = (d: ConvDirection): ConvVariant => ({
  name: 'k1',
  formerName: 'pixels',
  fits: (s, adapter) => lanes(adapter) && is1x1(s),
  plan: (s, { subgroupSize: LANES }) => {
    const { m, k, from, to } = sides(s, d);
    const plane = (s.h * s.w) / 4;
    const channels = m <= 8 ? 8 : m <= 16 ? 16 : 32;
    const QUADS = quads(plane, LANES);
    return {
      name: 'k1',
      scratch: [],
      steps: [
        {
          kernel: forwardK1,
          buffers: { x: from, w: 'w', bias: s.bias ? 'bias' : from, skip: from, y: to },
          params: {
            k,
            m,
            plane,
            stride_m: d === 'forward' ? s.ci : 1,
            stride_k: d === 'forward' ? 1 : s.ci,
            has_bias: s.bias ? 1 : 0,
            slope: 1,
          },
          constants: { CHANNELS: channels, LANES, QUADS },
          groups: [ceilDiv(plane, QUADS * LANES), ceilDiv(m, channels), s.n],
        },
      ],
    };
  },
});

/** 3x3 with dilation = zero padding, a multiple of 4. */
export const dilated3x3 = (d: ConvDirection): ConvVariant => ({
  name: 'dilated',
  fits: (s, adapter) => lanes(adapter) && isDilated(s),
  plan: (s, { subgroupSize: LANES }) => {
    const { m, k, from, to } = sides(s, d);
    return {
      name: 'dilated',
      scratch: [],
      steps: [
        {
          kernel: dilated,
          buffers: { x: from, w: 'w', bias: s.bias ? 'bias' : from, y: to },
          params: { k, m, h: s.h, w: s.w, dilation: s.dilation, ...walk3x3(s, d), has_bias: s.bias ? 1 : 0, slope: 1 },
          constants: { LANES },
          groups: [ceilDiv((ceilDiv(s.h, 2) * s.w) / 4, LANES), ceilDiv(m, 8), s.n],
        },
      ],
    };
  },
});

/** 7x7, stride 1, padding 3. */
export const k7: ConvVariant = {
  name: 'k7',
  formerName: 'seven',
  fits: (s, adapter) => lanes(adapter) && is7x7(s),
  plan: (s, { subgroupSize: LANES }) => ({
    name: 'k7',
    scratch: [],
    steps: [
      {
        kernel: forwardK7,
        buffers: { x: 'x', w: 'w', bias: s.bias ? 'bias' : 'x', y: 'y' },
        params: {
          ci: s.ci,
          co: s.co,
          h: s.h,
          w: s.w,
          reflect: s.padMode === 'reflect' ? 1 : 0,
          has_bias: s.bias ? 1 : 0,
        },
        constants: { LANES },
        groups: [ceilDiv((ceilDiv(s.h, 2) * s.w) / 4, LANES), ceilDiv(s.co, 8), s.n],
      },
    ],
  }),
};

/** Stride 2; backwards as four phases in one launch. */
export const stride2 = (d: ConvDirection): ConvVariant => ({
  name: 'stride2',
  formerName: 'half',
  fits: (s, adapter) => lanes(adapter) && isStride2(s),
  plan: (s, { subgroupSize: LANES }) => {
    const forth = d === 'forward';
    const { from, to } = sides(s, d);
    const [across, deep] = folded((ceilDiv(s.ho, 2) * s.wo) / 4, s.n, LANES);
    return {
      name: 'stride2',
      scratch: [],
      steps: [
        {
          kernel: forth ? forwardStride2 : backwardDataStride2,
          buffers: { [from]: from, w: 'w', w4: 'w', bias: s.bias ? 'bias' : from, [to]: to },
          params: { ci: s.ci, co: s.co, h: s.h, ho: s.ho, wo: s.wo, has_bias: s.bias ? 1 : 0, n: s.n },
          constants: { K: s.kh, BORDER: (4 * LANES) % s.wo ? 1 : 0, LANES },
          groups: [across, forth ? ceilDiv(s.co, 16) : ceilDiv(s.ci, 8), forth ? deep : 2 * deep],
        },
      ],
    };
  },
});
