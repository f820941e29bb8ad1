/**
 * How close one picture is to another of the same size, pixel by pixel: reconstruction of the source, and results where
 * the truth is known.
 */
import type { Picture } from '../../data/image/image.ts';

const sameSize = (what: string, a: Picture, b: Picture): void => {
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(`${what}: ${a.width} x ${a.height} against ${b.width} x ${b.height}`);
};

/**
 * Peak signal-to-noise ratio over RGB bytes in dB, 10 log10(255^2 / MSE): 0 and up, Infinity for equal pictures; higher
 * is better.
 */
export function psnr(a: Picture, b: Picture): number {
  sameSize('psnr', a, b);
  let sum = 0;
  for (let i = 0; i < a.data.length; i += 4) for (let c = 0; c < 3; c++) sum += (a.data[i + c] - b.data[i + c]) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / (a.width * a.height * 3)));
}

/** Gaussian window of Wang et al.: sigma 1.5, 11 x 11. */
const radius = 5,
  sigma = 1.5;
const window = ((): Float64Array => {
  const g = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = g.reduce((a, b) => a + b, 0);
  return g.map((v) => v / total);
})();

/** Gaussian means at the positions whose whole window lies inside: [h - 10, w - 10]. */
function means(x: Float64Array, w: number, h: number): Float64Array {
  const [wo, ho] = [w - 2 * radius, h - 2 * radius];
  const rows = new Float64Array(wo * h);
  for (let y = 0; y < h; y++)
    for (let u = 0; u < wo; u++) {
      let s = 0;
      for (let k = 0; k < window.length; k++) s += window[k] * x[y * w + u + k];
      rows[y * wo + u] = s;
    }
  const out = new Float64Array(wo * ho);
  for (let y = 0; y < ho; y++)
    for (let k = 0; k < window.length; k++)
      for (let u = 0; u < wo; u++) out[y * wo + u] += window[k] * rows[(y + k) * wo + u];
  return out;
}

/**
 * Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004): -1..1, 1 for equal pictures, higher is better. Mean
 * over the three channels and over all whole 11 x 11 Gaussian windows (sigma 1.5), K1 0.01, K2 0.03, L 255, weighted
 * variances: scikit-image's structural_similarity with gaussian_weights=True, use_sample_covariance=False,
 * channel_axis=-1. Throws for pictures under 11 pixels a side.
 */
export function ssim(a: Picture, b: Picture): number {
  sameSize('ssim', a, b);
  const { width: w, height: h } = a;
  if (Math.min(w, h) <= 2 * radius)
    throw new Error(`ssim: ${w} x ${h} is smaller than its window of ${2 * radius + 1}`);
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let total = 0;
  for (let c = 0; c < 3; c++) {
    const plane = (f: (i: number) => number): Float64Array =>
      means(
        Float64Array.from({ length: w * h }, (_, i) => f(4 * i + c)),
        w,
        h,
      );
    const [x, y] = [plane((i) => a.data[i]), plane((i) => b.data[i])];
    const [xx, yy, xy] = [
      plane((i) => a.data[i] ** 2),
      plane((i) => b.data[i] ** 2),
      plane((i) => a.data[i] * b.data[i]),
    ];
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const [vx, vy, v] = [xx[i] - x[i] ** 2, yy[i] - y[i] ** 2, xy[i] - x[i] * y[i]];
      sum += ((2 * x[i] * y[i] + c1) * (2 * v + c2)) / ((x[i] ** 2 + y[i] ** 2 + c1) * (vx + vy + c2));
    }
    total += sum / x.length;
  }
  return total / 3;
}
