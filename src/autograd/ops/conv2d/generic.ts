/**
 * Convolution on any adapter, of any shape: the last variant of each direction. Weights are packed first, channels
 * written innermost.
 */

import forward from '../../../shaders/conv2d/forward/generic.wgsl';
import backwardData from '../../../shaders/conv2d/inputGradient/generic.wgsl';
import mirrored from '../../../shaders/conv2d/inputGradient/reflect.wgsl';
import pack from '../../../shaders/conv2d/pack.wgsl';
import backwardWeight from '../../../shaders/conv2d/weightGradient/generic.wgsl';
import type { Dispatch } from '../../kernels/plan.ts';
import { type ConvDirection, type ConvShape, type ConvVariant, ceilDiv, isReflect, splitting, WG } from './shape.ts';

/** vec4 of a packed row of so many channels: a whole number of pairs. */
export const pad4 = (channels: number): number => 2 * ceilDiv(channels, 8); // vec4 per packed row: whole pairs of them
/** Bytes of packed weights: k channels summed, m4 vec4 of channels written. */
export const packedBytes = (s: ConvShape, k: number, m4: number): number => k * s.kh * s.kw * m4 * 16;

/** w into scratch0 as [k][taps][m4] vec4 over the channels written: all taps in their order. */
export function packWeights(s: ConvShape, direction: ConvDirection, m4: number): Dispatch {
  const taps = s.kh * s.kw;
  const isForward = direction === 'forward';
  const k = isForward ? s.ci : s.co;
  return {
    kernel: pack,
    buffers: { w: 'w', packed: 'scratch0' },
    params: {
      m_count: isForward ? s.co : s.ci,
      m4,
      k_count: k,
      stride_m: isForward ? s.ci * taps : taps,
      stride_k: isForward ? taps : s.ci * taps,
      ty: s.kh,
      tx: s.kw,
      kw_size: s.kw,
      kh0: 0,
      kh_step: 1,
      kw0: 0,
      kw_step: 1,
    },
    groups: [ceilDiv(k * taps * m4, WG), 1, 1],
  };
}

/** Forward on any adapter: packed weights, then 4 pixels x 8 channels to an invocation. */
export const genericForward: ConvVariant = {
  name: 'generic',
  fits: () => true,
  plan: (s) => {
    const m4 = pad4(s.co);
    return {
      name: 'generic',
      scratch: [packedBytes(s, s.ci, m4)],
      steps: [
        packWeights(s, 'forward', m4),
        {
          kernel: forward,
          buffers: { x: 'x', w: 'scratch0', bias: s.bias ? 'bias' : 'x', y: 'y' },
          params: {
            ci: s.ci,
            h: s.h,
            w: s.w,
            co: s.co,
            ho: s.ho,
            wo: s.wo,
            kh: s.kh,
            kw: s.kw,
            stride: s.stride,
            dilation: s.dilation,
            pad: s.pad,
            reflect: s.padMode === 'reflect' ? 1 : 0,
            m4,
          },
          constants: { HAS_BIAS: s.bias ? 1 : 0 },
          groups: [ceilDiv(s.ho * ceilDiv(s.wo, 4), WG), m4 / 2, s.n],
        },
      ],
    };
  },
};

/** dx on any adapter: packed weights, then 4 pixels x 8 channels to an invocation. */
export const genericBackwardData: ConvVariant = mirroring({
  name: 'generic',
  fits: () => true,
  plan: (s) => {
    const m4 = pad4(s.ci);
    return {
      name: 'generic',
      scratch: [packedBytes(s, s.co, m4)],
      steps: [
        packWeights(s, 'backward', m4),
        {
          kernel: backwardData,
          buffers: { dy: 'dy', w: 'scratch0', bias: s.bias ? 'bias' : 'dy', dx: 'dx' },
          params: {
            ci: s.ci,
            h: s.h,
            w: s.w,
            co: s.co,
            ho: s.ho,
            wo: s.wo,
            kh: s.kh,
            kw: s.kw,
            stride: s.stride,
            dilation: s.dilation,
            pad: s.pad,
            m4,
          },
          constants: { HAS_BIAS: s.bias ? 1 : 0 },
          groups: [ceilDiv(s.h * s.stride * ceilDiv(ceilDiv(s.w, s.stride), 4), WG), m4 / 2, s.n],
        },
      ],
    };
  },
});

/** dw on any adapter: sums over split rows, added in a second pass. */
export const genericBackwardWeight: ConvVariant = {
  name: 'generic',
  fits: () => true,
  plan: (s, { software }) => {
    const columns = s.ci * s.kh * s.kw;
    const tiles = ceilDiv(columns, 8) * ceilDiv(s.co, 4);
    // Enough invocations to fill the adapter, but no more sums than a buffer may hold or than rows to split.
    const enough = software ? 64 : 16384;
    const most = Math.max(1, Math.floor((64 << 20) / (4 * s.co * columns)));
    const rows = ceilDiv(s.n * s.ho, Math.min(s.n * s.ho, most, Math.max(1, ceilDiv(enough, tiles))));
    const splits = ceilDiv(s.n * s.ho, rows);
    return splitting('generic', s, splits, {
      kernel: backwardWeight,
      buffers: { x: 'x', dy: 'dy', sums: 'dw' },
      params: {
        n: s.n,
        ci: s.ci,
        h: s.h,
        w: s.w,
        co: s.co,
        ho: s.ho,
        wo: s.wo,
        kh: s.kh,
        kw: s.kw,
        stride: s.stride,
        dilation: s.dilation,
        pad: s.pad,
        reflect: s.padMode === 'reflect' ? 1 : 0,
        rows,
      },
      groups: [ceilDiv(ceilDiv(columns, 8), WG), ceilDiv(s.co, 4), splits],
    });
  },
};

/**
 * A backward-data variant for zero padding made to serve reflect padding too: the gradient of zero padding, then what
 * the positions beyond the border mirror back inside.
 */
export function mirroring(variant: ConvVariant): ConvVariant {
  const zero = (s: ConvShape): ConvShape => ({ ...s, padMode: 'zero' });
  return {
    ...variant,
    fits: (s, adapter) => variant.fits(zero(s), adapter),
    suits: (s, adapter) => variant.suits?.(zero(s), adapter) ?? true,
    plan: (s, adapter) => {
      const plan = variant.plan(zero(s), adapter);
      if (!isReflect(s)) return plan;
      const { ci, h, w, co, ho, wo, kh, kw, stride, dilation, pad } = s;
      const last: Dispatch = {
        kernel: mirrored,
        buffers: { dy: 'dy', w: 'w', dx: 'dx' },
        params: { ci, h, w, co, ho, wo, kh, kw, stride, dilation, pad },
        groups: [ceilDiv(h * w, WG), ci, s.n],
      };
      return { ...plan, steps: [...plan.steps, last] };
    },
  };
}
