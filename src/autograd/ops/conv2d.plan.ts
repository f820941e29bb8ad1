/**
 * Which kernels compute a convolution, and how they are launched. Pure functions of the shape: each returns its candidate
 * plans, best guess first, the generic one (any shape, any adapter) last. The caller may time them and keep the fastest.
 */
import backwardData from '../../shaders/conv2d.backwardData.wgsl';
import backwardWeight from '../../shaders/conv2d.backwardWeight.wgsl';
import mirrored from '../../shaders/conv2d.backwardData.reflect.wgsl';
import forward from '../../shaders/conv2d.forward.wgsl';
import rows from '../../shaders/conv2d.forward.rows.wgsl';
import pack from '../../shaders/conv2d.pack.wgsl';
import sum from '../../shaders/conv2d.sum.wgsl';

/** x [n,ci,h,w], w [co,ci,kh,kw], y [n,co,ho,wo]. A transposed convolution is described by the convolution it is the gradient of. */
export interface ConvShape {
  n: number; ci: number; h: number; w: number; co: number; kh: number; kw: number;
  stride: number; dilation: number; pad: number; padMode: 'zero' | 'reflect'; ho: number; wo: number;
}
/** One dispatch. Buffers by binding name: 'x', 'w', 'y', 'dy', 'dx', 'dw', 'bias', or 'scratch0', 'scratch1', ... */
export interface Dispatch {
  kernel: WgslModule; buffers: Record<string, string>; params: Record<string, number>;
  constants?: Record<string, number>; groups: [number, number, number];
}
export interface ConvPlan { name: string; scratch: number[]; steps: Dispatch[] }
export interface ConvAdapter { subgroups: boolean; subgroupSize: number }

const WG = 64;
const div = (a: number, b: number): number => Math.ceil(a / b);
const pad4 = (channels: number): number => 2 * div(channels, 8); // vec4 per packed row: whole pairs of them

export function planForward(s: ConvShape, adapter: ConvAdapter, hasBias: boolean): ConvPlan[] {
  return [...rows3x3(s, adapter, 'forward', hasBias), genericForward(s, hasBias)];
}

/** dx from dy: with a bias also the forward of a transposed convolution. */
export function planBackwardData(s: ConvShape, adapter: ConvAdapter, hasBias = false): ConvPlan[] {
  return mirroring(s, (t) => [...rows3x3(t, adapter, 'backward', hasBias), genericBackwardData(t, hasBias)]);
}

export function planBackwardWeight(s: ConvShape, _adapter: ConvAdapter): ConvPlan[] {
  return [genericBackwardWeight(s)];
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
  const direct = splits === 1;
  const steps: Dispatch[] = [{
    kernel: backwardWeight, buffers: { x: 'x', dy: 'dy', sums: direct ? 'dw' : 'scratch0' },
    params: {
      n: s.n, ci: s.ci, h: s.h, w: s.w, co: s.co, ho: s.ho, wo: s.wo, kh: s.kh, kw: s.kw,
      stride: s.stride, dilation: s.dilation, pad: s.pad, reflect: s.padMode === 'reflect' ? 1 : 0, rows,
    },
    groups: [div(div(columns, 8), WG), div(s.co, 4), splits],
  }];
  if (!direct) steps.push(sumSplits(s.co * columns, splits));
  return { name: 'generic', scratch: direct ? [] : [splits * s.co * columns * 4], steps };
}

function sumSplits(count: number, splits: number): Dispatch {
  return { kernel: sum, buffers: { sums: 'scratch0', dw: 'dw' }, params: { count, splits }, groups: [div(count, WG), 1, 1] };
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
  const fits = s.kh === 3 && s.kw === 3 && s.stride === 1 && s.dilation === 1 && s.pad === 1 && s.w % 4 === 0;
  if (!fits || !adapter.subgroups || adapter.subgroupSize !== 8) return [];
  const forth = direction === 'forward';
  const [m, k] = forth ? [s.co, s.ci] : [s.ci, s.co];
  const [from, to] = forth ? ['x', 'y'] : ['dy', 'dx'];
  return [{
    name: 'rows', scratch: [],
    steps: [{
      kernel: rows, buffers: { x: from, w: 'w', bias: hasBias ? 'bias' : from, y: to },
      params: {
        k, m, h: s.h, w: s.w, stride_m: forth ? s.ci * 9 : 9, stride_k: forth ? 9 : s.ci * 9,
        tap0: forth ? 0 : 8, tap_step: forth ? 1 : 0xffffffff, reflect: s.padMode === 'reflect' ? 1 : 0,
      },
      constants: { HAS_BIAS: hasBias ? 1 : 0 },
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
