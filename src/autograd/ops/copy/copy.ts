/** Ops that only move values: slice, zero pad, expand, permute, flip, concat. One kernel, an index map each. */
import rangeKernel from '../../../shaders/copy/range.wgsl';
import kernel from '../../../shaders/copy/strided.wgsl';
import { four, grid, op, ref, shapeError, type Op, type Ref } from '../../op.ts';
import { sizeOf, type Session, type Shape, type Tensor } from '../../tensor.ts';
import { broadcastShape } from '../pointwise/pointwise.ts';
import { joinOp, part } from './ranges.ts';
import { sumTo } from '../reduce/reduce.ts';

type Four = readonly [number, number, number, number];
export const denseStrides = ([, c, h, w]: Four): [number, number, number, number] => [c * h * w, h * w, w, 1];

/** y[out + p . ys] = x[in + p . xs] for low <= p < high, else 0, over all positions p of `region`. */
interface Map {
  region: Four;
  low?: Four;
  high?: Four;
  xin?: number;
  xs: Four;
  yout?: number;
  ys: Four;
}

/** A map that moves one contiguous range, in values: everything behind the only cut axis is dense and whole. */
function rangeOf(m: Map): { n: number; low: number; high: number; at: number; to: number } | null {
  const r = m.region;
  const dense = denseStrides(r);
  const low = m.low ?? [0, 0, 0, 0];
  const high = m.high ?? r;
  const cut = r.findIndex((n, i) => n !== 1 || low[i] > 0 || high[i] < n);
  const axis = cut < 0 ? 3 : cut;
  for (let i = 0; i < 4; i++) {
    if (i < axis ? r[i] !== 1 : r[i] !== 1 && (m.xs[i] !== dense[i] || m.ys[i] !== dense[i])) return null;
    if (i > axis && (low[i] > 0 || high[i] < r[i])) return null;
    if (i < axis && (low[i] > 0 || high[i] < 1)) return null;
  }
  const d = dense[axis];
  const clamp = (v: number): number => Math.min(r[axis], Math.max(0, v)) * d;
  const out = { n: r[axis] * d, low: clamp(low[axis]), high: clamp(high[axis]), at: m.xin ?? 0, to: m.yout ?? 0 };
  return Object.values(out).every((v) => v % 4 === 0) ? out : null;
}

function move(session: Session, x: Tensor, y: Tensor, m: Map): void {
  const range = rangeOf(m);
  if (range) {
    const params = Object.fromEntries(Object.entries(range).map(([k, v]) => [k, v / 4]));
    session.run(rangeKernel, { read: { x }, write: { y }, params, groups: grid(range.n / 4, 256) });
    return;
  }
  const [n, c, h, w] = m.region;
  const low = m.low ?? [0, 0, 0, 0];
  const high = m.high ?? m.region;
  session.run(kernel, {
    read: { x },
    write: { y },
    params: {
      planes: n * c,
      c,
      h,
      w,
      low0: low[0],
      low1: low[1],
      low2: low[2],
      low3: low[3],
      high0: high[0],
      high1: high[1],
      high2: high[2],
      high3: high[3],
      xin: m.xin ?? 0,
      xn: m.xs[0],
      xc: m.xs[1],
      xh: m.xs[2],
      xw: m.xs[3],
      yout: m.yout ?? 0,
      yn: m.ys[0],
      yc: m.ys[1],
      yh: m.ys[2],
      yw: m.ys[3],
    },
    groups: [Math.ceil((h * w) / 64), Math.min(n * c, 32768), Math.ceil((n * c) / 32768)],
  });
}

const dot = (a: Four, b: Four): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
function positions(region: Four, visit: (p: Four, i: number) => void): void {
  let i = 0;
  for (let n = 0; n < region[0]; n++)
    for (let c = 0; c < region[1]; c++)
      for (let h = 0; h < region[2]; h++) for (let w = 0; w < region[3]; w++) visit([n, c, h, w], i++);
}

