/** What the float64 references of ops over planes share. */
import { type Ref, ref } from './op.ts';

/** y[plane, oy, ox] = value(x's plane, oy, ox), plane by plane. */
export function perPlane(
  x: Ref,
  height: number,
  width: number,
  value: (plane: Float64Array, oy: number, ox: number) => number,
): Ref {
  const [n, c, h, w] = x.shape;
  return ref([n, c, height, width], (i) => {
    const plane = Math.floor(i / (height * width));
    return value(x.data.subarray(plane * h * w, (plane + 1) * h * w), Math.floor(i / width) % height, i % width);
  });
}

/** The transpose of `perPlane`: each output value spreads over `height` x `width` planes by `spread(add, oy, ox)`. */
export function scatterPlanes(
  x: Ref,
  height: number,
  width: number,
  spread: (add: (iy: number, ix: number, weight: number) => void, oy: number, ox: number) => void,
): Ref {
  const [n, c, h, w] = x.shape;
  const y = ref([n, c, height, width], () => 0);
  for (let i = 0; i < x.data.length; i++) {
    const start = Math.floor(i / (h * w)) * height * width;
    spread(
      (iy, ix, weight) => {
        y.data[start + iy * width + ix] += weight * x.data[i];
      },
      Math.floor(i / w) % h,
      i % w,
    );
  }
  return y;
}

/** |x|: the magnitude of a linear op with weights >= 0 is its reference of this. */
export const absolute = (x: Ref): Ref => ref(x.shape, (i) => Math.abs(x.data[i]));
