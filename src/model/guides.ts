/** Guides of patch synthesis: what a position is, beside its colours, so that patches come from like places. */
import type { LayoutData } from './pair.ts';
import { shrinkImage } from './pyramid.ts';

export interface GuideWeights {
  /** What each pixel of another class costs in a patch, against squared colour differences in [-1,1]: keeps the shapes of boundaries. */
  near: number;
  /** Classes in the wider surroundings, as a share of the picture's size for the blur: what lies next to what. */
  far: number; farRadius: number;
  /** Position across and down, in picture sizes: skies are brighter at the horizon. */
  across: number; down: number;
}

/** One pass of a box blur of radius r over `rows` lines of n values, `stride` apart within a line, `next` between lines; edges repeated. */
function boxRows(x: Float32Array, rows: number, n: number, r: number, stride: number, next: number): void {
  const line = new Float32Array(n + 2 * r + 1);
  const f = 1 / (2 * r + 1);
  for (let row = 0; row < rows; row++) {
    const base = row * next;
    for (let i = 0; i < line.length; i++) line[i] = x[base + Math.min(n - 1, Math.max(0, i - r)) * stride];
    let sum = 0;
    for (let i = 0; i < 2 * r + 1; i++) sum += line[i];
    for (let i = 0; i < n; i++) {
      x[base + i * stride] = sum * f;
      sum += line[i + 2 * r + 1] - line[i];
    }
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

/** Shorter side, at most, of the maps that surroundings are blurred in: they are smooth, and enlarged afterwards. */
const smallSide = 64;

/** The surroundings of a layout, [K,h,w] at a small size: shares of the classes about each place. */
export function surroundings({ width: w, height: h, labels }: LayoutData, classes: number, radius: number): { width: number; height: number; planes: Float32Array } {
  const f = Math.min(1, smallSide / Math.min(w, h));
  const [width, height] = [Math.max(1, Math.round(w * f)), Math.max(1, Math.round(h * f))];
  const planes = new Float32Array(classes * width * height);
  const [column, row] = [Float64Array.from({ length: w }, (_, x) => Math.floor(x * width / w)), Float64Array.from({ length: h }, (_, y) => Math.floor(y * height / h))];
  const cells = new Float32Array(width * height);
  for (let y = 0, i = 0; y < h; y++) for (let x = 0; x < w; x++, i++) {
    const cell = row[y] * width + column[x];
    cells[cell]++;
    planes[labels[i] * width * height + cell]++;
  }
  for (let i = 0; i < planes.length; i++) planes[i] /= cells[i % cells.length];
  for (let k = 0; k < classes; k++) blur(planes.subarray(k * cells.length, (k + 1) * cells.length), width, height, radius * Math.max(width, height));
  return { width, height, planes };
}

/** Guides [h,w,4 n] of one level, times their weights: surroundings by class, position across and down, zeros to fill up. */
export function guides(around: ReturnType<typeof surroundings>, classes: number, { width: w, height: h }: { width: number; height: number }, weight: GuideWeights): Float32Array {
  const n = 4 * Math.ceil((classes + 2) / 4);
  const data = new Float32Array(w * h * n);
  const planes = shrinkImage(around.planes, around.width, around.height, w, h);
  const size = Math.max(w, h);
  for (let y = 0, i = 0; y < h; y++) for (let x = 0; x < w; x++, i++) {
    for (let k = 0; k < classes; k++) data[i * n + k] = planes[k * w * h + i] * weight.far;
    data[i * n + classes] = (x / size) * weight.across;
    data[i * n + classes + 1] = (y / size) * weight.down;
  }
  return data;
}
