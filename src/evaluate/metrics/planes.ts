/** Pictures as planes of numbers on the host: color spaces, box means, halving. Planes are row by row, [h,w]. */

export type Plane = Float32Array;
export interface Planes {
  width: number;
  height: number;
  planes: readonly Plane[];
}

/** sRGB byte -> linear light, 0..1 (IEC 61966-2-1). */
const linear = Float64Array.from({ length: 256 }, (_, i) =>
  i / 255 <= 0.04045 ? i / 255 / 12.92 : ((i / 255 + 0.055) / 1.055) ** 2.4,
);
const root = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);

/** RGBA bytes -> CIE L*a*b* planes under D65, 2 degrees: L 0..100, a and b about -100..100. */
export function lab({ width, height, data }: { width: number; height: number; data: Uint8Array }): Planes {
  const n = width * height;
  const planes = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    const [r, g, b] = [linear[data[4 * i]], linear[data[4 * i + 1]], linear[data[4 * i + 2]]];
    const x = root((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047);
    const y = root(0.212671 * r + 0.71516 * g + 0.072169 * b);
    const z = root((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
    planes[0][i] = 116 * y - 16;
    planes[1][i] = 500 * (x - y);
    planes[2][i] = 200 * (y - z);
  }
  return { width, height, planes };
}

/** One pass of a box mean of radius r along rows; edges repeated. */
function boxAcross(x: Plane, out: Plane, w: number, h: number, r: number): void {
  for (let base = 0; base < w * h; base += w) {
    let sum = (r + 1) * x[base];
    for (let i = 1; i <= r; i++) sum += x[base + Math.min(w - 1, i)];
    for (let i = 0; i < w; i++) {
      out[base + i] = sum / (2 * r + 1);
      sum += x[base + Math.min(w - 1, i + r + 1)] - x[base + Math.max(0, i - r)];
    }
  }
}

/** The same along columns: all at once, row by row, as they lie in memory. */
function boxDown(x: Plane, out: Plane, w: number, h: number, r: number): void {
  const sums = new Float64Array(w);
  for (let i = 0; i < w; i++) sums[i] = (r + 1) * x[i];
  for (let j = 1; j <= r; j++) {
    const row = Math.min(h - 1, j) * w;
    for (let i = 0; i < w; i++) sums[i] += x[row + i];
  }
  for (let y = 0; y < h; y++) {
    const [row, enters, leaves] = [y * w, Math.min(h - 1, y + r + 1) * w, Math.max(0, y - r) * w];
    for (let i = 0; i < w; i++) {
      out[row + i] = sums[i] / (2 * r + 1);
      sums[i] += x[enters + i] - x[leaves + i];
    }
  }
}

/** Mean over (2r+1) x (2r+1) pixels, twice: a triangle window of about radius 2r. Edges repeated. */
export function smooth(x: Plane, w: number, h: number, r: number): Plane {
  if (r < 1) return x;
  const [a, b] = [new Float32Array(x.length), new Float32Array(x.length)];
  boxAcross(x, a, w, h, r);
  boxAcross(a, b, w, h, r);
  boxDown(b, a, w, h, r);
  boxDown(a, b, w, h, r);
  return b;
}

/** Central differences along x and y; edges repeated. */
export function planeGradient(x: Plane, w: number, h: number): [Plane, Plane] {
  const [gx, gy] = [new Float32Array(x.length), new Float32Array(x.length)];
  for (let y = 0; y < h; y++)
    for (let u = 0; u < w; u++) {
      const p = y * w + u;
      gx[p] = (x[p + (u < w - 1 ? 1 : 0)] - x[p - (u > 0 ? 1 : 0)]) / 2;
      gy[p] = (x[p + (y < h - 1 ? w : 0)] - x[p - (y > 0 ? w : 0)]) / 2;
    }
  return [gx, gy];
}
