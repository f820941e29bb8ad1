/** Ops that only move values: permute, flip, concat. One kernel, an index map each. */
import { copyStrided, denseStrides, dot, positions } from '../../kernels/strided.ts';
import { type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import { type Four, four, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { joinOp, part } from './ranges.ts';
import { sliceOrPad } from './slice.ts';

/** Channels [from, to) of [N,C,H,W]. */
export const channels = (x: Tensor, from: number, to: number): Tensor =>
  x.shape[0] === 1 && to - from <= x.shape[1]
    ? part(x, from * x.shape[2] * x.shape[3], [1, to - from, x.shape[2], x.shape[3]])
    : sliceOrPad([x], { start: [0, from, 0, 0], size: [x.shape[0], to - from, x.shape[2], x.shape[3]] });
/** Samples [from, to) of a batch [N,C,H,W]: no copy where the bind alignment allows. */
export const samples = (x: Tensor, from: number, to: number): Tensor =>
  part(x, from * sizeOf(x.shape.slice(1)), [to - from, x.shape[1], x.shape[2], x.shape[3]]);

/** Axes in another order: y's axis i is x's axis order[i]. */
export const permute: Op<{ order: Four }> = op<{ order: Four }>({
  name: 'permute',
  shape: ([s], { order }) => order.map((a) => four(s)[a]),
  forward: (session, [x], y, { order }) => {
    const xs = denseStrides(four(x.shape));
    copyStrided(session, x, y, {
      region: four(y.shape),
      xs: order.map((a) => xs[a]) as unknown as Four,
      ys: denseStrides(four(y.shape)),
    });
  },
  backward: ({ attrs }, dy) => [
    permute([dy], { order: [0, 1, 2, 3].map((a) => attrs.order.indexOf(a)) as unknown as Four }),
  ],
  reference: ([x], { order }) => {
    const s = four(x.shape);
    const strides = order.map((a) => denseStrides(s)[a]) as unknown as Four;
    const y = ref(
      order.map((a) => s[a]),
      () => 0,
    );
    positions(four(y.shape), (p, i) => {
      y.data[i] = x.data[dot(p, strides)];
    });
    return y;
  },
  cases: [
    { name: '0132', inputs: [{ shape: [2, 3, 4, 5] }], attrs: { order: [0, 1, 3, 2] } },
    { name: '3021', inputs: [{ shape: [2, 3, 4, 5] }], attrs: { order: [3, 0, 2, 1] } },
  ],
});

/** Mirrored along chosen axes of [N,C,H,W]. */
export const flip: Op<{ axes: readonly number[] }> = op<{ axes: readonly number[] }>({
  name: 'flip',
  shape: ([s]) => s,
  forward: (session, [x], y, { axes }) => {
    const s = four(x.shape);
    const ys = denseStrides(s);
    const xs = ys.map((v, i) => (axes.includes(i) ? -v : v)) as unknown as Four;
    copyStrided(session, x, y, { region: s, xs, ys, xin: axes.reduce((sum, a) => sum + ys[a] * (s[a] - 1), 0) });
  },
  backward: ({ attrs }, dy) => [flip([dy], attrs)],
  reference: ([x], { axes }) => {
    const s = four(x.shape);
    const y = ref(x.shape, () => 0);
    positions(s, (p, i) => {
      y.data[i] =
        x.data[dot(p.map((v, k) => (axes.includes(k) ? s[k] - 1 - v : v)) as unknown as Four, denseStrides(s))];
    });
    return y;
  },
  cases: [
    { name: 'w', inputs: [{ shape: [1, 2, 3, 5] }], attrs: { axes: [3] } },
    { name: 'hw', inputs: [{ shape: [1, 2, 3, 5] }], attrs: { axes: [2, 3] } },
  ],
});

/** [N,C,H,W] tensors one after the other along one axis, by copies. */
export const concatOp = op<{ axis: number }>({
  name: 'concat',
  shape: (shapes, { axis }) =>
    shapes[0].map((n, i) => {
      if (i === axis) return shapes.reduce((sum, s) => sum + s[axis], 0);
      if (shapes.some((s) => s.length !== 4 || s[i] !== n))
        shapeError('concat', `shapes ${shapes.map((s) => `[${s}]`).join(' ')} differ outside axis ${axis}`);
      return n;
    }),
  forward: (session, xs, y, { axis }) => {
    const ys = denseStrides(four(y.shape));
    let at = 0;
    for (const x of xs) {
      copyStrided(session, x, y, { region: four(x.shape), xs: denseStrides(four(x.shape)), ys, yout: at * ys[axis] });
      at += x.shape[axis];
    }
  },
  backward: ({ x, attrs: { axis }, needs }, dy) => {
    let at = 0;
    return x.map((t, i) => {
      const start = [0, 0, 0, 0];
      start[axis] = at;
      at += t.shape[axis];
      return needs[i] ? sliceOrPad([dy], { start: start as unknown as Four, size: four(t.shape) }) : undefined;
    });
  },
  reference: (xs, { axis }) => {
    const shape = four(xs[0].shape);
    shape[axis] = xs.reduce((sum, x) => sum + x.shape[axis], 0);
    const y: Ref = ref(shape, () => 0);
    let at = 0;
    for (const x of xs) {
      const offset = at * denseStrides(shape)[axis];
      positions(four(x.shape), (p, i) => {
        y.data[offset + dot(p, denseStrides(shape))] = x.data[i];
      });
      at += x.shape[axis];
    }
    return y;
  },
  cases: [
    {
      name: 'c',
      inputs: [{ shape: [2, 3, 4, 5] }, { shape: [2, 1, 4, 5] }, { shape: [2, 2, 4, 5] }],
      attrs: { axis: 1 },
    },
    { name: 'n', inputs: [{ shape: [1, 3, 4, 5] }, { shape: [2, 3, 4, 5] }], attrs: { axis: 0 } },
  ],
});
/**
 * Joins [N,C,H,W] tensors along one axis. What joins whole samples, or channels of one sample, is written in its place
 * where possible.
 */
export function concat(xs: readonly Tensor[], axis = 1): Tensor {
  if (xs.length === 1) return xs[0];
  const shape = concatOp.spec.shape(
    xs.map((x) => x.shape),
    { axis },
  );
  const from = xs.map((_, k) => sizeOf(shape.slice(axis + 1)) * xs.slice(0, k).reduce((n, x) => n + x.shape[axis], 0));
  const inLine =
    shape.slice(0, axis).every((n) => n === 1) && xs.every((x, k) => x.dtype === 'f32' && from[k] % 4 === 0);
  return inLine ? joinOp(xs, { shape, from }) : concatOp(xs, { axis });
}
