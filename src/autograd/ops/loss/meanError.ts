/**
 * Means of simple functions of a difference, the stuff of losses: one launch each way (two forward where there is much
 * to add).
 */

import { grid } from '../../../engine/grid.ts';
import backwardKernel from '../../../shaders/loss/meanError/backward.wgsl';
import forwardKernel from '../../../shaders/loss/meanError/forward.wgsl';
import { sumPlanes } from '../../kernels/reduce.ts';
import { type BackwardContext, type Case, type Op, op, ref, shapeError } from '../../op.ts';
import { sameShape, sizeOf, type Tensor } from '../../tensor.ts';
import { reshape } from '../copy/reshape.ts';
import { affine, mul, scale, signGate, sub } from '../pointwise/pointwise.ts';
import { expand } from '../reduce/sum.ts';

/** f of the mean: v, |v| or v^2. */
export type MeanKind = 'plain' | 'absolute' | 'square';
interface Attrs {
  kind: MeanKind;
  /** What is taken off when there is no second tensor. */
  value: number;
}
const codes: Record<MeanKind, number> = { plain: 0, absolute: 1, square: 2 };
const functions: Record<MeanKind, (v: number) => number> = {
  plain: (v) => v,
  absolute: Math.abs,
  square: (v) => v * v,
};

/** Workgroups that share the sum: one up to 32768 values, and multiples of 4 after that. */
const groupsFor = (n: number): number => (n <= 32768 ? 1 : Math.min(64, 4 * Math.ceil(n / 65536)));

/** Off the kink of |v|. */
const apart = (u: number): number => u + 2.5 * Math.sign(u || 1);
const kinds: MeanKind[] = ['plain', 'absolute', 'square'];
const cases = kinds.flatMap((kind): Case<Attrs>[] => [
  {
    name: `${kind}, pair`,
    inputs: [{ shape: [2, 3, 5, 7], make: apart }, { shape: [2, 3, 5, 7] }],
    attrs: { kind, value: 0 },
  },
  { name: `${kind} to a number`, inputs: [{ shape: [3, 130], make: apart }], attrs: { kind, value: 0.75 } },
  { name: `${kind}, one value`, inputs: [{ shape: [1], make: apart }], attrs: { kind, value: 1 } },
]);

/**
 * [a] -> mean f(a - value), [a, b] -> mean f(a - b), over all values, as [1]; f(v) = v, |v| (gradient 0 at 0) or v^2.
 */
export const meanErrorOp: Op<Attrs> = op<Attrs>({
  name: 'meanError',
  shape: ([a, b]) => {
    if (b && !sameShape(a, b)) shapeError('meanError', `[${a}] and [${b}] differ`);
    return [1];
  },
  forward: (session, [a, b], y, { kind, value }) => {
    const groups = groupsFor(a.size);
    const out = groups === 1 ? y : session.temporary([groups], 'meanError.partial');
    session.run(forwardKernel, {
      read: { a, b: b ?? a },
      write: { y: out },
      params: { n: a.size, groups, value, scale: groups === 1 ? 1 / a.size : 1 },
      constants: { KIND: codes[kind], PAIR: b ? 1 : 0 },
      groups: [groups],
    });
    if (groups > 1) sumPlanes(session, out, y, 1, 1, groups, 1 / a.size);
  },
  backward: (context, dy) => {
    const [a, b] = context.x;
    const towards = context.needs[0] || context.needs[1] ? (context.twice ? composed : fused)(context, dy) : undefined;
    return b ? [towards, context.needs[1] ? scale(towards!, -1) : undefined] : a && [towards];
  },
  reference: ([a, b], { kind, value }) => {
    const sum = a.data.reduce((s, v, i) => s + functions[kind](v - (b ? b.data[i] : value)), 0);
    return ref([1], () => sum / a.data.length);
  },
  terms: ([a]) => sizeOf(a),
  magnitude: ([a, b], { kind, value }) => {
    const sum = a.data.reduce(
      (s, v, i) => s + Math.abs(functions[kind](Math.abs(v) + Math.abs(b ? b.data[i] : value))),
      0,
    );
    return ref([1], () => sum / a.data.length);
  },
  cases: [
    ...cases,
    {
      name: 'absolute, much',
      inputs: [{ shape: [1, 1, 180, 190], make: apart }, { shape: [1, 1, 180, 190] }],
      attrs: { kind: 'absolute', value: 0 },
    },
  ],
});

function fused({ x: [a, b], attrs: { kind, value } }: BackwardContext<Attrs>, dy: Tensor): Tensor {
  const da = a.session.temporary(a.shape, 'meanError.da');
  const n4 = Math.ceil(a.size / 4);
  a.session.run(backwardKernel, {
    read: { a, b: b ?? a, dy },
    write: { da },
    params: { n4, value, scale: 1 / a.size },
    constants: { KIND: codes[kind], PAIR: b ? 1 : 0 },
    groups: grid(n4, 256),
  });
  return da;
}

/** The same from taped ops, for gradients of gradients. */
function composed({ x: [a, b], attrs: { kind, value } }: BackwardContext<Attrs>, dy: Tensor): Tensor {
  const g = expand([reshape([scale(dy, 1 / a.size)], { shape: a.shape.map(() => 1) })], { shape: a.shape });
  if (kind === 'plain') return g;
  const v = b ? sub(a, b) : affine(a, 1, -value);
  return kind === 'absolute' ? signGate(g, v) : scale(mul(g, v), 2);
}

/** Mean of all values, as a tensor of shape [1]. */
export const meanAll = (x: Tensor): Tensor => meanErrorOp([x], { kind: 'plain', value: 0 });
