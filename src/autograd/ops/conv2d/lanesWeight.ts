/**
 * Backward-weight kernels for subgroups of 8 without workgroup memory. Sums are split only as far as it takes to keep a
 * few cores busy.
 */
import weightDilatedKernel from '../../../shaders/conv2d/weightGradient/dilated.wgsl';
import weightK1Kernel from '../../../shaders/conv2d/weightGradient/k1.wgsl';
import weightK3Kernel from '../../../shaders/conv2d/weightGradient/k3.wgsl';
import weightK7Kernel from '../../../shaders/conv2d/weightGradient/k7.wgsl';
import weightK7FewKernel from '../../../shaders/conv2d/weightGradient/k7Few.wgsl';
import weightStride2Kernel from '../../../shaders/conv2d/weightGradient/stride2.wgsl';
import { lanes } from '../../kernels/plan.ts';
import { is1x1, is3x3, is7x7, isDilated, isStride2 } from './lanes.ts';
import { type ConvShape, type ConvVariant, ceilDiv, splitting } from './shape.ts';

const BUSY = 16; // workgroups that keep the software adapter's cores busy
/** Units of work per split, so that `tiles` times the splits come to about BUSY. */
const share = (all: number, tiles: number): number => ceilDiv(all, Math.min(all, ceilDiv(BUSY, tiles)));

/**
 * Pieces for kernels that walk down strips of 4 columns: strips are cut into chunks of `tall` rows only where there are
 * too few of them, since every chunk loads its first rows once more.
 */
function walk(
  n: number,
  strips: number,
  rows: number,
  tiles: number,
): { pieces: number; splits: number; chunks: number; tall: number } {
  const wanted = Math.min(rows, ceilDiv(ceilDiv(BUSY, tiles), n * strips));
  const tall = ceilDiv(rows, wanted);
  const chunks = ceilDiv(rows, tall);
  const all = n * strips * chunks;
  const pieces = share(all, tiles);
  return { pieces, splits: ceilDiv(all, pieces), chunks, tall };
}

/** 3x3, stride 1, padding 1. */
export const weightK3: ConvVariant = {
  name: 'k3',
  formerName: 'rows',
  fits: (s, adapter) => lanes(adapter) && is3x3(s),
  plan: (s, { subgroupSize: LANES }) => {
    const { splits, ...way } = walk(s.n, s.w / 4, s.h, ceilDiv(s.ci, LANES) * ceilDiv(s.co, LANES));
    return splitting('k3', s, splits, {
      kernel: weightK3Kernel,
      buffers: { x: 'x', dy: 'dy', sums: 'dw' },
      params: { n: s.n, ci: s.ci, co: s.co, h: s.h, w: s.w, ...way, reflect: s.padMode === 'reflect' ? 1 : 0 },
      constants: { LANES },
      groups: [ceilDiv(s.ci, LANES), ceilDiv(s.co, LANES), splits],
    });
  },
};

/**
 * Groups of 8 input and of 8 output channels to a workgroup of conv2d/weightGradient/k1. Large ones load less for each
 * multiply-add, but they need enough pixels to be split, and every pair is a pipeline to compile: only four of the
 * nine.
 */
function channelGroups(s: ConvShape): { IN: number; OUT: number } {
  if (s.co <= 8) return { IN: 4, OUT: 1 };
  if (s.ci <= 8) return { IN: 1, OUT: 4 };
  const large = Math.min(s.ci, s.co) >= 64 && s.n * s.h * s.w >= 1024;
  return large ? { IN: 4, OUT: 4 } : { IN: 2, OUT: 2 };
}

/** 1x1, stride 1, no padding. */
export const weightK1: ConvVariant = {
  name: 'k1',
  formerName: 'pixels',
  fits: (s, adapter) => lanes(adapter) && is1x1(s),
  plan: (s, { subgroupSize: LANES }) => {
    const sides = channelGroups(s);
    const [across, down] = [ceilDiv(s.ci, LANES * sides.IN), ceilDiv(s.co, 8 * sides.OUT)];
    const all = (s.n * s.h * s.w) / 4;
    const steps = share(all, across * down);
    return splitting('k1', s, ceilDiv(all, steps), {
      kernel: weightK1Kernel,
      buffers: { x: 'x', dy: 'dy', sums: 'dw' },
      params: { n: s.n, ci: s.ci, co: s.co, plane: (s.h * s.w) / 4, steps },
      constants: { ...sides, LANES },
      groups: [across, down, ceilDiv(all, steps)],
    });
  },
};

