/** Guides of patch synthesis: what a position is, beside its colours, so that patches come from like places. */
import type { LayoutData } from './pair.ts';

export interface GuideWeights {
  /** Classes just around the pixel: keeps the shapes of boundaries. */
  near: number;
  /** Classes in the wider surroundings, as a share of the picture's size for the blur: what lies next to what. */
  far: number; farRadius: number;
  /** Position across and down, in picture sizes: skies are brighter at the horizon. */
  across: number; down: number;
}

/** One pass of a box blur of radius r along rows of length n, edges repeated. */
function boxRows(x: Float32Array, rows: number, n: number, r: number, stride: number, next: number): void {
  const line = new Float32Array(n);
  for (let row = 0; row < rows; row++) {
    const base = row * next;
    const at = (i: number): number => x[base + Math.min(n - 1, Math.max(0, i)) * stride];
    let sum = 0;
    for (let i = -r; i <= r; i++) sum += at(i);
    for (let i = 0; i < n; i++) {
      line[i] = sum / (2 * r + 1);
      sum += at(i + r + 1) - at(i - r);
    }
    for (let i = 0; i < n; i++) x[base + i * stride] = line[i];
  }
}

/** Three box blurs: close to a Gaussian of standard deviation about r. In place over [h,w]. */
function blur(x: Float32Array, w: number, h: number, r: number): Float32Array {
  if (r >= 1) for (let pass = 0; pass < 3; pass++) {
    boxRows(x, h, w, Math.round(r), 1, w);
    boxRows(x, w, h, Math.round(r), w, 1);
  }
  return x;
}

/** Guide channels [2K+2, h, w] of a layout, already times their weights. Classes that neither layout has cost nothing. */
export function guides({ width: w, height: h, labels }: LayoutData, classes: number, weight: GuideWeights): { channels: number; data: Float32Array } {
  const n = w * h;
  const data = new Float32Array((2 * classes + 2) * n);
  const reach = weight.farRadius * Math.max(w, h);
  for (let k = 0; k < classes; k++) {
    const mask = Float32Array.from(labels, (l) => (l === k ? 1 : 0));
    data.set(blur(mask.slice(), w, h, 1).map((v) => v * weight.near), k * n);
    data.set(blur(mask, w, h, reach).map((v) => v * weight.far), (classes + k) * n);
  }
  const size = Math.max(w, h);
  for (let i = 0; i < n; i++) {
    data[2 * classes * n + i] = ((i % w) / size) * weight.across;
    data[(2 * classes + 1) * n + i] = (Math.floor(i / w) / size) * weight.down;
  }
  return { channels: 2 * classes + 2, data };
}
