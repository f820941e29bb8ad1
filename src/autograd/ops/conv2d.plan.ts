/**
 * Which kernels compute a convolution, and how they are launched. Pure functions of the shape: each returns its candidate
 * plans, best guess first, the generic one (any shape, any adapter) last. The caller may time them and keep the fastest.
 */
import backwardData from '../../shaders/conv2d.backwardData.wgsl';
import backwardDataHalf from '../../shaders/conv2d.backwardData.half.wgsl';
import backwardWeight from '../../shaders/conv2d.backwardWeight.wgsl';
import weightHalf from '../../shaders/conv2d.backwardWeight.half.wgsl';
import weightPixels from '../../shaders/conv2d.backwardWeight.pixels.wgsl';
import weightSeven from '../../shaders/conv2d.backwardWeight.seven.wgsl';
import weightRows from '../../shaders/conv2d.backwardWeight.rows.wgsl';
import mirrored from '../../shaders/conv2d.backwardData.reflect.wgsl';
import forward from '../../shaders/conv2d.forward.wgsl';
import dilated from '../../shaders/conv2d.forward.dilated.wgsl';
import forwardHalf from '../../shaders/conv2d.forward.half.wgsl';
import pixels from '../../shaders/conv2d.forward.pixels.wgsl';
import rows from '../../shaders/conv2d.forward.rows.wgsl';
import forwardSeven from '../../shaders/conv2d.forward.seven.wgsl';
import pack from '../../shaders/conv2d.pack.wgsl';
import sum from '../../shaders/conv2d.sum.wgsl';
import type { Dispatch, Plan, PlanAdapter } from '../plan.ts';

/** x [n,ci,h,w], w [co,ci,kh,kw], y [n,co,ho,wo]. A transposed convolution is described by the convolution it is the gradient of. */
export interface ConvShape {
  n: number; ci: number; h: number; w: number; co: number; kh: number; kw: number;
  stride: number; dilation: number; pad: number; padMode: 'zero' | 'reflect'; ho: number; wo: number;
}
/** Buffers of a plan: 'x', 'w', 'y', 'dy', 'dx', 'dw', 'bias', or 'scratch0', 'scratch1', ... */
export type ConvPlan = Plan;
export type ConvAdapter = PlanAdapter;

const WG = 64;
const BUSY = 16; // workgroups that keep the software adapter's cores busy
const div = (a: number, b: number): number => Math.ceil(a / b);
const pad4 = (channels: number): number => 2 * div(channels, 8); // vec4 per packed row: whole pairs of them

export function planForward(s: ConvShape, adapter: ConvAdapter, hasBias: boolean): ConvPlan[] {
  return [
    ...rows3x3(s, adapter, 'forward', hasBias), ...pixels1x1(s, adapter, 'forward', hasBias), ...half(s, adapter, 'forward', hasBias),
    ...seven(s, adapter, hasBias), ...dilated3x3(s, adapter, 'forward', hasBias), genericForward(s, hasBias),
  ];
}

/** dx from dy: with a bias also the forward of a transposed convolution (then zero padding only). */
export function planBackwardData(s: ConvShape, adapter: ConvAdapter, hasBias = false): ConvPlan[] {
  return [
    ...rows3x3(s, adapter, 'backward', hasBias), ...pixels1x1(s, adapter, 'backward', hasBias), ...dilated3x3(s, adapter, 'backward', hasBias),
    ...mirroring(s, (t) => [
      ...(t === s ? [] : rows3x3(t, adapter, 'backward', hasBias)), ...half(t, adapter, 'backward', hasBias), genericBackwardData(t, hasBias),
    ]),
  ];
}

export function planBackwardWeight(s: ConvShape, adapter: ConvAdapter): ConvPlan[] {
  return [
    ...weight3x3(s, adapter), ...weight1x1(s, adapter), ...weightStride2(s, adapter), ...weight7x7(s, adapter), genericBackwardWeight(s),
  ];
}

function genericForward(s: ConvShape, hasBias: boolean): ConvPlan {
  const m4 = pad4(s.co);
  return {
    name: 'generic', scratch: [packedBytes(s, s.ci, m4)],
    steps: [
      packWeights(s, 'forward', m4),
      {
        kernel: forward, buffers: { x: 'x', w: 'scratch0', bias: hasBias ? 'bias' : 'x', y: 'y' },
        params: {
          ci: s.ci, h: s.h, w: s.w, co: s.co, ho: s.ho, wo: s.wo, kh: s.kh, kw: s.kw,
          stride: s.stride, dilation: s.dilation, pad: s.pad, reflect: s.padMode === 'reflect' ? 1 : 0, m4,
        },
        constants: { HAS_BIAS: hasBias ? 1 : 0 },
        groups: [div(s.ho * div(s.wo, 4), WG), m4 / 2, s.n],
      },
    ],
  };
}

