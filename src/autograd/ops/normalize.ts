/**
 * Normalisation over space with an optional affine and LeakyReLU behind it, in one launch each way:
 *   y = lrelu(gamma * (x - mean) / sqrt(var + eps) + beta), mean and biased variance of each [H,W] plane.
 * Instance normalisation (Ulyanov et al. 2016); with N = 1 also batch normalisation in training; with gamma and beta of
 * x's own shape, the SFT modulation of the paper (per-element affine).
 */
import backwardKernel from '../../shaders/norm.backward.wgsl';
import forwardKernel from '../../shaders/norm.forward.wgsl';
import { op, ref, shapeError, type Op, type Ref } from '../op.ts';
import type { Context } from '../tape.ts';
import { sameShape, type Shape, type Tensor } from '../tensor.ts';
import { add, affine, leakyGate, mul, reciprocal, sqrt, square, sub } from './pointwise.ts';
import { mean, sum, sumTo } from './reduce.ts';
import { reshape } from './reshape.ts';

export interface NormAttrs { eps: number; /** LeakyReLU slope; 1 for none. */ slope: number }

type Mode = 0 | 1 | 2;
/** How gamma and beta lie over x: absent, per channel [C], per element. */
function modeOf(x: Shape, gamma?: Shape, beta?: Shape): Mode {
  if (!gamma) return 0;
  if (!beta || !sameShape(gamma, beta)) shapeError('normalize', `gamma [${gamma}] and beta [${beta ?? 'none'}] differ`);
  if (gamma.length === 1 && gamma[0] === x[1]) return 1;
  if (sameShape(gamma, x)) return 2;
  return shapeError('normalize', `gamma [${gamma}] fits neither the channels nor the elements of [${x}]`);
}

/** Invocations per workgroup: few planes should still spread over a CPU's cores. */
const groupSize = (planes: number, software: boolean): number => (software ? 8 : Math.min(64, Math.max(8, planes)));

export const normalizeOp: Op<NormAttrs> = op<NormAttrs>({
  name: 'normalize',
  shape: ([x, g, b]) => {
    if (x.length !== 4) shapeError('normalize', `four axes are expected, not [${x}]`);
    modeOf(x, g, b);
    return x;
  },
  forward: (session, [x, gamma, beta], y, { eps, slope }) => {
    const [n, c, h, w] = x.shape;
    const stats = session.temporary([n * c, 2], 'normalize.stats');
    const WG = groupSize(n * c, session.device.info.software);
    session.run(forwardKernel, {
      read: { x, gamma: gamma ?? x, beta: beta ?? x }, write: { y, stats },
      params: { planes: n * c, c, length: h * w, eps, slope }, constants: { AFFINE: modeOf(x.shape, gamma?.shape, beta?.shape), WG },
      groups: [Math.ceil(n * c / WG)],
    });
    return [stats];
  },
  backward: (context, dy) => (context.twice ? composed(context, dy) : fused(context, dy)),
  reference: ([x, gamma, beta], { eps, slope }) => {
    const [, c, h, w] = x.shape;
    const plane = h * w;
    const mode = modeOf(x.shape, gamma?.shape, beta?.shape);
    const stats = planeStats(x, eps);
    return ref(x.shape, (i) => {
      const p = Math.floor(i / plane);
      const at = mode === 1 ? p % c : i;
      const v = (x.data[i] - stats[p][0]) * stats[p][1];
      const z = mode ? gamma.data[at] * v + beta.data[at] : v;
      return z > 0 ? z : slope * z;
    });
  },
  terms: ([x]) => x[2] * x[3],
  cases: [
    { name: 'plain', inputs: [{ shape: [2, 3, 5, 7] }], attrs: { eps: 1e-5, slope: 1 } },
    { name: 'channel', inputs: [{ shape: [2, 3, 5, 7] }, { shape: [3] }, { shape: [3] }], attrs: { eps: 1e-5, slope: 1 } },
    { name: 'channel lrelu', inputs: [{ shape: [1, 9, 4, 6], make: offset }, { shape: [9] }, { shape: [9], make: (u) => u + 5 * Math.sign(u) }], attrs: { eps: 1e-5, slope: 0.2 } },
    { name: 'element', inputs: [{ shape: [1, 4, 6, 5] }, { shape: [1, 4, 6, 5] }, { shape: [1, 4, 6, 5] }], attrs: { eps: 1e-5, slope: 1 } },
    { name: 'large', inputs: [{ shape: [1, 2, 33, 31], make: offset }, { shape: [2] }, { shape: [2] }], attrs: { eps: 1e-5, slope: 1 } },
  ],
});
function offset(u: number): number { return u * 2 + 3; }

