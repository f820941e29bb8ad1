/**
 * Normalization over space with an optional affine, LeakyReLU and a residual behind it, in one launch each way:
 *   y = lrelu(gamma * (x - mean) / sqrt(var + eps) + beta) + skip, mean and biased variance of each [H,W] plane.
 * Instance normalization (Ulyanov et al. 2016); with N = 1 also batch normalization in training; with gamma and beta of
 * x's own shape, the SFT modulation of the paper (per-element affine).
 */
import backwardKernel from '../../../shaders/norm/backward.wgsl';
import backwardElement from '../../../shaders/norm/backwardElement.wgsl';
import backwardQuads from '../../../shaders/norm/backwardQuads.wgsl';
import forwardKernel from '../../../shaders/norm/forward.wgsl';
import forwardQuads from '../../../shaders/norm/forwardQuads.wgsl';
import { planeLanes } from '../../kernels/planes.ts';
import { type BackwardContext, type Case, type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import { type OpSession, type Shape, sameShape, type Tensor } from '../../tensor.ts';
import { reshape } from '../copy/reshape.ts';
import { add, affine, leakyGate, mul, reciprocal, sqrt, square, sub } from '../pointwise/pointwise.ts';
import { mean } from '../reduce/reduce.ts';
import { sumTo } from '../reduce/sum.ts';

/** Attributes of `normalize`. */
export interface NormAttrs {
  eps: number;
  /** LeakyReLU slope; 1 for none. */
  slope: number;
  /** Whether the last input is a residual to add. */
  skip?: boolean;
}

type Mode = 0 | 1 | 2;
/** How gamma and beta lie over x: absent, per channel [C], per element. */
function modeOf(x: Shape, gamma?: Shape, beta?: Shape): Mode {
  if (!gamma) return 0;
  if (!beta || !sameShape(gamma, beta)) shapeError('normalize', `gamma [${gamma}] and beta [${beta ?? 'none'}] differ`);
  if (gamma.length === 1 && gamma[0] === x[1]) return 1;
  if (sameShape(gamma, x)) return 2;
  return shapeError('normalize', `gamma [${gamma}] fits neither the channels nor the elements of [${x}]`);
}

/** Inputs are [x], [x, gamma, beta], and a skip behind either. */
function parts<T>(x: readonly T[], { skip }: NormAttrs): { x: T; gamma?: T; beta?: T; skip?: T } {
  const own = skip ? x.slice(0, -1) : x;
  return { x: own[0], gamma: own[1], beta: own[2], skip: skip ? x[x.length - 1] : undefined };
}

/** Planes of whole vec4 are spread by `planeLanes`; others have one invocation each. */
function lanes(
  session: OpSession,
  quads: boolean,
  units: number,
  length: number,
): { constants: { WG: number; LANES: number }; groups: [number] } {
  const { software, subgroupMax } = session.device.info;
  if (quads) return planeLanes(session, units, length / 4);
  const WG = software ? (subgroupMax === 16 ? 16 : 8) : Math.min(64, Math.max(8, units));
  return { constants: { WG, LANES: 1 }, groups: [Math.ceil(units / WG)] };
}

const slopeCases: Case<NormAttrs>[] = [
  { name: 'plain', inputs: [{ shape: [2, 3, 5, 7] }], attrs: { eps: 1e-5, slope: 1 } },
  {
    name: 'channel',
    inputs: [{ shape: [2, 3, 5, 7] }, { shape: [3] }, { shape: [3] }],
    attrs: { eps: 1e-5, slope: 1 },
  },
  {
    name: 'channel lrelu',
    inputs: [{ shape: [1, 9, 4, 6], make: offset }, { shape: [9] }, { shape: [9], make: (u) => u + 5 * Math.sign(u) }],
    attrs: { eps: 1e-5, slope: 0.2 },
  },
  {
    name: 'element',
    inputs: [{ shape: [1, 4, 6, 5] }, { shape: [1, 4, 6, 5] }, { shape: [1, 4, 6, 5] }],
    attrs: { eps: 1e-5, slope: 1 },
  },
  {
    name: 'large',
    inputs: [{ shape: [1, 2, 33, 31], make: offset }, { shape: [2] }, { shape: [2] }],
    attrs: { eps: 1e-5, slope: 1 },
  },
  { name: 'quads', inputs: [{ shape: [2, 9, 4, 6], make: offset }], attrs: { eps: 1e-5, slope: 1 } },
  {
    name: 'quads of two samples',
    inputs: [{ shape: [2, 5, 6, 6], make: offset }, { shape: [5] }, { shape: [5], make: (u) => u + 5 * Math.sign(u) }],
    attrs: { eps: 1e-5, slope: 0.2 },
  },
  {
    name: 'quads, large',
    inputs: [{ shape: [1, 2, 34, 30], make: offset }, { shape: [2] }, { shape: [2] }],
    attrs: { eps: 1e-5, slope: 1 },
  },
  {
    name: 'odd element',
    inputs: [{ shape: [2, 3, 3, 5] }, { shape: [2, 3, 3, 5] }, { shape: [2, 3, 3, 5] }],
    attrs: { eps: 1e-5, slope: 1 },
  },
];
/** With a residual: the same and odd planes, with and without affine. */
const skipCases = slopeCases
  .filter(({ name }) => ['plain', 'quads', 'channel', 'quads of two samples'].includes(name))
  .map(
    (c): Case<NormAttrs> => ({
      ...c,
      name: `${c.name}, skip`,
      inputs: [...c.inputs, { shape: c.inputs[0].shape }],
      attrs: { ...c.attrs, skip: true },
    }),
  );

/** [x [N,C,H,W], gamma and beta ([C] or x's shape, may be missing), skip (x's shape)] -> y; saves (mean, rstd). */
export const normalizeOp: Op<NormAttrs> = op<NormAttrs>({
  name: 'normalize',
  shape: (shapes, attrs) => {
    const { x, gamma, beta, skip } = parts(shapes, attrs);
    if (x.length !== 4) shapeError('normalize', `four axes are expected, not [${x}]`);
    if (skip && !sameShape(skip, x)) shapeError('normalize', `a residual [${skip}] for [${x}]`);
    modeOf(x, gamma, beta);
    return x;
  },
  forward: (session, inputs, y, attrs) => {
    const { x, gamma, beta, skip } = parts(inputs, attrs);
    const [n, c, h, w] = x.shape;
    const quads = (h * w) % 4 === 0;
    const stats = session.temporary([n * c, 2], 'normalize.stats');
    const { constants, groups } = lanes(session, quads, quads ? c : n * c, h * w);
    const AFFINE = modeOf(x.shape, gamma?.shape, beta?.shape);
    const read = { x, gamma: gamma ?? x, beta: beta ?? x, skip: skip ?? x };
    const params = { c, length: quads ? (h * w) / 4 : h * w, eps: attrs.eps, slope: attrs.slope };
    if (quads)
      session.run(forwardQuads, {
        read,
        write: { y, stats },
        params,
        constants: { ...constants, AFFINE, SKIP: skip ? 1 : 0 },
        groups: [groups[0], 1, n],
      });
    else
      session.run(forwardKernel, {
        read,
        write: { y, stats },
        params: { planes: n * c, ...params },
        constants: { WG: constants.WG, AFFINE, SKIP: skip ? 1 : 0 },
        groups,
      });
    return [stats];
  },
  backward: (context, dy) => {
    const own = context.twice ? composed(context, dy) : fused(context, dy);
    return context.attrs.skip ? [...own, dy] : own;
  },
  samplewise: (shapes) => shapes.map((s) => s.length === 4),
  reference: (inputs, attrs) => {
    const { x, gamma, beta, skip } = parts(inputs, attrs);
    const [, c, h, w] = x.shape;
    const plane = h * w;
    const mode = modeOf(x.shape, gamma?.shape, beta?.shape);
    const stats = planeStats(x, attrs.eps);
    return ref(x.shape, (i) => {
      const p = Math.floor(i / plane);
      const at = mode === 1 ? p % c : i;
      const v = (x.data[i] - stats[p][0]) * stats[p][1];
      const z = mode ? gamma!.data[at] * v + beta!.data[at] : v;
      return (z > 0 ? z : attrs.slope * z) + (skip ? skip.data[i] : 0);
    });
  },
  terms: ([x]) => x[2] * x[3],
  cases: [...slopeCases, ...skipCases],
});
function offset(u: number): number {
  return u * 2 + 3;
}

function planeStats(x: Ref, eps: number): [number, number][] {
  const [n, c, h, w] = x.shape;
  return Array.from({ length: n * c }, (_, p) => {
    const part = x.data.subarray(p * h * w, (p + 1) * h * w);
    const m = part.reduce((a, v) => a + v, 0) / part.length;
    const v = part.reduce((a, t) => a + (t - m) ** 2, 0) / part.length;
    return [m, 1 / Math.sqrt(v + eps)];
  });
}

function fused({ x: inputs, aux: [stats], attrs }: BackwardContext<NormAttrs>, dy: Tensor): (Tensor | undefined)[] {
  const { x, gamma, beta } = parts(inputs, attrs);
  const { session } = x;
  const [n, c, h, w] = x.shape;
  const mode = modeOf(x.shape, gamma?.shape, beta?.shape);
  const quads = (h * w) % 4 === 0;
  const small: Shape = mode === 2 ? x.shape : mode === 1 ? [c] : [1];
  const [dx, dgamma, dbeta] = [x.shape, small, small].map((s, i) =>
    session.temporary(s, `normalize.${['dx', 'dgamma', 'dbeta'][i]}`),
  );
  const [units, samples] = mode === 1 ? [c, n] : [n * c, 1];
  const { constants, groups } = lanes(session, quads, units, h * w);
  const run = { read: { x, dy, stats, gamma: gamma ?? x, beta: beta ?? x }, write: { dx, dgamma, dbeta }, groups };
  const params = { units, samples, length: quads ? (h * w) / 4 : h * w, slope: attrs.slope };
  if (quads)
    session.run(mode === 2 ? backwardElement : backwardQuads, {
      ...run,
      params,
      constants: { ...constants, AFFINE: mode },
    });
  else session.run(backwardKernel, { ...run, params, constants: { WG: constants.WG, AFFINE: mode } });
  return mode === 0 ? [dx] : [dx, dgamma, dbeta];
}

/** The same rule from taped ops, for gradients of gradients. */
function composed({ x: inputs, attrs }: BackwardContext<NormAttrs>, dy: Tensor): (Tensor | undefined)[] {
  const { x, gamma, beta } = parts(inputs, attrs);
  const { eps, slope } = attrs;
  const space = { axes: [2, 3] };
  const centered = sub(x, mean([x], space));
  const rstd = reciprocal(sqrt(affine(mean([square(centered)], space), 1, eps)));
  const h = mul(centered, rstd);
  const wide = (t: Tensor): Tensor => (t.shape.length === 1 ? reshape([t], { shape: [1, t.shape[0], 1, 1] }) : t);
  const z = gamma && beta ? add(mul(h, wide(gamma)), wide(beta)) : h;
  const e = slope === 1 ? dy : leakyGate(dy, z, slope);
  const ge = gamma ? mul(e, wide(gamma)) : e;
  const dx = mul(rstd, sub(sub(ge, mean([ge], space)), mul(h, mean([mul(ge, h)], space))));
  if (!gamma || !beta) return [dx];
  const back = (t: Tensor, like: Tensor): Tensor => reshape([sumTo(t, wide(like).shape)], { shape: like.shape });
  return [dx, back(mul(e, h), gamma), back(e, beta)];
}

/** What `normalize` may be told: eps 1e-5 and no activation if left out. */
export interface NormOptions {
  eps?: number;
  slope?: number;
  /** A residual of x's shape, added last. */
  skip?: Tensor;
}
/**
 * Instance normalization with optional affine, LeakyReLU and residual; see the file's head. Returns the output and
 * (mean, rstd) per plane [N*C,2].
 */
export function normalize(
  x: Tensor,
  gamma?: Tensor | null,
  beta?: Tensor | null,
  { eps = 1e-5, slope = 1, skip }: NormOptions = {},
): { y: Tensor; stats: Tensor } {
  const inputs = [x, ...(gamma && beta ? [gamma, beta] : []), ...(skip ? [skip] : [])];
  const { out, aux } = normalizeOp.full(inputs, { eps, slope, ...(skip ? { skip: true } : {}) });
  return { y: out, stats: aux[0] };
}
