/**
 * How close one picture is to another of the same size, pixel by pixel: reconstruction of the source, and results where
 * the truth is known.
 */
import { type Picture, resize } from '../../data/image/image.ts';

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

/**
 * PSNR of both pictures at a quarter of their size (area average), in dB: detail that is a pixel off counts little
 * there, and blur wins nothing. Range and direction as `psnr`.
 */
export function quarterPsnr(a: Picture, b: Picture): number {
  sameSize('quarterPsnr', a, b);
  const [w, h] = [a.width, a.height].map((n) => Math.max(1, Math.round(n / 4)));
  return psnr(resize(a, w, h), resize(b, w, h));
}

/** Gaussian window of Wang et al.: sigma 1.5, 11 x 11. */
const radius = 5,
  sigma = 1.5,
  size = 2 * radius + 1;
const window = ((): Float64Array => {
  const g = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = g.reduce((a, b) => a + b, 0);
  return g.map((v) => v / total);
})();

/** What SSIM averages over its windows: x, y, x^2, y^2, x y. */
const MOMENTS = 5;

/**
 * Gaussian means along one row of the moments of a channel: [5, w - 10] into `out`, for bytes from `at` on, 4 apart.
 */
function rowMoments(a: Uint8Array, b: Uint8Array, at: number, w: number, out: Float64Array): void {
  const n = w - 2 * radius;
  for (let u = 0; u < n; u++) {
    let [p, q, pp, qq, pq] = [0, 0, 0, 0, 0];
    for (let k = 0, i = at + 4 * u; k < size; k++, i += 4) {
      const g = window[k],
        x = g * a[i],
        y = g * b[i];
      p += x;
      q += y;
      pp += x * a[i];
      qq += y * b[i];
      pq += x * b[i];
    }
    out[u] = p;
    out[n + u] = q;
    out[2 * n + u] = pp;
    out[3 * n + u] = qq;
    out[4 * n + u] = pq;
  }
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
  if (Math.min(w, h) < size) throw new Error(`ssim: ${w} x ${h} is smaller than its window of ${size}`);
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  const n = w - 2 * radius;
  // Row by row: the means of the last 11 rows are all that is kept.
  const rows = Array.from({ length: size }, () => new Float64Array(MOMENTS * n)),
    means = new Float64Array(MOMENTS * n);
  let sum = 0;
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < h; y++) {
      rowMoments(a.data, b.data, 4 * y * w + c, w, rows[y % size]);
      if (y < size - 1) continue;
      means.fill(0);
      for (let k = 0; k < size; k++) {
        const row = rows[(y - size + 1 + k) % size],
          g = window[k];
        for (let i = 0; i < row.length; i++) means[i] += g * row[i];
      }
      for (let u = 0; u < n; u++) {
        const [p, q] = [means[u], means[n + u]];
        const [vp, vq, v] = [means[2 * n + u] - p * p, means[3 * n + u] - q * q, means[4 * n + u] - p * q];
        sum += ((2 * p * q + c1) * (2 * v + c2)) / ((p * p + q * q + c1) * (vp + vq + c2));
      }
    }
  return sum / (3 * n * (h - 2 * radius));
}