/** A box cut out of [N,C,H,W], or a frame of zeros put around it: `start` may be negative and the box may overhang. */
export const sliceOrPad: Op<{ start: Four; size: Four }> = op<{ start: Four; size: Four }>({
  name: 'window',
  shape: ([s], { size }) => {
    if (s.length !== 4) shapeError('window', `four axes are expected, not [${s}]`);
    return size;
  },
  forward: (session, [x], y, { start, size }) => {
    const xs = denseStrides(four(x.shape));
    move(session, x, y, {
      region: size,
      xs,
      ys: denseStrides(size),
      xin: dot(start, xs),
      low: start.map((s) => -s) as unknown as Four,
      high: four(x.shape).map((s, i) => s - start[i]) as unknown as Four,
    });
  },
  backward: ({ x: [x], attrs }, dy) => [
    sliceOrPad([dy], { start: attrs.start.map((s) => -s) as unknown as Four, size: four(x.shape) }),
  ],
  reference: ([x], { start, size }) => {
    const shape = four(x.shape);
    const strides = denseStrides(shape);
    const y = ref(size, () => 0);
    positions(size, (p, i) => {
      const q = p.map((v, k) => v + start[k]) as unknown as Four;
      if (q.every((v, k) => v >= 0 && v < shape[k])) y.data[i] = x.data[dot(q, strides)];
    });
    return y;
  },
  cases: [
    { name: 'slice', inputs: [{ shape: [2, 5, 4, 7] }], attrs: { start: [1, 1, 0, 2], size: [1, 3, 4, 4] } },
    { name: 'pad', inputs: [{ shape: [1, 2, 3, 5] }], attrs: { start: [0, 0, -1, -2], size: [1, 2, 6, 9] } },
    { name: 'samples', inputs: [{ shape: [3, 2, 2, 6] }], attrs: { start: [1, 0, 0, 0], size: [1, 2, 2, 6] } },
    { name: 'samples back', inputs: [{ shape: [1, 2, 2, 6] }], attrs: { start: [-1, 0, 0, 0], size: [3, 2, 2, 6] } },
    { name: 'channels', inputs: [{ shape: [1, 5, 4, 3] }], attrs: { start: [0, 1, 0, 0], size: [1, 3, 4, 3] } },
    { name: 'overhang', inputs: [{ shape: [1, 2, 3, 5] }], attrs: { start: [0, 1, 1, -2], size: [1, 2, 4, 4] } },
  ],
});

/** Channels [from, to) of [N,C,H,W]. */
export const channels = (x: Tensor, from: number, to: number): Tensor =>
  x.shape[0] === 1 && to - from <= x.shape[1]
    ? part(x, from * x.shape[2] * x.shape[3], [1, to - from, x.shape[2], x.shape[3]])
    : sliceOrPad([x], { start: [0, from, 0, 0], size: [x.shape[0], to - from, x.shape[2], x.shape[3]] });
/** Samples [from, to) of a batch [N,C,H,W]: no copy where the bind alignment allows. */
export const samples = (x: Tensor, from: number, to: number): Tensor =>
  part(x, from * sizeOf(x.shape.slice(1)), [to - from, x.shape[1], x.shape[2], x.shape[3]]);
/** Zeros around [N,C,H,W]: top, bottom, left, right. */
export const zeroPad = (x: Tensor, top: number, bottom: number, left: number, right: number): Tensor =>
  sliceOrPad([x], {
    start: [0, 0, -top, -left],
    size: [x.shape[0], x.shape[1], x.shape[2] + top + bottom, x.shape[3] + left + right],
  });
/** The box of `height` x `width` at (`top`, `left`) of [N,C,H,W]. */
export const crop = (x: Tensor, top: number, left: number, height: number, width: number): Tensor =>
  sliceOrPad([x], { start: [0, 0, top, left], size: [x.shape[0], x.shape[1], height, width] });

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
    move(session, x, y, { region: t, xs, ys: denseStrides(t) });
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

/** Axes in another order: y's axis i is x's axis order[i]. */
export const permute: Op<{ order: Four }> = op<{ order: Four }>({
  name: 'permute',
  shape: ([s], { order }) => order.map((a) => four(s)[a]),
  forward: (session, [x], y, { order }) => {
    const xs = denseStrides(four(x.shape));
    move(session, x, y, {
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
    move(session, x, y, { region: s, xs, ys, xin: axes.reduce((sum, a) => sum + ys[a] * (s[a] - 1), 0) });
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
      move(session, x, y, { region: four(x.shape), xs: denseStrides(four(x.shape)), ys, yout: at * ys[axis] });
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

/** Records a copy of `from` into the lasting tensor `to` of the same size. Not on the tape. */
export function assign(from: Tensor, to: Tensor): void {
  if (from.size !== to.size) throw new Error(`assign: ${from.size} values into ${to.size}`);
  const flat: Four = [1, 1, 1, from.size];
  move(from.session, from, to, { region: flat, xs: denseStrides(flat), ys: denseStrides(flat) });
}