function genericBackwardData(s: ConvShape, hasBias: boolean): ConvPlan {
  const m4 = pad4(s.ci);
  return {
    name: 'generic', scratch: [packedBytes(s, s.co, m4)],
    steps: [
      packWeights(s, 'backward', m4),
      {
        kernel: backwardData, buffers: { dy: 'dy', w: 'scratch0', bias: hasBias ? 'bias' : 'dy', dx: 'dx' },
        params: {
          ci: s.ci, h: s.h, w: s.w, co: s.co, ho: s.ho, wo: s.wo, kh: s.kh, kw: s.kw,
          stride: s.stride, dilation: s.dilation, pad: s.pad, m4,
        },
        constants: { HAS_BIAS: hasBias ? 1 : 0 },
        groups: [div(s.h * s.stride * div(div(s.w, s.stride), 4), WG), m4 / 2, s.n],
      },
    ],
  };
}

function genericBackwardWeight(s: ConvShape): ConvPlan {
  const columns = s.ci * s.kh * s.kw;
  const tiles = div(columns, 8) * div(s.co, 4);
  // Enough invocations to fill a GPU, but no more sums than a buffer may hold or than rows to split.
  const most = Math.max(1, Math.floor((64 << 20) / (4 * s.co * columns)));
  const rows = div(s.n * s.ho, Math.min(s.n * s.ho, most, Math.max(1, div(16384, tiles))));
  const splits = div(s.n * s.ho, rows);
  return splitting('generic', s, splits, {
    kernel: backwardWeight, buffers: { x: 'x', dy: 'dy', sums: 'dw' },
    params: {
      n: s.n, ci: s.ci, h: s.h, w: s.w, co: s.co, ho: s.ho, wo: s.wo, kh: s.kh, kw: s.kw,
      stride: s.stride, dilation: s.dilation, pad: s.pad, reflect: s.padMode === 'reflect' ? 1 : 0, rows,
    },
    groups: [div(div(columns, 8), WG), div(s.co, 4), splits],
  });
}

const lanes8 = (adapter: ConvAdapter): boolean => adapter.subgroups && adapter.subgroupSize === 8;
const is3x3 = (s: ConvShape): boolean => s.kh === 3 && s.kw === 3 && s.stride === 1 && s.dilation === 1 && s.pad === 1 && s.w % 4 === 0;

/** 3x3, stride 1, padding 1, on subgroups of 8. Split only as far as it takes to keep a few cores busy. */
function weight3x3(s: ConvShape, adapter: ConvAdapter): ConvPlan[] {
  if (!is3x3(s) || !lanes8(adapter)) return [];
  const tiles = div(s.ci, 8) * div(s.co, 8);
  const all = s.n * div(s.h, 2);
  const pairs = div(all, Math.min(all, div(BUSY, tiles)));
  return [splitting('rows', s, div(all, pairs), {
    kernel: weightRows, buffers: { x: 'x', dy: 'dy', sums: 'dw' },
    params: { n: s.n, ci: s.ci, co: s.co, h: s.h, w: s.w, pairs, reflect: s.padMode === 'reflect' ? 1 : 0 },
    groups: [div(s.ci, 8), div(s.co, 8), div(all, pairs)],
  })];
}

/** A first pass that writes `splits` partial sums, and the second that adds them up; one pass if there is one split. */
function splitting(name: string, s: ConvShape, splits: number, first: Dispatch): ConvPlan {
  if (splits === 1) return { name, scratch: [], steps: [{ ...first, buffers: { ...first.buffers, sums: 'dw' } }] };
  const count = s.co * s.ci * s.kh * s.kw;
  const second: Dispatch = { kernel: sum, buffers: { sums: 'scratch0', dw: 'dw' }, params: { count, splits }, groups: [div(count, WG), 1, 1] };
  return { name, scratch: [splits * count * 4], steps: [{ ...first, buffers: { ...first.buffers, sums: 'scratch0' } }, second] };
}

