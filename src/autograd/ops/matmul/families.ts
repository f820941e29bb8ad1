/** Which kernel multiplies packed matrices: tiles of workgroup memory for GPUs, registers alone for every adapter. */
import forwardKernel from '../../../shaders/matmul/forward.wgsl';
import tiledKernel from '../../../shaders/matmul/tiled.wgsl';
import type { Dispatch, Family, Variant } from '../../kernels/plan.ts';

/**
 * y[b, m, n] = sum over k of a[b, k, m] b[b, k, n]. Buffers 'a' [.][k][ceil(m / 4)] vec4, 'b' [.][k][ceil(n / 4)] vec4,
 * 'y'. A shared side is one matrix for the whole batch; `transposed`: y is stored [n][m].
 */
export interface ProductShape {
  m: number;
  n: number;
  k: number;
  batch: number;
  aShared: boolean;
  bShared: boolean;
  transposed: boolean;
}

const four = (n: number): number => Math.ceil(n / 4);
const params = ({ m, n, k, aShared, bShared, transposed }: ProductShape): Record<string, number> => ({
  m,
  n,
  k,
  m4: four(m),
  n4: four(n),
  a_batch: aShared ? 0 : four(m) * k,
  b_batch: bShared ? 0 : four(n) * k,
  row_step: transposed ? 1 : n,
  column_step: transposed ? m : 1,
});

/** The tiled product as a launch, over whatever buffers. */
export const tiledProduct = (s: ProductShape, side: 64 | 128, buffers: Dispatch['buffers']): Dispatch => ({
  kernel: tiledKernel,
  buffers,
  params: params(s),
  constants: { QUADS: side / 4, WIDE: side === 128 ? 1 : 0 },
  groups: [Math.ceil(s.n / side), Math.ceil(s.m / side), s.batch],
});
const tiled = (side: 64 | 128, leastGroups: number): Variant<ProductShape> => ({
  name: `tile${side}`,
  workgroup: true,
  fits: () => true,
  suits: ({ m, n, batch }, { software }) =>
    !software && 2 * Math.min(m, n) > side && Math.ceil(m / side) * Math.ceil(n / side) * batch >= leastGroups,
  plan: (s) => ({ name: `tile${side}`, scratch: [], steps: [tiledProduct(s, side, { a: 'a', b: 'b', y: 'y' })] }),
});

/** Variants of the product of packed matrices. */
export const productFamily: Family<ProductShape> = {
  name: 'matmul',
  variants: [
    tiled(128, 128),
    tiled(64, 8),
    {
      name: 'generic',
      fits: () => true,
      plan: (s) => ({
        name: 'generic',
        scratch: [],
        steps: [
          {
            kernel: forwardKernel,
            buffers: { a: 'a', b: 'b', y: 'y' },
            params: params(s),
            groups: [Math.ceil(four(s.n) / 64), Math.ceil(four(s.m) / 2), s.batch],
          },
        ],
      }),
    },
  ],
  key: (s) =>
    [
      `${s.batch}x${s.m}x${s.k}x${s.n}`,
      ...(s.aShared ? ['a shared'] : []),
      ...(s.bShared ? ['b shared'] : []),
      ...(s.transposed ? ['transposed'] : []),
    ].join(' '),
  tensors: (s) => ({
    a: [s.aShared ? 1 : s.batch, s.k, four(s.m) * 4],
    b: [s.bShared ? 1 : s.batch, s.k, four(s.n) * 4],
    y: [s.batch, s.m, s.n],
  }),
  probe: {
    shape: { m: 256, n: 256, k: 256, batch: 1, aShared: false, bShared: false, transposed: false },
    tiled: 'tile64',
    plain: 'generic',
  },
};
