/** Strided copies between tensors of up to four axes: what the ops that only move values launch. */

import { grid } from '../../engine/grid.ts';
import rangeKernel from '../../shaders/copy/range.wgsl';
import kernel from '../../shaders/copy/strided.wgsl';
import type { Four } from '../shape.ts';
import type { OpSession, Tensor } from '../tensor.ts';

/** Strides of a dense [N,C,H,W], in values. */
export const denseStrides = ([, c, h, w]: Four): [number, number, number, number] => [c * h * w, h * w, w, 1];

/** y[out + p . ys] = x[in + p . xs] for low <= p < high, else 0, over all positions p of `region`. */
export interface StridedCopy {
  region: Four;
  low?: Four;
  high?: Four;
  xin?: number;
  xs: Four;
  yout?: number;
  ys: Four;
}

/** A map that moves one contiguous range, in values: everything behind the only cut axis is dense and whole. */
function rangeOf(m: StridedCopy): { n: number; low: number; high: number; at: number; to: number } | null {
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

/** Records a strided copy; one contiguous range is copied in whole vec4. */
export function copyStrided(session: OpSession, x: Tensor, y: Tensor, m: StridedCopy): void {
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

/** The scalar product of positions and strides. */
export const dot = (a: Four, b: Four): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
/** Visits all positions of a region in row-major order. */
export function positions(region: Four, visit: (p: Four, i: number) => void): void {
  let i = 0;
  for (let n = 0; n < region[0]; n++)
    for (let c = 0; c < region[1]; c++)
      for (let h = 0; h < region[2]; h++) for (let w = 0; w < region[3]; w++) visit([n, c, h, w], i++);
}

/** Records a copy of `from` into the lasting tensor `to` of the same size. Not on the tape. */
export function assign(from: Tensor, to: Tensor): void {
  if (from.size !== to.size) throw new Error(`assign: ${from.size} values into ${to.size}`);
  const flat: Four = [1, 1, 1, from.size];
  copyStrided(from.session, from, to, { region: flat, xs: denseStrides(flat), ys: denseStrides(flat) });
}
