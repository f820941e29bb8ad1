/** Sums over axes and copies along axes: each is the other's gradient. */
import { reduceInto } from '../../kernels/reduce.ts';
import { copyStrided, denseStrides, dot, positions } from '../../kernels/strided.ts';
import { op, type Ref, ref, shapeError } from '../../op.ts';
import { broadcastShape, type Four, four, type Shape, sameShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { reshape } from '../copy/reshape.ts';

/** The shape with `axes` as axes of size 1. @throws Error if there is no such axis. */
export const keptShape = (s: Shape, axes: readonly number[]): Shape => {
  if (axes.some((a) => a < 0 || a >= s.length)) shapeError('reduce', `axes ${axes} of [${s}]`);
  return s.map((n, i) => (axes.includes(i) ? 1 : n));
};

/** Joins the values over `axes` in float64, from `start` on. */
export function reduceReference(
  x: Ref,
  axes: readonly number[],
  join: (a: number, b: number) => number,
  start: number,
): Ref {
  const shape = keptShape(x.shape, axes);
  const y = ref(shape, () => start);
  const strides = x.shape.map((_, i) => sizeOf(x.shape.slice(i + 1)));
  const outStrides = shape.map((n, i) => (n === 1 ? 0 : sizeOf(shape.slice(i + 1))));
  for (let i = 0; i < x.data.length; i++) {
    let at = 0;
    for (const [k, n] of x.shape.entries()) at += (Math.floor(i / strides[k]) % n) * outStrides[k];
    y.data[at] = join(y.data[at], x.data[i]);
  }
  return y;
}

/** How many values are joined. */
export const reducedLength = (s: Shape, axes: readonly number[]): number => axes.reduce((n, a) => n * s[a], 1);
/** What ops over axes are tested with. */
export const axesCases = [
  { name: 'all', inputs: [{ shape: [2, 3, 5, 7] }], attrs: { axes: [0, 1, 2, 3] } },
  { name: 'space', inputs: [{ shape: [2, 3, 9, 17] }], attrs: { axes: [2, 3] } },
  { name: 'batch and space', inputs: [{ shape: [2, 3, 9, 17] }], attrs: { axes: [0, 2, 3] } },
  { name: 'channel', inputs: [{ shape: [2, 5, 3, 4] }], attrs: { axes: [1] } },
  { name: 'long', inputs: [{ shape: [3, 1500] }], attrs: { axes: [1] } },
  { name: 'first', inputs: [{ shape: [70, 3] }], attrs: { axes: [0] } },
  { name: 'quads of space', inputs: [{ shape: [2, 5, 6, 10] }], attrs: { axes: [2, 3] } },
  { name: 'quads of batch and space', inputs: [{ shape: [3, 9, 4, 6] }], attrs: { axes: [0, 2, 3] } },
  { name: 'quads of all', inputs: [{ shape: [2, 3, 8, 16] }], attrs: { axes: [0, 1, 2, 3] } },
];

/** Sum over `axes`, which stay as axes of size 1. */
export const sum = op<{ axes: readonly number[] }>({
  name: 'sum',
  shape: ([s], { axes }) => keptShape(s, axes),
  forward: (session, [x], y, { axes }) => reduceInto(session, x, y, axes, 1, false),
  backward: ({ x: [x] }, dy) => [expand([dy], { shape: x.shape })],
  reference: ([x], { axes }) => reduceReference(x, axes, (a, b) => a + b, 0),
  terms: ([s], { axes }) => reducedLength(s, axes),
  magnitude: ([x], { axes }) => reduceReference(x, axes, (a, b) => a + Math.abs(b), 0),
  cases: axesCases,
});

/** Copies along axes of size 1 until the shape is `shape`. */
export const expand = op<{ shape: Shape }>({
  name: 'expand',
  shape: ([s], { shape }) => {
    const out = broadcastShape('expand', s, shape);
    if (sizeOf(out) !== sizeOf(shape)) shapeError('expand', `[${s}] does not stretch to [${shape}]`);
    return shape;
  },
  forward: (session, [x], y, { shape }) => {
    const s = four(x.shape);
    const t = four(shape);
    const xs = denseStrides(s).map((v, i) => (s[i] === 1 && t[i] !== 1 ? 0 : v)) as unknown as Four;
    copyStrided(session, x, y, { region: t, xs, ys: denseStrides(t) });
  },
  backward: ({ x: [x] }, dy) => [sumTo(dy, x.shape)],
  reference: ([x], { shape }) => {
    const s = four(x.shape);
    const strides = denseStrides(s).map((v, i) => (s[i] === 1 ? 0 : v)) as unknown as Four;
    const y = ref(shape, () => 0);
    positions(four(shape), (p, i) => {
      y.data[i] = x.data[dot(p, strides)];
    });
    return y;
  },
  cases: [
    { name: 'channel', inputs: [{ shape: [1, 3, 1, 1] }], attrs: { shape: [2, 3, 4, 5] } },
    { name: 'scalar', inputs: [{ shape: [1] }], attrs: { shape: [3, 5] } },
  ],
});

const allAxes = (x: Tensor): number[] => x.shape.map((_, i) => i);
/** Sum of all values, as a tensor of shape [1]. */
export const sumAll = (x: Tensor): Tensor => reshape([sum([x], { axes: allAxes(x) })], { shape: [1] });

/** Sums a gradient back to the shape its argument had before broadcasting. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const axes = g.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && g.shape[i] !== 1));
  const summed = axes.length ? sum([g], { axes }) : g;
  return sameShape(summed.shape, shape) ? summed : reshape([summed], { shape });
}
