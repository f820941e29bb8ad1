/** Constant tensors of a step. No op: nothing flows back. */

import { grid } from '../../engine/grid.ts';
import fillKernel from '../../shaders/copy/fill.wgsl';
import type { OpSession, Shape, Tensor } from '../tensor.ts';

/** A step tensor of any shape with every element `value` (f32). */
export function fill(session: OpSession, shape: Shape, value: number): Tensor {
  const y = session.temporary(shape, 'fill');
  const n4 = Math.ceil(y.size / 4);
  session.run(fillKernel, { read: {}, write: { y }, params: { n4, value }, groups: grid(n4, 64) });
  return y;
}
