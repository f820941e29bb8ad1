/** A weighted sum of scalars: how losses are added up, in one launch each way. */
import sharesKernel from '../../../shaders/loss/weightedSum/backward.wgsl';
import kernel from '../../../shaders/loss/weightedSum/forward.wgsl';
import { type Op, op, ref, shapeError } from '../../op.ts';
import { sizeOf, type Tensor } from '../../tensor.ts';
import { scale } from '../pointwise/pointwise.ts';

interface Attrs {
  weights: readonly number[];
}
const most = 6;

const packed = (weights: readonly number[]): Record<string, number> => ({
  count: weights.length,
  ...Object.fromEntries(Array.from({ length: most }, (_, k) => [`w${k}`, weights[k] ?? 0])),
});

/** Up to six [1] -> [1]: sum of weight_k * x_k. */
export const weightedSumOp: Op<Attrs> = op<Attrs>({
  name: 'weightedSum',
  shape: (shapes, { weights }) => {
    if (shapes.length !== weights.length || shapes.length > most || shapes.some((s) => sizeOf(s) !== 1))
      shapeError(
        'weightedSum',
        `${weights.length} weights for ${shapes.length} inputs (at most ${most}), each of one value`,
      );
    return [1];
  },
  forward: (session, x, y, { weights }) => {
    const read = Object.fromEntries(Array.from({ length: most }, (_, k) => [`x${k}`, x[Math.min(k, x.length - 1)]]));
    session.run(kernel, { read, write: { y }, params: packed(weights), groups: [1] });
  },
  backward: ({ x, attrs: { weights }, needs, twice }, dy) => {
    if (twice) return weights.map((w, k) => (needs[k] ? scale(dy, w) : undefined));
    const shares = dy.session.temporary([weights.length, 64], 'total.shares');
    dy.session.run(sharesKernel, { read: { dy }, write: { y: shares }, params: packed(weights), groups: [1] });
    return x.map((t, k) => (needs[k] ? shares.range(64 * k, t.shape) : undefined));
  },
  reference: (x, { weights }) => ref([1], () => x.reduce((s, t, k) => s + weights[k] * t.data[0], 0)),
  terms: (shapes) => shapes.length,
  magnitude: (x, { weights }) => ref([1], () => x.reduce((s, t, k) => s + Math.abs(weights[k] * t.data[0]), 0)),
  cases: [
    { name: 'one', inputs: [{ shape: [1] }], attrs: { weights: [2.5] } },
    { name: 'three', inputs: [{ shape: [1] }, { shape: [1] }, { shape: [1] }], attrs: { weights: [1, -0.5, 5] } },
    { name: 'six', inputs: Array.from({ length: 6 }, () => ({ shape: [1] })), attrs: { weights: [1, 2, 3, 4, 5, 6] } },
  ],
});

/** Sum of weight * term over any number of scalars; terms of weight 0 are left out. */
export function weightedSum(terms: readonly (readonly [Tensor, number])[]): Tensor {
  const used = terms.filter(([, w]) => w !== 0);
  if (!used.length) throw new Error('total: no term has a weight');
  if (used.length === 1 && used[0][1] === 1) return used[0][0];
  const head = used.slice(0, most);
  const sum = weightedSumOp(
    head.map(([t]) => t),
    { weights: head.map(([, w]) => w) },
  );
  return used.length > most ? weightedSum([[sum, 1], ...used.slice(most)]) : sum;
}
/** Mean of scalars. */
export const meanOfTerms = (terms: readonly Tensor[]): Tensor => weightedSum(terms.map((t) => [t, 1 / terms.length]));
