/** Edges of photographs: Canny's detector, float64 on the host, the same in Node and in browsers. */
import { UserError } from '../errors.ts';

export interface GrayPlane {
  width: number;
  height: number;
  /** [h,w]. */
  data: Float64Array;
}
export interface CannyOptions {
  /** Standard deviation of the Gaussian in pixels. */
  sigma: number;
  /**
   * Hysteresis: an edge's weakest and strongest pixel, in gradient magnitude (Sobel's sums, 8 times the slope of a
   * ramp).
   */
  low: number;
  high: number;
}

/** Brightness 0..1 of RGBA bytes (ITU-R BT.601, gamma as it is). */
export function brightness({
  width,
  height,
  data,
}: {
  width: number;
  height: number;
  data: ArrayLike<number>;
}): GrayPlane {
  const out = new Float64Array(width * height);
  for (let p = 0; p < out.length; p++)
    out[p] = (0.299 * data[4 * p] + 0.587 * data[4 * p + 1] + 0.114 * data[4 * p + 2]) / 255;
  return { width, height, data: out };
}

/** Gaussian smoothing, cut off at 4 sigma; beyond the border nothing counts. */
function smooth({ width: w, height: h, data }: GrayPlane, sigma: number): Float64Array {
  const r = Math.floor(4 * sigma + 0.5);
  const kernel = Float64Array.from({ length: 2 * r + 1 }, (_, i) => Math.exp(-0.5 * ((i - r) / sigma) ** 2));
  const pass = (x: Float64Array, n: number, stride: number, lines: number, next: number): Float64Array => {
    const out = new Float64Array(x.length);
    for (let i = 0; i < n; i++) {
      const [from, to] = [Math.max(0, i - r), Math.min(n - 1, i + r)];
      let weight = 0;
      for (let k = from; k <= to; k++) weight += kernel[k - i + r];
      for (let l = 0; l < lines; l++) {
        let sum = 0;
        for (let k = from; k <= to; k++) sum += kernel[k - i + r] * x[l * next + k * stride];
        out[l * next + i * stride] = sum / weight;
      }
    }
    return out;
  };
  return sigma > 0 ? pass(pass(data, w, 1, h, w), h, w, w, 1) : data;
}

export interface Gradient {
  width: number;
  height: number;
  across: Float64Array;
  down: Float64Array;
  magnitude: Float64Array;
}

/** Sobel's gradient of the smoothed brightness, border pixels repeated outwards; [h,w] each. */
export function gaussianGradient(plane: GrayPlane, sigma: number): Gradient {
  const { width: w, height: h } = plane;
  const x = smooth(plane, sigma);
  const [across, down, magnitude] = [0, 1, 2].map(() => new Float64Array(w * h));
  for (let v = 0, p = 0; v < h; v++) {
    const [a, b, c] = [Math.max(0, v - 1) * w, v * w, Math.min(h - 1, v + 1) * w];
    for (let u = 0; u < w; u++, p++) {
      const [l, r] = [Math.max(0, u - 1), Math.min(w - 1, u + 1)];
      across[p] = x[a + r] - x[a + l] + 2 * (x[b + r] - x[b + l]) + x[c + r] - x[c + l];
      down[p] = x[c + l] - x[a + l] + 2 * (x[c + u] - x[a + u]) + x[c + r] - x[a + r];
      magnitude[p] = Math.hypot(across[p], down[p]);
    }
  }
  return { width: w, height: h, across, down, magnitude };
}

/**
 * Whether pixel p's magnitude is no less than that on either side along the gradient, interpolated between neighbors.
 */
function isCrest({ width: w, across, down, magnitude: m }: Gradient, p: number): boolean {
  const [i, j] = [Math.abs(down[p]), Math.abs(across[p])];
  const [dy, dx] = [down[p] >= 0 ? w : -w, across[p] >= 0 ? 1 : -1];
  const straight = i >= j ? dy : dx;
  const t = i >= j ? j / i : i / j;
  const side = (s: 1 | -1): number => m[p + s * (dx + dy)] * t + m[p + s * straight] * (1 - t);
  return side(1) <= m[p] && side(-1) <= m[p];
}

/**
 * Canny's edges (IEEE PAMI 8, 1986): Gaussian, Sobel, suppression of all but the crests of the gradient, hysteresis
 * over the eight neighbors. u8 [h,w], 1 at edges, which are one pixel thin; none in the outermost pixels. As
 * scikit-image's `canny`, by test.
 */
export const canny = (plane: GrayPlane, o: CannyOptions): Uint8Array =>
  hysteresis(gaussianGradient(plane, o.sigma), o.low, o.high);

/** Crests of at least `low` that are connected, by other such crests, to one of at least `high`. */
export function hysteresis(g: Gradient, low: number, high: number): Uint8Array {
  const { width: w, height: h, magnitude } = g;
  if (!(low <= high)) throw new UserError(`edges: the low threshold ${low} is above the high one, ${high}`);
  const out = new Uint8Array(w * h); // 1 edge, 2 weak
  const open: number[] = [];
  for (let y = 1; y < h - 1; y++)
    for (let x = 1; x < w - 1; x++) {
      const p = y * w + x;
      if (!(magnitude[p] > 0 && magnitude[p] >= low) || !isCrest(g, p)) continue;
      out[p] = magnitude[p] >= high ? 1 : 2;
      if (out[p] === 1) open.push(p);
    }
  for (let p = open.pop(); p !== undefined; p = open.pop()) {
    for (const q of [p - w - 1, p - w, p - w + 1, p - 1, p + 1, p + w - 1, p + w, p + w + 1])
      if (out[q] === 2) {
        out[q] = 1;
        open.push(q);
      }
  }
  return out.map((v) => (v === 1 ? 1 : 0));
}
