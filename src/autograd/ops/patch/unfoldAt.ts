/**
 * Patches of an image as columns, and back: unfoldAt gathers the p x p patches at given indices, foldAt adds columns
 * back where they came from; each is the other's gradient. Without indices: all patches, in order (unfold, fold).
 */

import { grid } from '../../../engine/grid.ts';
import gatherKernel from '../../../shaders/patch/unfoldAt/gather.wgsl';
import scatterKernel from '../../../shaders/patch/unfoldAt/scatter.wgsl';
import { type Case, type CaseInput, type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import { absolute } from '../../reference.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { patchGrid } from './nearestPlan.ts';

interface UnfoldAttrs {
  patch: number;
  /** `valid`: index over the (H-p+1) x (W-p+1) patches inside. `clamp`: one patch centered on every pixel, p odd. */
  border: 'valid' | 'clamp';
}
/** The size of the image that the columns go back into. */
interface AdjointAttrs extends UnfoldAttrs {
  h: number;
  w: number;
}

/** The patch grid of [1,C,H,W], checked. */
function gridOf(name: string, s: Shape, a: UnfoldAttrs): { rows: number; columns: number; count: number } {
  if (s.length !== 4 || s[0] !== 1) shapeError(name, `[1, C, H, W] is expected, not [${s}]`);
  const g = patchGrid(s[2], s[3], a);
  if (a.patch < 1 || g.rows < 1 || g.columns < 1) shapeError(name, `no ${a.patch} x ${a.patch} patch fits into [${s}]`);
  if (a.border === 'clamp' && a.patch % 2 === 0) shapeError(name, `a clamped patch needs an odd side, not ${a.patch}`);
  return g;
}
const checkIndices = (name: string, indices: Shape | undefined): void => {
  if (indices && indices.length !== 1) shapeError(name, `indices [n] are expected, not [${indices}]`);
};
const constants = (indices: Tensor | undefined, a: UnfoldAttrs): Record<string, number> => ({
  ALL: indices ? 0 : 1,
  CLAMP: a.border === 'clamp' ? 1 : 0,
});

/** Calls visit(value of [C*p*p, n], pixel of [C,H,W]) for every pair that the op connects. */
function pairs(
  [, c, h, w]: Shape,
  a: UnfoldAttrs,
  indices: ArrayLike<number>,
  visit: (column: number, pixel: number) => void,
): void {
  const g = patchGrid(h, w, a);
  const shift = a.border === 'clamp' ? (a.patch - 1) / 2 : 0;
  const inside = (v: number, size: number): number => Math.max(0, Math.min(size - 1, v));
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] >= g.count) continue;
    for (let q = 0; q < c * a.patch * a.patch; q++) {
      const v = inside(Math.floor(indices[i] / g.columns) + (Math.floor(q / a.patch) % a.patch) - shift, h);
      const u = inside((indices[i] % g.columns) + (q % a.patch) - shift, w);
      visit(q * indices.length + i, (Math.floor(q / (a.patch * a.patch)) * h + v) * w + u);
    }
  }
}
const everyIndex = (x: Shape, a: UnfoldAttrs): number[] =>
  Array.from({ length: patchGrid(x[2], x[3], a).count }, (_, i) => i);

/**
 * [x [1,C,H,W], indices u32 [n] or none] -> [1, C*p*p, 1, n], rows ordered by channel, row, column; zeros for an index
 * outside.
 */
export const unfoldAtOp: Op<UnfoldAttrs> = op<UnfoldAttrs>({
  name: 'unfoldAt',
  shape: ([s, indices], a) => {
    checkIndices('unfoldAt', indices);
    const { count } = gridOf('unfoldAt', s, a);
    return [1, s[1] * a.patch * a.patch, 1, indices ? indices[0] : count];
  },
  forward: (session, [x, indices], y, a) => {
    const { columns, count } = gridOf('unfoldAt', x.shape, a);
    session.run(gatherKernel, {
      read: { x, indices: indices ?? x },
      write: { y },
      constants: constants(indices, a),
      groups: grid(y.size, 64),
      params: { h: x.shape[2], w: x.shape[3], side: a.patch, n: y.shape[3], across: columns, count, threads: y.size },
    });
  },
  backward: ({ x: [x, indices], attrs }, dy) => {
    const dx = foldAtOp(indices ? [dy, indices] : [dy], { ...attrs, h: x.shape[2], w: x.shape[3] });
    return indices ? [dx, null] : [dx];
  },
  reference: ([x, indices], a) => {
    const at = indices?.data ?? everyIndex(x.shape, a);
    const y = ref([1, x.shape[1] * a.patch * a.patch, 1, at.length], () => 0);
    pairs(x.shape, a, at, (column, pixel) => {
      y.data[column] = x.data[pixel];
    });
    return y;
  },
  cases: makeCases().map(
    ({ name, image, attrs, indices }): Case<UnfoldAttrs> => ({
      name,
      attrs,
      inputs: [{ shape: image }, ...indices],
      grads: [0],
    }),
  ),
});