/** 3x3 with dilation = zero padding, every tap a whole vec4 aside. */
function dilated3x3(s: ConvShape, adapter: ConvAdapter, direction: 'forward' | 'backward', hasBias: boolean): ConvPlan[] {
  const fits = s.kh === 3 && s.kw === 3 && s.stride === 1 && s.dilation === s.pad && s.dilation % 4 === 0
    && s.padMode === 'zero' && s.w % 4 === 0;
  if (!fits || !lanes8(adapter)) return [];
  const forth = direction === 'forward';
  const [m, k] = forth ? [s.co, s.ci] : [s.ci, s.co];
  const [from, to] = forth ? ['x', 'y'] : ['dy', 'dx'];
  return [{
    name: 'dilated', scratch: [],
    steps: [{
      kernel: dilated, buffers: { x: from, w: 'w', bias: hasBias ? 'bias' : from, y: to },
      params: {
        k, m, h: s.h, w: s.w, dilation: s.dilation, stride_m: forth ? s.ci * 9 : 9, stride_k: forth ? 9 : s.ci * 9,
        tap0: forth ? 0 : 8, tap_step: forth ? 1 : 0xffffffff, has_bias: hasBias ? 1 : 0,
      },
      groups: [div(div(s.h, 2) * s.w / 4, 8), div(m, 8), s.n],
    }],
  }];
}

const is1x1 = (s: ConvShape): boolean => s.kh === 1 && s.kw === 1 && s.stride === 1 && s.pad === 0 && s.h * s.w % 4 === 0;

function pixels1x1(s: ConvShape, adapter: ConvAdapter, direction: 'forward' | 'backward', hasBias: boolean): ConvPlan[] {
  if (!is1x1(s) || !lanes8(adapter)) return [];
  const forth = direction === 'forward';
  const [m, k] = forth ? [s.co, s.ci] : [s.ci, s.co];
  const [from, to] = forth ? ['x', 'y'] : ['dy', 'dx'];
  const plane = s.h * s.w / 4;
  return [{
    name: 'pixels', scratch: [],
    steps: [{
      kernel: pixels, buffers: { x: from, w: 'w', bias: hasBias ? 'bias' : from, y: to },
      params: { k, m, plane, stride_m: forth ? s.ci : 1, stride_k: forth ? 1 : s.ci, has_bias: hasBias ? 1 : 0 },
      groups: [div(plane, 16), div(m, 16), s.n],
    }],
  }];
}

function weight1x1(s: ConvShape, adapter: ConvAdapter): ConvPlan[] {
  if (!is1x1(s) || !lanes8(adapter)) return [];
  const all = s.n * s.h * s.w / 4;
  const steps = div(all, Math.min(all, div(BUSY, div(s.ci, 16) * div(s.co, 16))));
  return [splitting('pixels', s, div(all, steps), {
    kernel: weightPixels, buffers: { x: 'x', dy: 'dy', sums: 'dw' }, params: { n: s.n, ci: s.ci, co: s.co, plane: s.h * s.w / 4, steps },
    groups: [div(s.ci, 16), div(s.co, 16), div(all, steps)],
  })];
}

const is7x7 = (s: ConvShape): boolean => s.kh === 7 && s.kw === 7 && s.stride === 1 && s.dilation === 1 && s.pad === 3 && s.w % 4 === 0;

function seven(s: ConvShape, adapter: ConvAdapter, hasBias: boolean): ConvPlan[] {
  if (!is7x7(s) || !lanes8(adapter)) return [];
  return [{
    name: 'seven', scratch: [],
    steps: [{
      kernel: forwardSeven, buffers: { x: 'x', w: 'w', bias: hasBias ? 'bias' : 'x', y: 'y' },
      params: { ci: s.ci, co: s.co, h: s.h, w: s.w, reflect: s.padMode === 'reflect' ? 1 : 0, has_bias: hasBias ? 1 : 0 },
      groups: [div(div(s.h, 2) * s.w / 4, 8), div(s.co, 8), s.n],
    }],
  }];
}

function weight7x7(s: ConvShape, adapter: ConvAdapter): ConvPlan[] {
  if (!is7x7(s) || !lanes8(adapter)) return [];
  const all = s.n * s.h;
  const rows = div(all, Math.min(all, div(BUSY, div(s.ci, 8) * 7 * div(s.co, 8))));
  return [splitting('seven', s, div(all, rows), {
    kernel: weightSeven, buffers: { x: 'x', dy: 'dy', sums: 'dw' },
    params: { n: s.n, ci: s.ci, co: s.co, h: s.h, w: s.w, rows, reflect: s.padMode === 'reflect' ? 1 : 0 },
    groups: [div(s.ci, 8) * 7, div(s.co, 8), div(all, rows)],
  })];
}

/** 4x4 or 3x3, stride 2, padding 1, zero: even widths, whole vec4 on the small side. */
const isHalf = (s: ConvShape): boolean => s.kh === s.kw && (s.kh === 4 || s.kh === 3) && s.stride === 2 && s.dilation === 1
  && s.pad === 1 && s.padMode === 'zero' && s.w === 2 * s.wo && s.wo % 4 === 0 && (s.h === 2 * s.ho || (s.kh === 3 && s.h === 2 * s.ho - 1));

