/**
 * Images and label maps resampled through a map that lies in device memory, so that a replayed step can get a new one.
 */

import { grid } from '../../../engine/grid.ts';
import bilinearKernel from '../../../shaders/spatial/warp/bilinear.wgsl';
import nearestKernel from '../../../shaders/spatial/warp/nearest.wgsl';
import {
  type Affine,
  identityAffine,
  type WarpMap,
  warpMap,
  warpMapSize,
  warpPosition,
} from '../../kernels/warpMap.ts';
import { type Case, type CaseInput, type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import type { OpSession, Shape, Tensor } from '../../tensor.ts';

/** Outside the input: mirrored at the edge pixels' centers, or the nearest edge pixel. */
export type Border = 'reflect' | 'clamp';
interface Attrs {
  mode: 'bilinear' | 'nearest';
  border: Border;
  height: number;
  width: number;
}

/** [N, C, H, W] of an image or of a label map [N, H, W]. */
const planesOf = (s: Shape): readonly [number, number, number, number] =>
  (s.length === 3 ? [s[0], 1, s[1], s[2]] : s) as unknown as readonly [number, number, number, number];

/** Rows (1 or N) and control points of a map tensor. */
function mapLayout(name: string, map: Shape, n: number): { rows: number; points: number } {
  const rows = map.length === 1 ? 1 : map[0];
  const points = (map[map.length - 1] - 16) / 4;
  if (map.length > 2 || !Number.isInteger(points) || points < 0 || (rows !== 1 && rows !== n)) {
    shapeError(name, `a map of [16 + 4 points], or one for each of ${n} samples, is expected, not [${map}]`);
  }
  return { rows, points };
}

function launch(session: OpSession, name: string, x: Tensor, map: Tensor, y: Tensor, { mode, border }: Attrs): void {
  const [n, c, h, w] = planesOf(x.shape);
  const [, , ho, wo] = planesOf(y.shape);
  const [gx, gz] = grid(ho * wo, 64);
  session.run(mode === 'nearest' ? nearestKernel : bilinearKernel, {
    read: { x, warpMap: map },
    write: { y },
    constants: { CLAMP: border === 'clamp' ? 1 : 0 },
    params: { c, h, w, ho, wo, ...mapLayout(name, map.shape, n) },
    groups: [gx, n * Math.ceil(c / 4), gz],
  });
}

function inside(t: number, last: number, border: Border): number {
  if (border === 'clamp' || last === 0) return Math.min(Math.max(t, 0), last);
  const s = t - Math.floor(t / (2 * last)) * 2 * last;
  return last - Math.abs(s - last);
}

function reference(name: string, [x, map]: readonly Ref[], { mode, border, height, width }: Attrs): Ref {
  const [n, c, h, w] = planesOf(x.shape);
  const { rows, points } = mapLayout(name, map.shape, n);
  return ref(x.shape.length === 3 ? [n, height, width] : [n, c, height, width], (i) => {
    const plane = Math.floor(i / (height * width));
    const row = Math.min(Math.floor(plane / c), rows - 1);
    const [px, py] = warpPosition(
      map.data,
      points,
      i % width,
      Math.floor(i / width) % height,
      row * warpMapSize(points),
    );
    const tx = inside(px, w - 1, border);
    const ty = inside(py, h - 1, border);
    const at = (iy: number, ix: number): number =>
      x.data[plane * h * w + Math.min(iy, h - 1) * w + Math.min(ix, w - 1)];
    if (mode === 'nearest') return at(Math.floor(ty + 0.5), Math.floor(tx + 0.5));
    const iy = Math.floor(ty);
    const ix = Math.floor(tx);
    const across = (r: number): number => at(r, ix) * (1 - (tx - ix)) + at(r, ix + 1) * (tx - ix);
    return across(iy) * (1 - (ty - iy)) + across(iy + 1) * (ty - iy);
  });
}

// Chosen so that no position lies half way between two pixels, where rounding would decide the nearest.
const turn: Affine = [0.913, 0.297, -1.713, -0.241, 1.087, 2.311];
const corners = (w: number, h: number): (readonly [number, number])[] => [
  [0, 0],
  [w - 1, 0],
  [0, h - 1],
  [w - 1, h - 1],
  [(w - 1) / 2, (h - 1) / 2],
];
const bent = (w: number, h: number): WarpMap => ({
  points: corners(w, h),
  moves: [
    [0, 0],
    [1.3, -0.7],
    [0.4, 2.1],
    [0, 0],
    [-1.9, 1.6],
  ],
  affine: [1.05, 0.1, -0.31, -0.07, 0.95, 0.23],
});
const mapInput = (...maps: WarpMap[]): CaseInput => {
  const data = maps.flatMap((m) => [...warpMap(m)]);
  return {
    shape: maps.length === 1 ? [data.length] : [maps.length, data.length / maps.length],
    make: (_u, i) => data[i],
  };
};
const attrsOf = (height: number, width: number, mode: Attrs['mode'], border: Border): Attrs => ({
  mode,
  border,
  height,
  width,
});
const imageCases = (mode: Attrs['mode']): Case<Attrs>[] => [
  {
    name: `${mode} identity`,
    inputs: [{ shape: [1, 3, 5, 8] }, mapInput({ affine: identityAffine })],
    attrs: attrsOf(5, 8, mode, 'reflect'),
  },
  {
    name: `${mode} affine, mirrored`,
    inputs: [{ shape: [1, 3, 6, 11] }, mapInput({ affine: turn })],
    attrs: attrsOf(6, 11, mode, 'reflect'),
  },
  {
    name: `${mode} affine, clamped`,
    inputs: [{ shape: [2, 5, 6, 11] }, mapInput({ affine: turn })],
    attrs: attrsOf(4, 7, mode, 'clamp'),
  },
  {
    name: `${mode} spline, wide`,
    inputs: [{ shape: [1, 2, 7, 19] }, mapInput(bent(19, 7))],
    attrs: attrsOf(7, 19, mode, 'reflect'),
  },
  {
    name: `${mode} two maps`,
    inputs: [{ shape: [2, 3, 9, 5] }, mapInput(bent(5, 9), { ...bent(5, 9), affine: turn })],
    attrs: attrsOf(9, 5, mode, 'clamp'),
  },
];
/**
 * A position is good to a few ulp of the coordinates, and a step of one pixel changes a value by up to twice the
 * largest.
 */
const positionTerms = ([s]: readonly Shape[]): number => 4 * Math.max(...planesOf(s).slice(2)) ** 2;

/**
 * [x [N,C,H,W], map [16 + 4 points] or [N, 16 + 4 points]] -> [N, C, height, width]. No gradient: augmentation needs
 * none.
 */
export const warpOp: Op<Attrs> = op<Attrs>({
  name: 'warp',
  shape: ([s, map], { height, width }) => {
    if (s.length !== 4) shapeError('warp', `[N, C, H, W] is expected, not [${s}]`);
    mapLayout('warp', map, s[0]);
    return [s[0], s[1], height, width];
  },
  forward: (session, [x, map], y, attrs) => launch(session, 'warp', x, map, y, attrs),
  backward: null,
  reference: (x, attrs) => reference('warp', x, attrs),
  terms: positionTerms,
  magnitude: ([x], { height, width }) => ref([x.shape[0], x.shape[1], height, width], () => 4),
  cases: [...imageCases('bilinear'), ...imageCases('nearest')],
});

/** The same for labels u32 [N,H,W]: always nearest. */
export const warpLabelsOp: Op<Attrs> = op<Attrs>({
  name: 'warpLabels',
  dtype: 'u32',
  shape: ([s, map], { height, width }) => {
    if (s.length !== 3) shapeError('warpLabels', `labels [N, H, W] are expected, not [${s}]`);
    mapLayout('warpLabels', map, s[0]);
    return [s[0], height, width];
  },
  forward: (session, [x, map], y, attrs) => launch(session, 'warpLabels', x, map, y, { ...attrs, mode: 'nearest' }),
  backward: null,
  reference: (x, attrs) => reference('warpLabels', x, { ...attrs, mode: 'nearest' }),
  cases: imageCases('nearest').map(
    ({
      inputs: [
        {
          shape: [n, , h, w],
        },
        map,
      ],
      ...rest
    }) => ({
      ...rest,
      inputs: [{ shape: [n, h, w], dtype: 'u32', make: (u) => Math.floor(u * 3 + 3) }, map],
    }),
  ),
});

/** How an image is resampled. */
export interface WarpOptions {
  /** Default `bilinear`. */
  mode?: 'bilinear' | 'nearest';
  /** What lies outside of the image; default `reflect`. */
  border?: Border;
  /** Of the result, in pixels; default that of x. */
  height?: number;
  /** Of the result, in pixels; default that of x. */
  width?: number;
}
/** x resampled by `map` (from `warpMap`), by default to its own size. */
export const warp = (
  x: Tensor,
  map: Tensor,
  { mode = 'bilinear', border = 'reflect', height = x.shape[2], width = x.shape[3] }: WarpOptions = {},
): Tensor => warpOp([x, map], { mode, border, height, width });
/** The same for classes u32 [N,H,W], by the nearest pixel. */
export const warpLabels = (
  labels: Tensor,
  map: Tensor,
  { border = 'reflect', height = labels.shape[1], width = labels.shape[2] }: Omit<WarpOptions, 'mode'> = {},
): Tensor => warpLabelsOp([labels, map], { mode: 'nearest', border, height, width });
