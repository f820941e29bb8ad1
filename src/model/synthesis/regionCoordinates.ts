/**
 * Where a pixel lies within its own region of a layout: what a region's moving, growing or stretching carries along.
 */
import type { LayoutData } from '../pair.ts';
import { shrinkLabels } from './pyramid.ts';

/** First and last column and row. */
interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
/**
 * Center and spread (standard deviation) of a region, in pixels of the layout; the box about its largest part, its
 * class and its pixels.
 */
export interface RegionBox {
  x: number;
  y: number;
  sx: number;
  sy: number;
  box: Box;
  label: number;
  n: number;
}
export interface RegionCoordinates {
  width: number;
  height: number;
  /** Region of each pixel, an index into `boxes`. */
  ids: Uint8Array;
  boxes: readonly RegionBox[];
}

/** Smaller connected parts, as a share of their class's largest, belong to the nearest large one. */
const smallPart = 0.1;

/** Connected regions (four neighbors) of one class, small ones joined to the nearest large one of their class. */
export function regionCoordinates({ width, height, labels }: LayoutData): RegionCoordinates {
  const parts = connected(width, height, labels);
  const largest = new Float64Array(256);
  for (const p of parts.list) largest[p.label] = Math.max(largest[p.label], p.n);
  let kept = parts.list.filter((p) => p.n >= smallPart * largest[p.label]);
  // More regions than a byte can name: one region for each class.
  if (kept.length > 255) kept = kept.filter((p, i) => kept.findIndex((q) => q.label === p.label) === i);
  const sums = kept.map(({ label, box }) => ({ n: 0, x: 0, y: 0, xx: 0, yy: 0, label, box }));
  const to = Uint8Array.from(parts.list, (p) => {
    let best = -1,
      least = Infinity;
    for (const [i, q] of kept.entries()) {
      if (q.label !== p.label) continue;
      const d = p === q ? -1 : (p.x / p.n - q.x / q.n) ** 2 + (p.y / p.n - q.y / q.n) ** 2;
      if (d < least) {
        least = d;
        best = i;
      }
    }
    const s = sums[best];
    for (const k of ['n', 'x', 'y', 'xx', 'yy'] as const) s[k] += p[k];
    return best;
  });
  const spread = (n: number, sum: number, squares: number): number =>
    Math.sqrt(Math.max(squares / n - (sum / n) ** 2, 1));
  return {
    width,
    height,
    ids: Uint8Array.from(parts.of, (p) => to[p]),
    boxes: sums.map(({ n, x, y, xx, yy, label, box }) => ({
      x: x / n,
      y: y / n,
      sx: spread(n, x, xx),
      sy: spread(n, y, yy),
      box,
      label,
      n,
    })),
  };
}

interface Part {
  label: number;
  box: Box;
  n: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
}

function connected(width: number, height: number, labels: Uint8Array): { of: Uint32Array; list: Part[] } {
  const of = new Uint32Array(labels.length).fill(0xffffffff);
  const list: Part[] = [];
  const open: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (of[start] !== 0xffffffff) continue;
    const p: Part = {
      label: labels[start],
      box: { left: width, top: height, right: 0, bottom: 0 },
      n: 0,
      x: 0,
      y: 0,
      xx: 0,
      yy: 0,
    };
    const id = list.push(p) - 1;
    of[start] = id;
    open.push(start);
    const visit = (i: number): void => {
      if (of[i] === 0xffffffff && labels[i] === p.label) {
        of[i] = id;
        open.push(i);
      }
    };
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const { box } = p;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
      p.n++;
      p.x += x;
      p.y += y;
      p.xx += x * x;
      p.yy += y * y;
      if (x > 0) visit(i - 1);
      if (x < width - 1) visit(i + 1);
      if (y > 0) visit(i - width);
      if (y < height - 1) visit(i + width);
    }
  }
  return { of, list };
}

/**
 * Place of every pixel in its region, [2,h,w]: across and down, in sizes of an evenly filled rectangle of the region's
 * spread, about its center. So a region that moved or was stretched has at each place the number that it had there
 * before.
 */
export function placesWithin(f: RegionCoordinates, w: number, h: number): Float32Array {
  const ids = shrinkLabels(f.ids, f.width, f.height, w, h);
  const out = new Float32Array(2 * w * h);
  const unit = 1 / Math.sqrt(12);
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      const { x: cx, y: cy, sx, sy } = f.boxes[ids[i]];
      out[i] = ((((x + 0.5) * f.width) / w - 0.5 - cx) / sx) * unit;
      out[w * h + i] = ((((y + 0.5) * f.height) / h - 0.5 - cy) / sy) * unit;
    }
  return out;
}
