/** The same values under another shape: no launch, only a node on the tape. */
import { type Op, type OpSpec, ref, shapeError, taped } from '../../op.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';

interface Attrs {
  shape: Shape;
}
const spec: OpSpec<Attrs> = {
  name: 'reshape',
  shape: ([s], { shape }) =>
    sizeOf(s) === sizeOf(shape) ? shape : shapeError('reshape', `[${s}] has not the size of [${shape}]`),
  forward: () => {
    throw new Error('reshape launches nothing');
  },
  backward: ({ x: [x] }, dy) => [reshape([dy], { shape: x.shape })],
  reference: ([x], { shape }) => ref(shape, (i) => x.data[i]),
  cases: [{ name: '2x3x4 to 6x4', inputs: [{ shape: [2, 3, 4] }], attrs: { shape: [6, 4] } }],
};

// Not made by op(), because its output shares its input's storage.
const full = (x: readonly Tensor[], attrs: Attrs): { out: Tensor; aux: readonly Tensor[] } =>
  taped(spec, x, x[0].view(spec.shape([x[0].shape], attrs)), [], attrs);
/** [x] -> the same values under `shape`, which has as many. */
export const reshape: Op<Attrs> = Object.assign((x: readonly Tensor[], attrs: Attrs) => full(x, attrs).out, {
  spec,
  full,
});
