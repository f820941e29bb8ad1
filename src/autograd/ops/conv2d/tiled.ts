/**
 * Tiled implicit GEMM with workgroup memory and register tiles, in all directions, for GPUs: tiles of 128, 64 and 32
 * squared, and for small maps the sum split over more workgroups, whose partial sums a second pass adds in a fixed
 * order. They run on every adapter, slowly on those that compute on the CPU. The preferences are estimates: no GPU was
 * at hand.
 */
import tiledKernel from '../../../shaders/conv2d/tiled/gemm.wgsl';
import sumKernel from '../../../shaders/conv2d/tiled/sum.wgsl';
import weightKernel from '../../../shaders/conv2d/tiled/weightGradient.wgsl';
import type { Plan } from '../../kernels/plan.ts';
import { mirroring, packedBytes, packWeights, pad4 } from './generic.ts';
import { type ConvDirection, type ConvShape, type ConvVariant, ceilDiv, splitting, WG } from './shape.ts';

interface Tile {
  side: number;
  constants: Record<string, number>;
  /** Summed at once, before the next barrier. */
  depth: number;
}
const tiles: Tile[] = [
  { side: 128, constants: { QUADS: 32, WIDE: 1 }, depth: 8 },
  { side: 64, constants: { QUADS: 16, WIDE: 0 }, depth: 16 },
  { side: 32, constants: { QUADS: 8, WIDE: 0 }, depth: 8 },
];
const MANY = 256; // workgroups that fill a large GPU about once
const LEAST_ROUNDS = 8; // a split shorter than this spends its time on its ends
const PARTIAL_BYTES = 64 << 20; // of partial sums, at most
const MOST_GROUPS = 65535;

/** Into how many parts a sum of `rounds` is cut so that `groups` workgroups become about MANY; 1: not worth it. */
export function splitsFor(groups: number, rounds: number, resultBytes: number): number {
  return Math.max(
    1,
    Math.min(ceilDiv(MANY, groups), Math.floor(rounds / LEAST_ROUNDS), Math.floor(PARTIAL_BYTES / resultBytes)),
  );
}

/**
 * How the product of a direction is cut: result channels, tiles along pixels and channels, images times phases, rounds
 * of the longest phase.
 */
function cut(s: ConvShape, d: ConvDirection, t: Tile) {
  const forth = d === 'forward';
  const [m, c] = forth ? [s.co, s.ci] : [s.ci, s.co];
  const phases = forth ? 1 : s.stride;
  const pixels = forth ? s.ho * s.wo : ceilDiv(s.h, phases) * ceilDiv(s.w, phases);
  const taps = forth ? s.kh * s.kw : ceilDiv(s.kh, phases) * ceilDiv(s.kw, phases);
  return {
    m,
    c,
    across: ceilDiv(pixels, t.side),
    down: ceilDiv(m, t.side),
    images: s.n * phases * phases,
    rounds: ceilDiv(taps * c, t.depth),
  };
}
const resultBytes = (s: ConvShape, d: ConvDirection): number =>
  4 * s.n * (d === 'forward' ? s.co * s.ho * s.wo : s.ci * s.h * s.w);
const splitsOf = (s: ConvShape, d: ConvDirection, t: Tile): number => {
  const { across, down, images, rounds } = cut(s, d, t);
  return splitsFor(across * down * images, rounds, resultBytes(s, d));
};

