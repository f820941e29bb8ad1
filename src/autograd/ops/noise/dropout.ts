/** Dropout with a mask that is computed, not stored (see noise.ts for the counter). */

import { grid } from '../../../engine/grid.ts';
import kernel from '../../../shaders/noise/dropout.wgsl';
import { type Op, op, ref } from '../../op.ts';
import type { Tensor } from '../../tensor.ts';
import { checkCounter, counterInput, drawAt } from './noise.ts';

/** p: the probability of dropping, in [0, 1]. stream: a number of its own for each dropout of a program. */
interface Attrs {
  p: number;
  stream: number;
}
const keptScale = (p: number): number => (p < 1 ? 1 / (1 - p) : 0);

/** [x, counter] -> x / (1 - p) where the element's random number is p or more, else 0. Linear and its own gradient. */
export const dropoutOp: Op<Attrs> = op<Attrs>({
  name: 'dropout',
  shape: ([s, counter], { p }) => {
    checkCounter('dropout', counter);
    if (!(p >= 0 && p <= 1)) throw new RangeError(`dropout: p = ${p} is no probability`);
    return s;
  },
  forward: (session, [x, counter], y, { p, stream }) => {
    const n4 = Math.ceil(x.size / 4);
    session.run(kernel, {
      read: { x, counter },
      write: { y },
      params: { n4, stream, p, scale: keptScale(p) },
      groups: grid(n4, 256),
    });
  },
  backward: ({ x: [, counter], attrs }, dy) => [dropoutOp([dy, counter], attrs), null],
  reference: ([x, counter], { p, stream }) =>
    ref(x.shape, (i) => (drawAt(counter, stream, i) >= Math.fround(p) ? x.data[i] * keptScale(p) : 0)),
  cases: [
    { name: 'half', inputs: [{ shape: [2, 3, 5, 7] }, counterInput(3, 9)], attrs: { p: 0.5, stream: 2 } },
    { name: 'a tenth', inputs: [{ shape: [3, 350] }, counterInput(4000000000, 100000)], attrs: { p: 0.1, stream: 77 } },
    { name: 'none', inputs: [{ shape: [5] }, counterInput(1, 1)], attrs: { p: 0, stream: 0 } },
    { name: 'all', inputs: [{ shape: [6] }, counterInput(1, 1)], attrs: { p: 1, stream: 0 } },
  ],
});

/** x with a share p of its elements set to 0 and the rest scaled so that the mean stays. */
export const dropout = (x: Tensor, counter: Tensor, p: number, stream: number): Tensor =>
  p === 0 ? x : dropoutOp([x, counter], { p, stream });
