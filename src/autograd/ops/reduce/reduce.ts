/** Means and maxima over any axes. */
import { reduceInto } from '../../kernels/reduce.ts';
import { op, ref } from '../../op.ts';
import { scale, stepGate, sub } from '../pointwise/pointwise.ts';
import { axesCases, expand, keptShape, reducedLength, reduceReference } from './sum.ts';

/** Mean over `axes`, which stay as axes of size 1. */
export const mean = op<{ axes: readonly number[] }>({
  name: 'mean',
  shape: ([s], { axes }) => keptShape(s, axes),
  forward: (session, [x], y, { axes }) => reduceInto(session, x, y, axes, 1 / reducedLength(x.shape, axes), false),
  backward: ({ x: [x], attrs }, dy) => [
    expand([scale(dy, 1 / reducedLength(x.shape, attrs.axes))], { shape: x.shape }),
  ],
  reference: ([x], { axes }) => {
    const y = reduceReference(x, axes, (a, b) => a + b, 0);
    return ref(y.shape, (i) => y.data[i] / reducedLength(x.shape, axes));
  },
  terms: ([s], { axes }) => reducedLength(s, axes),
  cases: axesCases,
});

/** Maximum over `axes`, which stay as axes of size 1. Its gradient goes to every position that holds the maximum. */
export const max = op<{ axes: readonly number[] }>({
  name: 'max',
  shape: ([s], { axes }) => keptShape(s, axes),
  forward: (session, [x], y, { axes }) => reduceInto(session, x, y, axes, 1, true),
  backward: ({ x: [x], y }, dy) => [stepGate(expand([dy], { shape: x.shape }), sub(x, y))],
  reference: ([x], { axes }) => reduceReference(x, axes, Math.max, -Infinity),
  // Values apart from each other: at a tie the maximum has no derivative. 1511 is prime, so none repeats.
  cases: axesCases.map((c) => ({
    ...c,
    inputs: [{ ...c.inputs[0], make: (_u: number, i: number) => ((i * 1009) % 1511) / 100 - 7 }],
  })),
});
