/**
 * Softmax cross-entropy of a label map, fused; PyTorch's cross_entropy with weight, ignore_index and reduction 'mean'.
 */
import backwardKernel from '../../../shaders/loss/crossEntropy/backward.wgsl';
import forwardKernel from '../../../shaders/loss/crossEntropy/forward.wgsl';
import meanKernel from '../../../shaders/loss/crossEntropy/mean.wgsl';
import { type CaseInput, imageShape, type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import { sameShape, type Tensor } from '../../tensor.ts';
import { sampleGroups } from '../labels/labels.ts';
import { sum } from '../reduce/sum.ts';

/** ignore: the label that does not count; -1 for none. Labels of K or more never count. */
interface Attrs {
  ignore: number;
}

/** Visits the pixels that count: weight, label, and the pixel's K logits. */
function counted(
  [logits, labels, weights]: readonly Ref[],
  ignore: number,
  visit: (weight: number, label: number, x: number[]) => void,
): void {
  const [n, k, h, w] = logits.shape;
  for (let i = 0; i < n * h * w; i++) {
    const label = labels.data[i];
    if (label === ignore || label >= k) continue;
    const base = Math.floor(i / (h * w)) * k * h * w + (i % (h * w));
    visit(
      weights ? weights.data[label] : 1,
      label,
      Array.from({ length: k }, (_, c) => logits.data[base + c * h * w]),
    );
  }
}
function meanOf(x: readonly Ref[], ignore: number, term: (label: number, x: number[]) => number): Ref {
  let above = 0;
  let below = 0;
  counted(x, ignore, (weight, label, values) => {
    above += weight * term(label, values);
    below += weight;
  });
  return ref([1], () => (below > 0 ? above / below : 0));
}
const labelInput = (n: number, h: number, w: number, k: number): CaseInput => ({
  shape: [n, h, w],
  dtype: 'u32',
  make: (u) => Math.floor(((u + 1) / 2) * k),
});
const weightInput = (k: number): CaseInput => ({ shape: [k], make: (u) => u + 1.5 });
const times =
  (scale: number) =>
  (u: number): number =>
    u * scale;

/**
 * [logits [N,K,H,W], labels u32 [N,H,W], weights [K] (may be missing)] -> [1]: sum_p weight[label_p] * (logsumexp_k
 * x_kp - x_label,p) / sum_p weight[label_p], over the pixels that count. Where none does the loss is 0 (PyTorch: NaN,
 * which would end a training). Gradient towards the logits only, and only once.
 */
export const crossEntropyOp: Op<Attrs> = op<Attrs>({
  name: 'crossEntropy',
  shape: ([logits, labels, weights]) => {
    const [n, k, h, w] = imageShape('crossEntropy', logits);
    if (!sameShape(labels, [n, h, w])) shapeError('crossEntropy', `labels [${labels}] do not fit logits [${logits}]`);
    if (weights && !sameShape(weights, [k])) shapeError('crossEntropy', `weights [${weights}] for ${k} classes`);
    return [1];
  },
  forward: (session, [logits, labels, weights], mean, { ignore }) => {
    const [n, k, h, w] = logits.shape;
    const lse = session.temporary([n, h, w], 'crossEntropy.lse');
    const terms = session.temporary([2, n * h * w], 'crossEntropy.terms');
    session.run(forwardKernel, {
      read: { logits, labels, weights: weights ?? logits },
      write: { lse, terms },
      constants: { WEIGHTED: weights ? 1 : 0 },
      params: { n, k, size: h * w, ignore: ignore >>> 0 },
      groups: sampleGroups(h * w, n),
    });
    const sums = sum([terms], { axes: [1] });
    session.run(meanKernel, { read: { sums }, write: { mean }, groups: [1] });
    return [lse, sums];
  },
  backward: ({ x: [logits, labels, weights], aux: [lse, sums], attrs, twice }, dy) => {
    if (twice)
      throw new Error(
        'crossEntropy: its fused gradient has no gradient; use logSoftmax for a loss that is differentiated twice',
      );
    const session = logits.session;
    const [n, k, h, w] = logits.shape;
    const dlogits = session.temporary(logits.shape, 'crossEntropy.dlogits');
    session.run(backwardKernel, {
      read: { logits, labels, weights: weights ?? logits, lse, sums, dy },
      write: { dlogits },
      constants: { WEIGHTED: weights ? 1 : 0 },
      params: { k, size: h * w, ignore: attrs.ignore >>> 0 },
      groups: sampleGroups(h * w, n),
    });
    return [dlogits, null, null];
  },
  reference: (x, { ignore }) =>
    meanOf(x, ignore, (label, values) => {
      const top = Math.max(...values);
      return top - values[label] + Math.log(values.reduce((s, v) => s + Math.exp(v - top), 0));
    }),
  terms: ([[n, k, h, w]]) => n * h * w + k + 16,
  magnitude: (x, { ignore }) =>
    meanOf(x, ignore, (_label, values) => values.length + 2 * Math.max(...values.map(Math.abs))),
  cases: [
    { name: 'plain', inputs: [{ shape: [2, 4, 3, 5] }, labelInput(2, 3, 5, 4)], attrs: { ignore: -1 }, grads: [0] },
    {
      name: 'weights',
      inputs: [{ shape: [2, 5, 3, 4], make: times(3) }, labelInput(2, 3, 4, 5), weightInput(5)],
      attrs: { ignore: -1 },
      grads: [0],
    },
    {
      name: 'ignore',
      inputs: [{ shape: [1, 3, 4, 5] }, labelInput(1, 4, 5, 3), weightInput(3)],
      attrs: { ignore: 1 },
      grads: [0],
    },
    {
      name: 'labels beyond K',
      inputs: [{ shape: [1, 3, 4, 5] }, labelInput(1, 4, 5, 5)],
      attrs: { ignore: 0 },
      grads: [0],
    },
    {
      name: 'large logits',
      inputs: [{ shape: [1, 4, 2, 3], make: times(60) }, labelInput(1, 2, 3, 4)],
      attrs: { ignore: -1 },
      grads: [0],
    },
    {
      name: 'nothing counts',
      inputs: [{ shape: [1, 2, 2, 3] }, { shape: [1, 2, 3], dtype: 'u32', make: () => 1 }],
      attrs: { ignore: 1 },
      grads: [0],
    },
  ],
});

/** Cross-entropy of a label map, as [1]. */
export const crossEntropy = (
  logits: Tensor,
  labels: Tensor,
  options: { weights?: Tensor; ignore?: number } = {},
): Tensor =>
  crossEntropyOp(options.weights ? [logits, labels, options.weights] : [logits, labels], {
    ignore: options.ignore ?? -1,
  });
