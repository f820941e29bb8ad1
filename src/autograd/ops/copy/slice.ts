/** Boxes of [N,C,H,W]: cut out, or framed with zeros. The op is its own adjoint. */
import { copyStrided, denseStrides, dot, positions } from '../../kernels/strided.ts';
import { type Op, op, ref, shapeError } from '../../op.ts';
import { type Four, four } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';

/** A box cut out of [N,C,H,W], or a frame of zeros put around it: `start` may be negative and the box may overhang. */
export const sliceOrPad: Op<{ start: Four; size: Four }> = op<{ start: Four; size: Four }>({
  name: 'sliceOrPad',
  shape: ([s], { size }) => {
    if (s.length !== 4) shapeError('sliceOrPad', `four axes are expected, not [${s}]`);
    return size;
  },
  forward: (session, [x], y, { start, size }) => {
    const xs = denseStrides(four(x.shape));
    copyStrided(session, x, y, {
      region: size,
      xs,
      ys: denseStrides(size),
      xin: dot(start, xs),
      low: start.map((s) => -s) as unknown as Four,
      high: four(x.shape).map((s, i) => s - start[i]) as unknown as Four,
    });
  },
  backward: ({ x: [x], attrs }, dy) => [
    sliceOrPad([dy], { start: attrs.start.map((s) => -s) as unknown as Four, size: four(x.shape) }),
  ],
  reference: ([x], { start, size }) => {
    const shape = four(x.shape);
    const strides = denseStrides(shape);
    const y = ref(size, () => 0);
    positions(size, (p, i) => {
      const q = p.map((v, k) => v + start[k]) as unknown as Four;
      if (q.every((v, k) => v >= 0 && v < shape[k])) y.data[i] = x.data[dot(q, strides)];
    });
    return y;
  },
  cases: [
    { name: 'slice', inputs: [{ shape: [2, 5, 4, 7] }], attrs: { start: [1, 1, 0, 2], size: [1, 3, 4, 4] } },
    { name: 'pad', inputs: [{ shape: [1, 2, 3, 5] }], attrs: { start: [0, 0, -1, -2], size: [1, 2, 6, 9] } },
    { name: 'samples', inputs: [{ shape: [3, 2, 2, 6] }], attrs: { start: [1, 0, 0, 0], size: [1, 2, 2, 6] } },
    { name: 'samples back', inputs: [{ shape: [1, 2, 2, 6] }], attrs: { start: [-1, 0, 0, 0], size: [3, 2, 2, 6] } },
    { name: 'channels', inputs: [{ shape: [1, 5, 4, 3] }], attrs: { start: [0, 1, 0, 0], size: [1, 3, 4, 3] } },
    { name: 'overhang', inputs: [{ shape: [1, 2, 3, 5] }], attrs: { start: [0, 1, 1, -2], size: [1, 2, 4, 4] } },
  ],
});

/** Zeros around [N,C,H,W]: top, bottom, left, right. */
export const zeroPad = (x: Tensor, top: number, bottom: number, left: number, right: number): Tensor =>
  sliceOrPad([x], {
    start: [0, 0, -top, -left],
    size: [x.shape[0], x.shape[1], x.shape[2] + top + bottom, x.shape[3] + left + right],
  });
/** The box of `height` x `width` at (`top`, `left`) of [N,C,H,W]. */
export const crop = (x: Tensor, top: number, left: number, height: number, width: number): Tensor =>
  sliceOrPad([x], { start: [0, 0, top, left], size: [x.shape[0], x.shape[1], height, width] });
