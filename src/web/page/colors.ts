/** Heat maps and class maps as colors. */
import type { LayoutClass } from '../wireTypes.ts';

/** Five points of a ramp with evenly increasing lightness, like viridis: readable with any color vision. */
const ramp = [
  [38, 18, 74],
  [58, 82, 139],
  [33, 145, 140],
  [110, 200, 90],
  [252, 231, 60],
];

/** A value 0..1 as RGB. */
export function heat(t: number): [number, number, number] {
  const x = Math.max(0, Math.min(1, Number.isFinite(t) ? t : 0)) * (ramp.length - 1),
    i = Math.min(ramp.length - 2, Math.floor(x)),
    f = x - i;
  return [0, 1, 2].map((c) => Math.round(ramp[i][c] + f * (ramp[i + 1][c] - ramp[i][c]))) as [number, number, number];
}

/** Values [h,w] as RGBA, from `min` (dark) to `max` (light). */
export function heatPixels(values: ArrayLike<number>, min: number, max: number): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(4 * values.length),
    f = max > min ? 1 / (max - min) : 0;
  for (let p = 0; p < values.length; p++) {
    const c = heat((values[p] - min) * f);
    out[4 * p] = c[0];
    out[4 * p + 1] = c[1];
    out[4 * p + 2] = c[2];
    out[4 * p + 3] = 255;
  }
  return out;
}

/** A class map in its classes' colors, RGBA. */
export function inked(labels: Uint8Array, classes: readonly LayoutClass[]): Uint8ClampedArray<ArrayBuffer> {
  const ink = inkOf(classes),
    out = new Uint32Array(labels.length);
  for (let p = 0; p < labels.length; p++) out[p] = ink[labels[p]];
  return new Uint8ClampedArray(out.buffer);
}

/** Each class's color as RGBA in one number, little-endian as all machines with WebGPU are. */
export const inkOf = (classes: readonly LayoutClass[]): Uint32Array =>
  Uint32Array.from(classes, ({ color: [r, g, b] }) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