function planeStats(x: Ref, eps: number): [number, number][] {
  const [n, c, h, w] = x.shape;
  return Array.from({ length: n * c }, (_, p) => {
    const part = x.data.subarray(p * h * w, (p + 1) * h * w);
    const m = part.reduce((a, v) => a + v, 0) / part.length;
    const v = part.reduce((a, t) => a + (t - m) ** 2, 0) / part.length;
    return [m, 1 / Math.sqrt(v + eps)];
  });
}

function fused({ x: [x, gamma, beta], aux: [stats], attrs: { slope } }: Context<NormAttrs>, dy: Tensor): (Tensor | undefined)[] {
  const session = x.session;
  const [n, c, h, w] = x.shape;
  const mode = modeOf(x.shape, gamma?.shape, beta?.shape);
  const dx = session.temporary(x.shape, 'normalize.dx');
  const small: Shape = mode === 2 ? x.shape : [n, c, 1, 1];
  const dgamma = session.temporary(small, 'normalize.dgamma');
  const dbeta = session.temporary(small, 'normalize.dbeta');
  const WG = groupSize(n * c, session.device.info.software);
  session.run(backwardKernel, {
    read: { x, dy, stats, gamma: gamma ?? x, beta: beta ?? x }, write: { dx, dgamma, dbeta },
    params: { planes: n * c, c, length: h * w, slope }, constants: { AFFINE: mode, WG }, groups: [Math.ceil(n * c / WG)],
  });
  if (mode === 0) return [dx];
  if (mode === 2) return [dx, dgamma, dbeta];
  const perChannel = (t: Tensor): Tensor => (n === 1 ? t.view([c]) : reshape([sum([t], { axes: [0] })], { shape: [c] }));
  return [dx, perChannel(dgamma), perChannel(dbeta)];
}

/** The same rule from taped ops, for gradients of gradients. */
function composed({ x: [x, gamma, beta], attrs: { eps, slope } }: Context<NormAttrs>, dy: Tensor): (Tensor | undefined)[] {
  const space = { axes: [2, 3] };
  const centred = sub(x, mean([x], space));
  const rstd = reciprocal(sqrt(affine(mean([square(centred)], space), 1, eps)));
  const h = mul(centred, rstd);
  const wide = (t: Tensor): Tensor => (t.shape.length === 1 ? reshape([t], { shape: [1, t.shape[0], 1, 1] }) : t);
  const z = gamma ? add(mul(h, wide(gamma)), wide(beta)) : h;
  const e = slope === 1 ? dy : leakyGate(dy, z, slope);
  const ge = gamma ? mul(e, wide(gamma)) : e;
  const dx = mul(rstd, sub(sub(ge, mean([ge], space)), mul(h, mean([mul(ge, h)], space))));
  if (!gamma) return [dx];
  const back = (t: Tensor, like: Tensor): Tensor => reshape([sumTo(t, wide(like).shape)], { shape: like.shape });
  return [dx, back(mul(e, h), gamma), back(e, beta)];
}

export interface NormOptions { eps?: number; slope?: number }
/** Instance normalisation with optional affine and LeakyReLU; see the file's head. Returns the output and (mean, rstd) per plane [N*C,2]. */
export function normalize(x: Tensor, gamma?: Tensor | null, beta?: Tensor | null, { eps = 1e-5, slope = 1 }: NormOptions = {}): { y: Tensor; stats: Tensor } {
  const { out, aux } = normalizeOp.full(gamma && beta ? [x, gamma, beta] : [x], { eps, slope });
  return { y: out, stats: aux[0] };
}
