/**
 * Superpixels by SLIC: k-means in color and position, each center looking no further than its own neighborhood.
 * Achanta, Shaji, Smith, Lucchi, Fua, Süsstrunk, "SLIC Superpixels Compared to State-of-the-Art Superpixel Methods",
 * PAMI 2012: D^2 = d_lab^2 + (d_xy / S)^2 m^2, S = sqrt(N / k).
 */
import { toLab } from './lab.ts';

export interface Superpixels {
  width: number;
  height: number;
  labels: Uint16Array; // [h,w], 0..count-1; each is one 4-connected region
  count: number;
}

export interface SuperpixelOptions {
  count?: number; // superpixels aimed at, 1..16000 (default 400)
  // m: how much place counts against color, in units of Lab distance (default 12; the paper's range is 1..40)
  compactness?: number;
  rounds?: number; // of k-means (default 8; the paper finds 10 enough for any image)
}

interface Sized {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

/** Superpixels of RGBA bytes. Deterministic. */
export function superpixels(
  picture: Sized,
  { count = 400, compactness = 12, rounds = 8 }: SuperpixelOptions = {},
): Superpixels {
  const { width, height } = picture;
  const lab = toLab(picture);
  const step = Math.max(1, Math.sqrt((width * height) / Math.min(count, 16_000)));
  const centers = seeds(lab, width, height, step);
  const near = new Int32Array(width * height).fill(-1);
  for (let i = 0; i < rounds; i++) {
    assign(lab, width, height, centers, step, compactness, near);
    move(lab, width, near, centers);
  }
  return connect(near, width, height, Math.max(1, (step * step) / 4));
}

/**
 * L, a, b, x, y of each center, on a grid, moved to the flattest of its 3x3 neighbors so that none sits on an edge.
 */
function seeds(lab: Float32Array, width: number, height: number, step: number): Float32Array {
  const across = Math.max(1, Math.round(width / step)),
    down = Math.max(1, Math.round(height / step));
  const out = new Float32Array(5 * across * down);
  for (let j = 0, o = 0; j < down; j++)
    for (let i = 0; i < across; i++, o += 5) {
      const x = Math.floor(((i + 0.5) * width) / across),
        y = Math.floor(((j + 0.5) * height) / down);
      let [bx, by, least] = [x, y, Infinity];
      for (let v = Math.max(1, y - 1); v <= Math.min(height - 2, y + 1); v++)
        for (let u = Math.max(1, x - 1); u <= Math.min(width - 2, x + 1); u++) {
          const g = gradient(lab, width, u, v);
          if (g < least) [bx, by, least] = [u, v, g];
        }
      const p = 3 * (by * width + bx);
      out.set([lab[p], lab[p + 1], lab[p + 2], bx, by], o);
    }
  return out;
}

function gradient(lab: Float32Array, width: number, x: number, y: number): number {
  const p = 3 * (y * width + x);
  let sum = 0;
  for (let c = 0; c < 3; c++)
    sum += (lab[p + 3 + c] - lab[p - 3 + c]) ** 2 + (lab[p + 3 * width + c] - lab[p - 3 * width + c]) ** 2;
  return sum;
}

/** Each pixel to the nearest center of those within 2 S x 2 S about them. */
function assign(
  lab: Float32Array,
  width: number,
  height: number,
  centers: Float32Array,
  step: number,
  m: number,
  near: Int32Array,
): void {
  const least = new Float32Array(near.length).fill(Infinity);
  const place = (m / step) ** 2;
  for (let k = 0; 5 * k < centers.length; k++) {
    const [l, a, b, cx, cy] = centers.subarray(5 * k, 5 * k + 5);
    const top = Math.max(0, Math.floor(cy - step)),
      bottom = Math.min(height - 1, Math.ceil(cy + step));
    const left = Math.max(0, Math.floor(cx - step)),
      right = Math.min(width - 1, Math.ceil(cx + step));
    for (let y = top; y <= bottom; y++)
      for (let x = left; x <= right; x++) {
        const p = y * width + x,
          q = 3 * p;
        const d =
          (lab[q] - l) ** 2 + (lab[q + 1] - a) ** 2 + (lab[q + 2] - b) ** 2 + place * ((x - cx) ** 2 + (y - cy) ** 2);
        if (d < least[p]) {
          least[p] = d;
          near[p] = k;
        }
      }
  }
}

/** Each center to the mean of its pixels. */
function move(lab: Float32Array, width: number, near: Int32Array, centers: Float32Array): void {
  const sums = new Float64Array(centers.length),
    counts = new Uint32Array(centers.length / 5);
  for (let p = 0; p < near.length; p++) {
    const k = near[p];
    if (k < 0) continue;
    counts[k]++;
    for (let c = 0; c < 3; c++) sums[5 * k + c] += lab[3 * p + c];
    sums[5 * k + 3] += p % width;
    sums[5 * k + 4] += Math.floor(p / width);
  }
  for (let i = 0; i < centers.length; i++) {
    const n = counts[Math.floor(i / 5)];
    if (n) centers[i] = sums[i] / n;
  }
}

/**
 * Parts of a superpixel that lie apart become superpixels of their own, or, if smaller than `least` pixels, part of the
 * one found before them beside it.
 */
function connect(near: Int32Array, width: number, height: number, least: number): Superpixels {
  const labels = new Uint16Array(near.length),
    seen = new Uint8Array(near.length);
  let count = 0;
  for (let first = 0; first < near.length; first++) {
    if (seen[first]) continue;
    const part = [first];
    seen[first] = 1;
    let beside = -1;
    for (let i = 0; i < part.length; i++) {
      const p = part[i],
        x = p % width;
      for (const q of [x > 0 ? p - 1 : -1, x < width - 1 ? p + 1 : -1, p - width, p + width]) {
        if (q < 0 || q >= near.length) continue;
        if (!seen[q] && near[q] === near[first]) {
          seen[q] = 1;
          part.push(q);
        } else if (seen[q] && near[q] !== near[first]) beside = labels[q];
      }
    }
    const label = part.length < least && beside >= 0 ? beside : count++;
    for (const p of part) labels[p] = label;
  }
  return { width, height, labels, count };
}
