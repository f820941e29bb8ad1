/** A picture of two textures side by side, for tests of patch synthesis: what it should become is known. */
import type { PairData } from '../../src/model/pair.ts';

/** Left half red stripes, right half blue with a gradient; classes 0 and 1. */
export function scene(split: number): PairData {
  const n = 48;
  const labels = Uint8Array.from({ length: n * n }, (_, i) => (i % n < split ? 0 : 1));
  const image = Float32Array.from({ length: 3 * n * n }, (_, i) => {
    const [c, y, x] = [Math.floor(i / n / n), Math.floor(i / n) % n, i % n];
    if (x < split) return c === 0 ? (y % 6 < 3 ? 0.9 : 0.3) : -0.8;
    return c === 2 ? 0.9 - y / n : -0.6;
  });
  return { width: n, height: n, image, labels };
}

/** In dB, of values in [-1, 1]. */
export const psnr = (a: Float32Array, b: Float32Array): number =>
  10 * Math.log10(4 / (a.reduce((s, v, i) => s + (v - b[i]) ** 2, 0) / a.length));
