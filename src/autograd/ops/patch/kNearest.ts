/**
 * The nearest source patches of a few patches, where patchNearest (one thread a target patch) would leave a device
 * idle: all distances side by side, then the k smallest of each row. Exact; gives places only, from which taped ops
 * take the distances.
 */

import { grid } from '../../../engine/grid.ts';
import distancesKernel from '../../../shaders/patch/kNearest/distances.wgsl';
import selectKernel from '../../../shaders/patch/kNearest/select.wgsl';
import { type Case, type Op, op, shapeError } from '../../op.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { patchGrid } from './nearestPlan.ts';

interface FewAttrs {
  patch: number;
  k: number;
  metric: 'l1' | 'l2';
}

function gridOf([columns, source]: readonly Shape[], { patch, k }: FewAttrs): { columns: number; count: number } {
  const fail = (why: string): never => shapeError('kNearestPatches', why);
  if (source.length !== 4 || source[0] !== 1) fail(`a source [1, C, H, W] is expected, not [${source}]`);
  if (columns.length !== 4 || columns[0] !== 1 || columns[2] !== 1 || columns[1] !== source[1] * patch * patch)
    fail(`columns [1, ${source[1] * patch * patch}, 1, n] are expected, not [${columns}]`);
  const g = patchGrid(source[2], source[3], { patch, border: 'valid' });
  if (g.rows < 1 || g.columns < 1) fail(`no ${patch} x ${patch} patch fits into [${source}]`);
  if (!(k >= 1 && k <= Math.min(8, g.count))) fail(`k must be 1 to ${Math.min(8, g.count)}, not ${k}`);
  return g;
}

/**
 * [columns [1, C*p*p, 1, n] (see unfoldAt), source [1,C,H,W]] -> u32 [k, n]: the nearest source patches, nearest first.
 */
export const kNearestPatchesOp: Op<FewAttrs> = op<FewAttrs>({
  name: 'kNearestPatches',
  dtype: 'u32',
  shape: (shapes, a) => {
    gridOf(shapes, a);
    return [a.k, shapes[0][3]];
  },
  forward: (session, [columns, source], y, a) => {
    const { columns: across, count } = gridOf([columns.shape, source.shape], a);
    const [, c, h, w] = source.shape;
    const n = columns.shape[3];
    const distances = session.temporary([n, count], 'kNearestPatches.distances');
    const [gx, gz] = grid(count, 64);
    session.run(distancesKernel, {
      read: { columns, source },
      write: { y: distances },
      constants: { METRIC: a.metric === 'l1' ? 0 : 1 },
      params: { c, h, w, side: a.patch, n, across, count },
      groups: [gx, Math.ceil(n / 16), gz],
    });
    session.run(selectKernel, {
      read: { x: distances },
      write: { y },
      constants: { K: a.k },
      params: { n, count },
      groups: [n],
    });
  },
  backward: null,
  reference: ([columns, source], a) => {
    const { columns: across, count } = gridOf([columns.shape, source.shape], a);
    const [, c, h, w] = source.shape;
    const n = columns.shape[3];
    const data = new Float64Array(a.k * n);
    for (let i = 0; i < n; i++) {
      const all = Array.from({ length: count }, (_, j): [number, number] => {
        let sum = 0;
        for (let q = 0; q < c * a.patch ** 2; q++) {
          const row = Math.floor(j / across) + (Math.floor(q / a.patch) % a.patch);
          const e =
            columns.data[q * n + i] -
            source.data[(Math.floor(q / a.patch ** 2) * h + row) * w + (j % across) + (q % a.patch)];
          sum += a.metric === 'l1' ? Math.abs(e) : e * e;
        }
        return [sum, j];
      }).sort((s, t) => s[0] - t[0] || s[1] - t[1]);
      for (let k = 0; k < a.k; k++) data[k * n + i] = all[k][1];
    }
    return { shape: [a.k, n], data };
  },
  cases: makeCases(),
});

function makeCases(): Case<FewAttrs>[] {
  const make = (
    name: string,
    n: number,
    source: Shape,
    a: FewAttrs,
    values?: (u: number) => number,
  ): Case<FewAttrs> => ({
    name,
    attrs: a,
    inputs: [
      { shape: [1, source[1] * a.patch ** 2, 1, n], make: values },
      { shape: source, make: values },
    ],
  });
  return [
    make('control', 15, [1, 3, 12, 17], { patch: 3, k: 5, metric: 'l1' }),
    make('l2', 15, [1, 3, 12, 17], { patch: 3, k: 5, metric: 'l2' }),
    make('more than sixteen', 37, [1, 4, 9, 11], { patch: 1, k: 1, metric: 'l1' }),
    make('few sources', 2, [1, 2, 4, 5], { patch: 3, k: 6, metric: 'l1' }),
    make('features', 15, [1, 64, 10, 9], { patch: 3, k: 8, metric: 'l1' }),
    make('many sources', 4, [1, 1, 70, 75], { patch: 5, k: 3, metric: 'l1' }),
    make('equals', 5, [1, 1, 11, 12], { patch: 1, k: 8, metric: 'l1' }, (u) => Math.round(u)),
  ];
}

/** u32 [k, n]: the k nearest patches of `source` [1,C,H,W] to each of the columns [1, C*p*p, 1, n]. No gradient. */
export const kNearestPatches = (
  columns: Tensor,
  source: Tensor,
  patch: number,
  k: number,
  metric: FewAttrs['metric'] = 'l1',
): Tensor => kNearestPatchesOp([columns, source], { patch, k, metric });