/** The taps of few input channels as columns of one matrix. */
export const weightDilated3x3: ConvVariant = {
  name: 'dilated',
  fits: (s, adapter) => lanes(adapter) && isDilated(s),
  plan: (s, { subgroupSize: LANES }) => {
    const [across, down] = [ceilDiv(s.co, 4 * LANES), ceilDiv(s.ci * 9, 16)];
    const all = (s.n * s.h * s.w) / 4;
    const steps = share(all, across * down);
    return splitting('dilated', s, ceilDiv(all, steps), {
      kernel: weightDilatedKernel,
      buffers: { x: 'x', dy: 'dy', sums: 'dw' },
      params: { n: s.n, ci: s.ci, co: s.co, h: s.h, w: s.w, dilation: s.dilation, steps },
      constants: { LANES },
      groups: [across, down, ceilDiv(all, steps)],
    });
  },
};

/** 4x4 or 3x3, stride 2, padding 1. */
export const weightStride2: ConvVariant = {
  name: 'stride2',
  formerName: 'half',
  fits: (s, adapter) => lanes(adapter) && isStride2(s),
  plan: (s, { subgroupSize: LANES }) => {
    const { splits, ...way } = walk(s.n, s.wo / 4, s.ho, ceilDiv(s.ci, LANES) * ceilDiv(s.co, 8));
    return splitting('stride2', s, splits, {
      kernel: weightStride2Kernel,
      buffers: { x: 'x', dy: 'dy', sums: 'dw' },
      params: { n: s.n, ci: s.ci, co: s.co, h: s.h, ho: s.ho, wo: s.wo, ...way },
      constants: { K: s.kh, LANES },
      groups: [ceilDiv(s.ci, LANES), ceilDiv(s.co, 8), splits],
    });
  },
};

/** 7x7, stride 1, padding 3: one row of taps per workgroup. */
export const weightK7: ConvVariant = {
  name: 'k7',
  formerName: 'seven',
  fits: (s, adapter) => lanes(adapter) && is7x7(s),
  plan: (s, { subgroupSize: LANES }) => {
    const all = s.n * s.h;
    const rows = share(all, ceilDiv(s.ci, LANES) * 7 * ceilDiv(s.co, 8));
    return splitting('k7', s, ceilDiv(all, rows), {
      kernel: weightK7Kernel,
      buffers: { x: 'x', dy: 'dy', sums: 'dw' },
      params: { n: s.n, ci: s.ci, co: s.co, h: s.h, w: s.w, rows, reflect: s.padMode === 'reflect' ? 1 : 0 },
      constants: { LANES },
      groups: [ceilDiv(s.ci, LANES) * 7, ceilDiv(s.co, 8), ceilDiv(all, rows)],
    });
  },
};

/** The same for the few channels of an image: lanes are output channels. */
export const weightK7Few: ConvVariant = {
  name: 'k7, few',
  formerName: 'seven, few',
  fits: (s, adapter) => lanes(adapter) && is7x7(s) && s.ci <= 4,
  plan: (s, { subgroupSize: LANES }) => {
    const all = s.n * s.h;
    const rows = share(all, 7 * ceilDiv(s.co, LANES));
    return splitting('k7, few', s, ceilDiv(all, rows), {
      kernel: weightK7FewKernel,
      buffers: { x: 'x', dy: 'dy', sums: 'dw' },
      params: { n: s.n, co: s.co, h: s.h, w: s.w, rows, reflect: s.padMode === 'reflect' ? 1 : 0 },
      constants: { LANES, CHANNELS: s.ci },
      groups: [7, ceilDiv(s.co, LANES), ceilDiv(all, rows)],
    });
  },
};