function half(s: ConvShape, adapter: ConvAdapter, direction: 'forward' | 'backward', hasBias: boolean): ConvPlan[] {
  if (!isHalf(s) || !lanes8(adapter)) return [];
  const forth = direction === 'forward';
  const buffers: Record<string, string> = forth
    ? { x: 'x', w: 'w', w4: 'w', bias: hasBias ? 'bias' : 'x', y: 'y' }
    : { dy: 'dy', w: 'w', w4: 'w', bias: hasBias ? 'bias' : 'dy', dx: 'dx' };
  return [{
    name: 'half', scratch: [],
    steps: [{
      kernel: forth ? forwardHalf : backwardDataHalf, buffers,
      params: { ci: s.ci, co: s.co, h: s.h, ho: s.ho, wo: s.wo, has_bias: hasBias ? 1 : 0 },
      constants: { K: s.kh }, groups: [div(s.ho * s.wo / 4, 8), forth ? div(s.co, 16) : div(s.ci, 8), s.n],
    }],
  }];
}

function weightStride2(s: ConvShape, adapter: ConvAdapter): ConvPlan[] {
  if (!isHalf(s) || !lanes8(adapter)) return [];
  const all = s.n * s.ho;
  const rows = div(all, Math.min(all, div(BUSY, div(s.ci, 8) * div(s.co, 8))));
  return [splitting('half', s, div(all, rows), {
    kernel: weightHalf, buffers: { x: 'x', dy: 'dy', sums: 'dw' },
    params: { n: s.n, ci: s.ci, co: s.co, h: s.h, ho: s.ho, wo: s.wo, rows },
    constants: { K: s.kh }, groups: [div(s.ci, 8), div(s.co, 8), div(all, rows)],
  })];
}

/** Reflect padding backwards: the gradient of zero padding, then what the positions beyond the border mirror back inside. */
function mirroring(s: ConvShape, plans: (s: ConvShape) => ConvPlan[]): ConvPlan[] {
  if (s.padMode === 'zero' || s.pad === 0) return plans(s);
  const { ci, h, w, co, ho, wo, kh, kw, stride, dilation, pad } = s;
  const last: Dispatch = {
    kernel: mirrored, buffers: { dy: 'dy', w: 'w', dx: 'dx' }, params: { ci, h, w, co, ho, wo, kh, kw, stride, dilation, pad },
    groups: [div(h * w, WG), ci, s.n],
  };
  return plans({ ...s, padMode: 'zero' }).map((p) => ({ ...p, name: `${p.name}, mirrored`, steps: [...p.steps, last] }));
}

/** 3x3, stride 1, padding 1, on subgroups of 8: [m, k] = channels written and summed, the weights read where they lie. */
function rows3x3(s: ConvShape, adapter: ConvAdapter, direction: 'forward' | 'backward', hasBias: boolean): ConvPlan[] {
  const forth = direction === 'forward';
  const mirror = !forth && s.padMode === 'reflect';
  if (!is3x3(s) || !lanes8(adapter) || (mirror && s.h % 2 !== 0)) return [];
  const [m, k] = forth ? [s.co, s.ci] : [s.ci, s.co];
  const [from, to] = forth ? ['x', 'y'] : ['dy', 'dx'];
  return [{
    name: 'rows', scratch: [],
    steps: [{
      kernel: rows, buffers: { x: from, w: 'w', bias: hasBias ? 'bias' : from, y: to },
      params: {
        k, m, h: s.h, w: s.w, stride_m: forth ? s.ci * 9 : 9, stride_k: forth ? 9 : s.ci * 9,
        tap0: forth ? 0 : 8, tap_step: forth ? 1 : 0xffffffff, reflect: forth && s.padMode === 'reflect' ? 1 : 0, mirror: mirror ? 1 : 0, has_bias: hasBias ? 1 : 0,
      },
      groups: [div(div(s.h, 2) * s.w / 4, 8), div(m, 8), s.n],
    }],
  }];
}

const packedBytes = (s: ConvShape, k: number, m4: number): number => k * s.kh * s.kw * m4 * 16;

/** All taps in their order, channels written innermost. */
function packWeights(s: ConvShape, direction: 'forward' | 'backward', m4: number): Dispatch {
  const taps = s.kh * s.kw;
  const isForward = direction === 'forward';
  const k = isForward ? s.ci : s.co;
  return {
    kernel: pack, buffers: { w: 'w', packed: 'scratch0' },
    params: {
      m_count: isForward ? s.co : s.ci, m4, k_count: k, stride_m: isForward ? s.ci * taps : taps, stride_k: isForward ? taps : s.ci * taps,
      ty: s.kh, tx: s.kw, kw_size: s.kw, kh0: 0, kh_step: 1, kw0: 0, kw_step: 1,
    },
    groups: [div(k * taps * m4, WG), 1, 1],
  };
}