function addBack([x, indices]: readonly Ref[], a: AdjointAttrs): Ref {
  const shape = [1, x.shape[1] / a.patch ** 2, a.h, a.w];
  const y = ref(shape, () => 0);
  pairs(shape, a, indices?.data ?? everyIndex(shape, a), (column, pixel) => {
    y.data[pixel] += x.data[column];
  });
  return y;
}

/** [x [1, C*p*p, 1, n], indices u32 [n] or none] -> [1,C,h,w]: the patches added up where they lie. */
export const foldAtOp: Op<AdjointAttrs> = op<AdjointAttrs>({
  name: 'foldAt',
  shape: ([s, indices], a) => {
    checkIndices('foldAt', indices);
    const c = s[1] / (a.patch * a.patch);
    const image: Shape = [1, c, a.h, a.w];
    const n = indices ? indices[0] : gridOf('foldAt', image, a).count;
    if (s.length !== 4 || !Number.isInteger(c) || s[3] !== n)
      shapeError('foldAt', `[1, C*${a.patch ** 2}, 1, ${n}] is expected, not [${s}]`);
    return image;
  },
  forward: (session, [x, indices], y, a) => {
    const { rows, columns } = gridOf('foldAt', y.shape, a);
    const across = Math.ceil(a.w / 8);
    const tiles = across * Math.ceil(a.h / 8);
    const [gx, gz] = grid(tiles, 1);
    session.run(scatterKernel, {
      read: { x, indices: indices ?? x },
      write: { y },
      constants: constants(indices, a),
      groups: [gx, Math.ceil(y.shape[1] / 4), gz],
      params: {
        c: y.shape[1],
        h: a.h,
        w: a.w,
        side: a.patch,
        n: x.shape[3],
        across: columns,
        down: rows,
        tiles_across: across,
        tiles,
      },
    });
  },
  backward: ({ x: [, indices], attrs: { h: _h, w: _w, ...a } }, dy) =>
    indices ? [unfoldAtOp([dy, indices], a), null] : [unfoldAtOp([dy], a)],
  reference: addBack,
  // A pixel is in up to p * p places of every patch where the border is clamped, in one of each at least otherwise.
  terms: ([s], { patch, border }) => s[3] * (border === 'clamp' ? patch * patch : 1),
  magnitude: ([x, ...rest], a) => addBack([absolute(x), ...rest], a),
  cases: makeCases().map(
    ({ name, image, attrs, indices, n }): Case<AdjointAttrs> => ({
      name,
      attrs: { ...attrs, h: image[2], w: image[3] },
      inputs: [{ shape: [1, image[1] * attrs.patch ** 2, 1, n] }, ...indices],
      grads: [0],
    }),
  ),
});

interface PatchesCase {
  name: string;
  image: Shape;
  attrs: UnfoldAttrs;
  indices: CaseInput[];
  n: number;
}
function makeCases(): PatchesCase[] {
  const make = (
    name: string,
    image: Shape,
    patch: number,
    n: number | 'all',
    border: UnfoldAttrs['border'] = 'valid',
    reach = 1,
  ): PatchesCase => {
    const { count } = patchGrid(image[2], image[3], { patch, border });
    const indices: CaseInput[] =
      n === 'all' ? [] : [{ shape: [n], dtype: 'u32', make: (u) => Math.floor(((u + 1) / 2) * count * reach) }];
    return { name, image, attrs: { patch, border }, indices, n: n === 'all' ? count : n };
  };
  return [
    make('control', [1, 3, 6, 7], 3, 15),
    make('one pixel', [1, 5, 4, 6], 1, 9),
    make('even side', [1, 2, 7, 5], 2, 6),
    make('one patch', [1, 6, 3, 3], 3, 1),
    make('often the same', [1, 2, 4, 5], 3, 40),
    make('many', [1, 2, 19, 23], 3, 300),
    make('outside', [1, 2, 6, 6], 3, 20, 'valid', 1.5),
    make('clamp', [1, 3, 6, 7], 3, 15, 'clamp'),
    make('clamp 7x7', [1, 2, 3, 9], 7, 70, 'clamp'),
    make('all', [1, 5, 9, 11], 3, 'all'),
    make('all clamp', [1, 3, 9, 10], 5, 'all', 'clamp'),
    make('all one pixel', [1, 3, 3, 4], 1, 'all'),
  ];
}

/** Patches of x [1,C,H,W] at `indices` (u32 [n]; all of them, row by row, if left out) as columns: [1, C*p*p, 1, n]. */
export const unfoldAt = (x: Tensor, patch: number, indices?: Tensor, border: UnfoldAttrs['border'] = 'valid'): Tensor =>
  unfoldAtOp(indices ? [x, indices] : [x], { patch, border });
/** The adjoint: columns x [1, C*p*p, 1, n] added up into an image [1,C,h,w]. */
export const foldAt = (
  x: Tensor,
  patch: number,
  h: number,
  w: number,
  indices?: Tensor,
  border: UnfoldAttrs['border'] = 'valid',
): Tensor => foldAtOp(indices ? [x, indices] : [x], { patch, border, h, w });
