/**
 * Convolution and its two gradients as three ops that close on each other, so gradients have gradients: conv2d (y from
 * x, w), convInput (x-shaped, from y-shaped and w: the transposed convolution), convWeight (w-shaped). x [N,Ci,H,W], w
 * [Co,Ci,Kh,Kw], y [N,Co,Ho,Wo]; families.ts lists the kernels.
 */

import { runPlan } from '../../kernels/run.ts';
import { type Op, op, shapeError } from '../../op.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { reshape } from '../copy/reshape.ts';
import { sum } from '../reduce/sum.ts';
import { convCases, inputCases, weightCases } from './cases.ts';
import { backwardDataFamily, backwardWeightFamily, forwardFamily } from './families.ts';
import { forwardReference, inputReference, magnitudeBy, weightReference } from './reference.ts';
import { type ConvAttrs, geometry, type InputAttrs, type WeightAttrs } from './shape.ts';

/** [x [N,Ci,H,W], w [Co,Ci,Kh,Kw], bias [Co] (may be missing)] -> y [N,Co,Ho,Wo], a cross-correlation. */
export const conv2dOp: Op<ConvAttrs> = op<ConvAttrs>({
  name: 'conv2d',
  shape: ([x, w, b], a) => {
    const g = geometry('conv2d', x, w, a);
    if (b && (b.length !== 1 || b[0] !== g.co)) shapeError('conv2d', `bias [${b}] for ${g.co} channels`);
    return [g.n, g.co, g.ho, g.wo];
  },
  forward: (session, [x, w, bias], y, a) => {
    const shape = { ...geometry('conv2d', x.shape, w.shape, a), bias: bias !== undefined };
    runPlan(session, session.choices.plan(forwardFamily, shape), { x, w, y, bias });
  },
  backward: ({ x: [x, w, bias], attrs, needs }, dy) => [
    needs[0] ? convInput([dy, w], { ...attrs, h: x.shape[2], w: x.shape[3] }) : undefined,
    needs[1] ? convWeight([x, dy], { ...attrs, kh: w.shape[2], kw: w.shape[3] }) : undefined,
    bias && needs[2] ? reshape([sum([dy], { axes: [0, 2, 3] })], { shape: bias.shape }) : undefined,
  ],
  samplewise: () => [true, false, false],
  reference: (inputs, a) => forwardReference(inputs, a),
  terms: ([, w]) => w[1] * w[2] * w[3] + 1,
  magnitude: magnitudeBy(forwardReference),
  cases: convCases,
});

/** [dy [N,Co,Ho,Wo], w [Co,Ci,Kh,Kw], bias [Ci] (may be missing)] -> dx [N,Ci,h,w]: the transposed convolution. */
export const convInput: Op<InputAttrs> = op<InputAttrs>({
  name: 'convInput',
  shape: ([dy, w, b], a) => {
    const x: Shape = [dy[0], w[1], a.h, a.w];
    const g = geometry('convInput', x, w, a);
    if (dy[1] !== g.co || dy[2] !== g.ho || dy[3] !== g.wo)
      shapeError('convInput', `[${dy}] given, [${[g.n, g.co, g.ho, g.wo]}] expected`);
    if (b && (b.length !== 1 || b[0] !== g.ci)) shapeError('convInput', `bias [${b}] for ${g.ci} channels`);
    return x;
  },
  forward: (session, [dy, w, bias], dx, a) => {
    const shape = { ...geometry('convInput', dx.shape, w.shape, a), bias: bias !== undefined };
    runPlan(session, session.choices.plan(backwardDataFamily, shape), { dy, w, dx, bias });
  },
  backward: ({ x: [dy, w, bias], attrs: { h: _h, w: _w, ...a }, needs }, g) => [
    needs[0] ? conv2dOp([g, w], a) : undefined,
    needs[1] ? convWeight([g, dy], { ...a, kh: w.shape[2], kw: w.shape[3] }) : undefined,
    bias && needs[2] ? reshape([sum([g], { axes: [0, 2, 3] })], { shape: bias.shape }) : undefined,
  ],
  samplewise: () => [true, false, false],
  reference: (inputs, a) => inputReference(inputs, a),
  terms: ([, w]) => w[0] * w[2] * w[3] + 1,
  magnitude: magnitudeBy(inputReference),
  cases: inputCases,
});

/** [x [N,Ci,H,W], dy [N,Co,Ho,Wo]] -> dw [Co,Ci,kh,kw]. */
export const convWeight: Op<WeightAttrs> = op<WeightAttrs>({
  name: 'convWeight',
  shape: ([x, dy], a) => {
    const w: Shape = [dy[1], x[1], a.kh, a.kw];
    const g = geometry('convWeight', x, w, a);
    if (dy[0] !== g.n || dy[2] !== g.ho || dy[3] !== g.wo)
      shapeError('convWeight', `[${dy}] given, [${[g.n, g.co, g.ho, g.wo]}] expected`);
    return w;
  },
  forward: (session, [x, dy], dw, a) => {
    const shape = geometry('convWeight', x.shape, dw.shape, a);
    runPlan(session, session.choices.plan(backwardWeightFamily, shape), { x, dy, dw });
  },
  backward: ({ x: [x, dy], attrs: { kh: _kh, kw: _kw, ...a }, needs }, g) => [
    needs[0] ? convInput([dy, g], { ...a, h: x.shape[2], w: x.shape[3] }) : undefined,
    needs[1] ? conv2dOp([x, g], a) : undefined,
  ],
  reference: (inputs, a) => weightReference(inputs, a),
  terms: ([, dy]) => dy[0] * dy[2] * dy[3],
  magnitude: magnitudeBy(weightReference),
  cases: weightCases,
});

const full = (a: Partial<ConvAttrs>): ConvAttrs => ({ stride: 1, dilation: 1, pad: 0, padMode: 'zero', ...a });

/** y = w * x + bias (cross-correlation). x [N,Ci,H,W], w [Co,Ci,Kh,Kw], bias [Co] -> [N,Co,Ho,Wo]. */
export const conv2d = (x: Tensor, w: Tensor, bias?: Tensor | null, attrs: Partial<ConvAttrs> = {}): Tensor =>
  conv2dOp(bias ? [x, w, bias] : [x, w], full(attrs));

/** Transposed convolution. x [N,Ci,H,W], w [Ci,Co,Kh,Kw], bias [Co] -> [N,Co,(H-1)*stride-2*pad+Kh,...]. */
export const convTranspose2d = (
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  attrs: { stride: number; pad: number },
): Tensor => {
  const size = (n: number, k: number): number => (n - 1) * attrs.stride - 2 * attrs.pad + k;
  return convInput(bias ? [x, w, bias] : [x, w], {
    ...full(attrs),
    h: size(x.shape[2], w.shape[2]),
    w: size(x.shape[3], w.shape[3]),
  });
};
