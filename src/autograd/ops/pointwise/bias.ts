/**
 * A bias per channel with what follows it, for convolutions that are not normalized: LeakyReLU, or a residual. One
 * launch each way, the bias's gradient included.
 */
import backwardKernel from '../../../shaders/pointwise/biasBackward.wgsl';
import forwardKernel from '../../../shaders/pointwise/biasForward.wgsl';
import { planeLanes } from '../../kernels/planes.ts';
import { type BackwardContext, imageShape, type Op, op, ref, shapeError } from '../../op.ts';
import { sameShape, type Tensor } from '../../tensor.ts';
import { reshape } from '../copy/reshape.ts';
import { sum } from '../reduce/sum.ts';
import { add, leakyGate, leakyRelu } from './pointwise.ts';

/** slope of the LeakyReLU, at least 0; 1 for none. */
interface Attrs {
  slope: number;
}
const wholeQuads = (h: number, w: number): boolean => (h * w) % 4 === 0;

/**
 * x [N,C,H,W] with H W a multiple of 4, bias [C] -> lrelu(x + bias); with skip [N,C,H,W] and slope 1: x + bias + skip.
 */
export const biasOp: Op<Attrs> = op<Attrs>({
  name: 'bias',
  shape: ([x, b, skip], { slope }) => {
    const [, c, h, w] = imageShape('bias', x);
    if (!sameShape(b, [c])) shapeError('bias', `[${b}] for ${c} channels`);
    if (!wholeQuads(h, w)) shapeError('bias', `planes of [${x}] are no whole vec4`);
    if (skip && (slope !== 1 || !sameShape(skip, x)))
      shapeError('bias', `a residual [${skip}] for [${x}], with slope ${slope}`);
    if (slope < 0) shapeError('bias', `slope ${slope} is below 0`);
    return x;
  },
  forward: (session, [x, bias, skip], y, { slope }) => {
    const [n, c, h, w] = x.shape;
    session.run(forwardKernel, {
      read: { x, bias, skip: skip ?? x },
      write: { y },
      params: { planes: n * c, c, length: (h * w) / 4, slope },
      constants: { SKIP: skip ? 1 : 0 },
      groups: [Math.ceil((h * w) / 256), Math.min(n * c, 32768), Math.ceil((n * c) / 32768)],
    });
  },
  backward: (context, dy) => {
    const {
      x: [x, bias, skip],
      attrs: { slope },
      needs,
      twice,
    } = context;
    if (slope !== 1 && !twice) return fused(context, dy);
    const dx = slope === 1 ? dy : leakyGate(dy, add(x, reshape([bias], { shape: [1, bias.size, 1, 1] })), slope);
    const dbias = needs[1] ? reshape([sum([dx], { axes: [0, 2, 3] })], { shape: bias.shape }) : undefined;
    return skip ? [dx, dbias, dy] : [dx, dbias];
  },
  samplewise: () => [true, false, true],
  reference: ([x, bias, skip], { slope }) => {
    const [, c, h, w] = x.shape;
    return ref(x.shape, (i) => {
      const z = x.data[i] + bias.data[Math.floor(i / (h * w)) % c];
      return (z > 0 ? z : slope * z) + (skip ? skip.data[i] : 0);
    });
  },
  terms: () => 3,
  cases: [
    {
      name: 'lrelu',
      inputs: [{ shape: [2, 5, 4, 7] }, { shape: [5], make: (u) => u + 1.5 * Math.sign(u) }],
      attrs: { slope: 0.2 },
    },
    {
      name: 'relu',
      inputs: [{ shape: [1, 9, 6, 6] }, { shape: [9], make: (u) => u + 1.5 * Math.sign(u) }],
      attrs: { slope: 0 },
    },
    { name: 'plain', inputs: [{ shape: [2, 3, 2, 6] }, { shape: [3] }], attrs: { slope: 1 } },
    {
      name: 'residual',
      inputs: [{ shape: [2, 3, 2, 6] }, { shape: [3] }, { shape: [2, 3, 2, 6] }],
      attrs: { slope: 1 },
    },
    {
      name: 'large',
      inputs: [{ shape: [1, 2, 33, 36] }, { shape: [2], make: (u) => u + 1.5 * Math.sign(u) }],
      attrs: { slope: 0.2 },
    },
  ],
});

function fused({ x: [x, bias], y, attrs: { slope } }: BackwardContext<Attrs>, dy: Tensor): Tensor[] {
  const { session } = x;
  const [n, c, h, w] = x.shape;
  const dx = session.temporary(x.shape, 'bias.dx');
  const dbias = session.temporary(bias.shape, 'bias.dbias');
  const { constants, groups } = planeLanes(session, c, (h * w) / 4);
  session.run(backwardKernel, {
    read: { y, dy },
    write: { dx, dbias },
    params: { c, samples: n, length: (h * w) / 4, slope },
    constants,
    groups,
  });
  return [dx, dbias];
}

/** lrelu(x + bias), or x + bias + skip. x [N,C,H,W], bias [C]. */
export function addBias(x: Tensor, bias: Tensor, { slope = 1, skip }: { slope?: number; skip?: Tensor } = {}): Tensor {
  if (wholeQuads(x.shape[2], x.shape[3])) return biasOp(skip ? [x, bias, skip] : [x, bias], { slope });
  const z = add(x, reshape([bias], { shape: [1, bias.size, 1, 1] }));
  return skip ? add(z, skip) : slope === 1 ? z : leakyRelu(z, slope);
}