function tiledPlan(s: ConvShape, d: ConvDirection, t: Tile, splits: number, name: string): Plan {
  const forth = d === 'forward';
  const { m, c, across, down, images } = cut(s, d, t);
  const m4 = pad4(m);
  const [from, to] = forth ? ['x', 'y'] : ['dy', 'dx'];
  const [hin, win, hout, wout] = forth ? [s.h, s.w, s.ho, s.wo] : [s.ho, s.wo, s.h, s.w];
  const plan: Plan = { name, scratch: [packedBytes(s, c, m4)], steps: [packWeights(s, d, m4)] };
  const whole = splits === 1;
  plan.steps.push({
    kernel: tiledKernel,
    buffers: { x: from, w: 'scratch0', bias: s.bias && whole ? 'bias' : from, skip: from, y: whole ? to : 'scratch1' },
    params: {
      n: s.n,
      c,
      m,
      m4,
      hin,
      win,
      hout,
      wout,
      kh: s.kh,
      kw: s.kw,
      stride: s.stride,
      dilation: s.dilation,
      pad: s.pad,
      reflect: forth && s.padMode === 'reflect' ? 1 : 0,
      splits,
      backward: forth ? 0 : 1,
      has_bias: s.bias && whole ? 1 : 0,
      slope: 1,
    },
    constants: t.constants,
    groups: [across, down, images * splits],
  });
  if (whole) return plan;
  const count = s.n * m * hout * wout;
  const groups = ceilDiv(count, WG);
  plan.scratch.push(splits * count * 4);
  plan.steps.push({
    kernel: sumKernel,
    buffers: { sums: 'scratch1', bias: s.bias ? 'bias' : from, skip: from, y: to },
    params: { count, splits, m, plane: hout * wout, has_bias: s.bias ? 1 : 0, slope: 1 },
    groups: [Math.min(groups, MOST_GROUPS), ceilDiv(groups, MOST_GROUPS), 1],
  });
  return plan;
}

/** Forward, or the gradient of the input: stride phases apart, reflect padding by a pass of its own. */
export function tiled(d: ConvDirection): ConvVariant[] {
  const legal = (s: ConvShape, t: Tile, splits: number): boolean => {
    const { across, down, images } = cut(s, d, t);
    return (
      (d === 'forward' || s.stride === 1 || s.dilation === 1) &&
      across <= MOST_GROUPS &&
      down <= MOST_GROUPS &&
      images * splits <= MOST_GROUPS
    );
  };
  const variants = tiles.map(
    (t): ConvVariant => ({
      name: `tile${t.side}`,
      workgroup: true,
      fits: (s) => legal(s, t, 1),
      suits: (s, { software }) => {
        const { m, across, down, images } = cut(s, d, t);
        return !software && 2 * m > t.side && across * down * images >= MANY / 2;
      },
      plan: (s) => tiledPlan(s, d, t, 1, `tile${t.side}`),
    }),
  );
  const split = tiles.slice(1).map(
    (t): ConvVariant => ({
      name: `tile${t.side} split`,
      workgroup: true,
      fits: (s) => splitsOf(s, d, t) > 1 && legal(s, t, splitsOf(s, d, t)),
      suits: (s, { software }) => !software && 2 * cut(s, d, t).m > t.side,
      plan: (s) => tiledPlan(s, d, t, splitsOf(s, d, t), `tile${t.side} split`),
    }),
  );
  return [...variants, ...split].map((v) => (d === 'forward' ? v : mirroring(v)));
}

/** The weight gradient: always split over pixels as far as it takes to fill the device. */
export const tiledWeight: ConvVariant[] = tiles.map((t) => {
  const grid = (s: ConvShape) => {
    const columns = s.ci * s.kh * s.kw;
    const [across, down] = [ceilDiv(columns, t.side), ceilDiv(s.co, t.side)];
    const all = ceilDiv(s.n * s.ho * s.wo, t.depth);
    const rounds = ceilDiv(all, splitsFor(across * down, all, 4 * s.co * columns));
    return { across, down, rounds, splits: ceilDiv(all, rounds) };
  };
  return {
    name: `tile${t.side}`,
    workgroup: true,
    fits: (s) => {
      const { across, down, splits } = grid(s);
      return Math.max(across, down, splits) <= MOST_GROUPS;
    },
    suits: (s, { software }) => !software && 2 * s.co > t.side && 2 * s.ci * s.kh * s.kw > t.side,
    plan: (s) => {
      const { across, down, rounds, splits } = grid(s);
      return splitting(`tile${t.side}`, s, splits, {
        kernel: weightKernel,
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
          rounds,
        },
        constants: t.constants,
        groups: [across, down, splits],
      });
    },
  };
});
