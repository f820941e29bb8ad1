/**
 * Convolution and its gradients in float64, by definition: every product of one output, one tap, one input position.
 */
import { type Ref, ref } from '../../op.ts';
import { type ConvAttrs, type InputAttrs, outSize, type WeightAttrs } from './shape.ts';

/** Position on an axis of n, or -1 outside (zero padding). */
function source(i: number, n: number, mode: ConvAttrs['padMode']): number {
  if (i >= 0 && i < n) return i;
  if (mode === 'zero') return -1;
  return i < 0 ? -i : 2 * (n - 1) - i;
}

type Visit = (x: number, w: number, y: number) => void;
function visit(x: readonly number[], w: readonly number[], y: readonly number[], a: ConvAttrs, f: Visit): void {
  for (let n = 0; n < x[0]; n++)
    for (let co = 0; co < w[0]; co++)
      for (let oy = 0; oy < y[2]; oy++)
        for (let ox = 0; ox < y[3]; ox++) {
          for (let ci = 0; ci < w[1]; ci++)
            for (let ky = 0; ky < w[2]; ky++)
              for (let kx = 0; kx < w[3]; kx++) {
                const iy = source(oy * a.stride + ky * a.dilation - a.pad, x[2], a.padMode);
                const ix = source(ox * a.stride + kx * a.dilation - a.pad, x[3], a.padMode);
                if (iy < 0 || ix < 0) continue;
                f(
                  ((n * x[1] + ci) * x[2] + iy) * x[3] + ix,
                  ((co * w[1] + ci) * w[2] + ky) * w[3] + kx,
                  ((n * w[0] + co) * y[2] + oy) * y[3] + ox,
                );
              }
        }
}
/** y [N,Co,Ho,Wo] of [x, w, bias]. */
export function forwardReference([x, w, bias]: readonly Ref[], a: ConvAttrs): Ref {
  const shape = [x.shape[0], w.shape[0], outSize(x.shape[2], w.shape[2], a), outSize(x.shape[3], w.shape[3], a)];
  const plane = shape[2] * shape[3];
  const y = ref(shape, (i) => (bias ? bias.data[Math.floor(i / plane) % shape[1]] : 0));
  visit(x.shape, w.shape, shape, a, (i, j, k) => {
    y.data[k] += x.data[i] * w.data[j];
  });
  return y;
}

/** dx [N,Ci,h,w] of [dy, w, bias]. */
export function inputReference([dy, w, bias]: readonly Ref[], a: InputAttrs): Ref {
  const shape = [dy.shape[0], w.shape[1], a.h, a.w];
  const dx = ref(shape, (i) => (bias ? bias.data[Math.floor(i / (a.h * a.w)) % shape[1]] : 0));
  visit(shape, w.shape, dy.shape, a, (i, j, k) => {
    dx.data[i] += dy.data[k] * w.data[j];
  });
  return dx;
}

/** dw [Co,Ci,kh,kw] of [x, dy]. */
export function weightReference([x, dy]: readonly Ref[], a: WeightAttrs): Ref {
  const shape = [dy.shape[1], x.shape[1], a.kh, a.kw];
  const dw = ref(shape, () => 0);
  visit(x.shape, shape, dy.shape, a, (i, j, k) => {
    dw.data[j] += x.data[i] * dy.data[k];
  });
  return dw;
}

/** The same sum over absolute values: what a rounding error is measured against. */
export const magnitudeBy =
  <A>(reference: (x: readonly Ref[], a: A) => Ref) =>
  (x: readonly Ref[], a: A): Ref =>
    reference(
      x.map((r) => ({ shape: r.shape, data: r.data.map(Math.abs) })),
      a,
    );
