/**
 * What lies in a hole as far as its rim tells: the membrane over it (Laplace's equation with the known pixels as
 * Dirichlet values; nothing flows through the picture's edge). It carries an offset into a hole as gradient-domain
 * blending does (Perez et al. 2003), fills colors to begin with, and, over the shares of classes, lets the regions
 * about a hole meet inside it.
 */
import { resizeLabels } from './resize.ts';

interface Size {
  width: number;
  height: number;
}

const SWEEPS = 40,
  OVER = 1.7;

/**
 * Fills the planes x [C,H,W] where hole [H,W] is 1, in place: coarse to fine, over-relaxed sweeps at each size. `down`:
 * how stiff it is from row to row, against 1 along rows. Without a known pixel, zeros.
 */
export function membrane(x: Float32Array, hole: Uint8Array, size: Size, down = 1): Float32Array {
  const { width: w, height: h } = size;
  const n = w * h,
    planes = x.length / n;
  const inside: number[] = [];
  for (let i = 0; i < n; i++) if (hole[i]) inside.push(i);
  if (!inside.length) return x;
  if (inside.length === n) return x.fill(0);
  begin(x, hole, size, inside, down);
  for (let p = 0; p < planes; p++) {
    const at = p * n;
    for (let s = 0; s < SWEEPS; s++)
      for (const i of inside) {
        const u = i % w;
        let sum = 0,
          count = 0;
        if (u > 0) {
          sum += x[at + i - 1];
          count++;
        }
        if (u < w - 1) {
          sum += x[at + i + 1];
          count++;
        }
        if (i >= w) {
          sum += down * x[at + i - w];
          count += down;
        }
        if (i < n - w) {
          sum += down * x[at + i + w];
          count += down;
        }
        // The last sweeps do not overshoot: they smooth what over-relaxation leaves.
        x[at + i] += (s < SWEEPS - 4 ? OVER : 1) * (sum / count - x[at + i]);
      }
  }
  return x;
}

/** First values in the hole: the membrane of the picture at half the size, bilinear. */
function begin(
  x: Float32Array,
  hole: Uint8Array,
  { width: w, height: h }: Size,
  inside: readonly number[],
  down: number,
): void {
  const n = w * h,
    planes = x.length / n;
  const half = { width: Math.ceil(w / 2), height: Math.ceil(h / 2) };
  const m = half.width * half.height;
  const small = new Float32Array(planes * m),
    open = new Uint8Array(m),
    count = new Float32Array(m);
  for (let i = 0; i < n; i++)
    if (!hole[i]) {
      const j = (Math.floor(i / w) >> 1) * half.width + ((i % w) >> 1);
      count[j]++;
      for (let p = 0; p < planes; p++) small[p * m + j] += x[p * n + i];
    }
  for (let j = 0; j < m; j++) {
    if (!count[j]) open[j] = 1;
    else for (let p = 0; p < planes; p++) small[p * m + j] /= count[j];
  }
  if (m > 1) membrane(small, open, half, down);
  const clamp = (v: number, top: number): number => Math.min(top, Math.max(0, v));
  for (const i of inside) {
    const fx = clamp(((i % w) + 0.5) / 2 - 0.5, half.width - 1),
      fy = clamp((Math.floor(i / w) + 0.5) / 2 - 0.5, half.height - 1);
    const [u, v] = [Math.floor(fx), Math.floor(fy)],
      [a, b] = [fx - u, fy - v];
    const right = Math.min(half.width - 1, u + 1),
      below = Math.min(half.height - 1, v + 1);
    for (let p = 0; p < planes; p++) {
      const value = (X: number, Y: number): number => small[p * m + Y * half.width + X];
      x[p * n + i] =
        (1 - b) * ((1 - a) * value(u, v) + a * value(right, v)) +
        b * ((1 - a) * value(u, below) + a * value(right, below));
    }
  }
}

/** Longer side at which layouts are filled: finer than that, borders would not come out straighter. */
const LAYOUT_SIDE = 256;
/**
 * Things lie in bands in most photographs (ground, hills, sky): a layout goes on across a hole rather than up or down
 * [M].
 */
const BANDS = 0.1;

/**
 * Labels [H,W] with the hole filled from around: at each pixel the class whose membrane over the hole is highest there.
 */
export function fillLabels(labels: Uint8Array, hole: Uint8Array, { width, height }: Size, classes: number): Uint8Array {
  const f = Math.min(1, LAYOUT_SIDE / Math.max(width, height));
  const [w, h] = [Math.max(1, Math.round(width * f)), Math.max(1, Math.round(height * f))];
  const none = 255;
  const small = resizeLabels(
    labels.map((l, i) => (hole[i] ? none : l)),
    width,
    height,
    w,
    h,
  );
  const n = w * h;
  const open = small.map((l) => Number(l === none));
  const shares = new Float32Array(classes * n);
  for (let i = 0; i < n; i++) if (!open[i]) shares[small[i] * n + i] = 1;
  membrane(shares, open, { width: w, height: h }, BANDS);
  const out = Uint8Array.from(labels);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!hole[i]) continue;
      const at =
        Math.min(h - 1, Math.floor(((y + 0.5) * h) / height)) * w +
        Math.min(w - 1, Math.floor(((x + 0.5) * w) / width));
      let best = 0;
      for (let k = 1; k < classes; k++) if (shares[k * n + at] > shares[best * n + at]) best = k;
      out[i] = best;
    }
  return out;
}
