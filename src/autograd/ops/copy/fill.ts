/** The two things the tape itself needs: a constant tensor, and addition. */
import fillKernel from '../../../shaders/copy/fill.wgsl';
import { grid } from '../../op.ts';
import type { Session, Shape, Tensor } from '../../tensor.ts';

export { add } from '../pointwise/pointwise.ts';

/** A step tensor with every element `value`. */
export function fill(session: Session, shape: Shape, value: number): Tensor {
  const y = session.temporary(shape, 'fill');
  const n4 = Math.ceil(y.size / 4);
  session.run(fillKernel, { read: {}, write: { y }, params: { n4, value }, groups: grid(n4, 64) });
  return y;
}
