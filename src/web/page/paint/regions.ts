/**
 * Regions of a class map: found, filled, lifted and put down. Points are in pixels. Every function that paints returns
 * the rectangle it may have changed.
 */
import { clip, type Ink, type Map2, type Point, put, type Rect, union } from './raster.ts';

const inside = ({ width, height }: Map2, at: Point): number => {
  const x = Math.floor(at.x),
    y = Math.floor(at.y);
  return x >= 0 && y >= 0 && x < width && y < height ? y * width + x : -1;
};

/** Paints the 4-connected region of one class around a point, or (`everywhere`) all pixels of that class. */
export function floodFill(map: Map2, at: Point, ink: Ink, everywhere = false): Rect | null {
  const start = inside(map, at);
  if (start < 0) return null;
  return everywhere ? fillMask(map, maskOf(map.labels, map.labels[start]), ink) : fillRegion(map, map, start, ink);
}

/** A mask: 1 where a label is `wanted`. */
export function maskOf(labels: ArrayLike<number>, wanted: number): Uint8Array {
  const mask = new Uint8Array(labels.length);
  for (let p = 0; p < mask.length; p++) if (labels[p] === wanted) mask[p] = 1;
  return mask;
}

/** The pixels that `runs` has visited; all 0 between calls. Reused, since a new array costs more than most regions. */
let seen = new Uint8Array(0);

/** The 4-connected region of equal labels around a pixel, as runs within rows: first pixel, end, first pixel, end... */
function runs({ width, labels }: { width: number; labels: ArrayLike<number> }, start: number): number[] {
  const n = labels.length,
    wanted = labels[start],
    out: number[] = [],
    open = [start];
  if (seen.length < n) seen = new Uint8Array(n);
  while (open.length) {
    const p = open.pop()!;
    if (seen[p]) continue;
    const row = p - (p % width),
      last = row + width;
    let a = p,
      b = p + 1;
    while (a > row && labels[a - 1] === wanted) a--;
    while (b < last && labels[b] === wanted) b++;
    seen.fill(1, a, b);
    out.push(a, b);
    for (const d of [-width, width]) {
      if (a + d < 0 || b + d > n) continue;
      for (let q = a + d, before = false; q < b + d; q++) {
        const here = labels[q] === wanted && seen[q] === 0;
        if (here && !before) open.push(q); // one for each run that touches this one
        before = here;
      }
    }
  }
  for (let i = 0; i < out.length; i += 2) seen.fill(0, out[i], out[i + 1]);
  return out;
}

/** Paints the pixels that are in one region of `of` with a pixel: of superpixels, or of the map itself. */
export function fillRegion(
  { width, labels }: Map2,
  of: { width: number; labels: ArrayLike<number> },
  start: number,
  ink: Ink,
): Rect {
  let [left, right, top, bottom] = [width, 0, labels.length, 0];
  const found = runs(of, start);
  for (let i = 0; i < found.length; i += 2) {
    const a = found[i],
      b = found[i + 1],
      y = Math.floor(a / width),
      x = a - y * width;
    if (typeof ink === 'number') labels.fill(ink, a, b);
    else labels.set(ink.subarray(a, b), a);
    left = Math.min(left, x);
    right = Math.max(right, x + b - a);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom + 1 - top };
}

/** A mask [h,w]: 1 where a pixel is 4-connected to `start` through pixels of its class. */
export function region(of: { width: number; labels: ArrayLike<number> }, start: number): Uint8Array {
  const mask = new Uint8Array(of.labels.length),
    found = runs(of, start);
  for (let i = 0; i < found.length; i += 2) mask.fill(1, found[i], found[i + 1]);
  return mask;
}

/** Paints every pixel where the mask is not 0. */
export function fillMask(map: Map2, mask: ArrayLike<number>, ink: Ink): Rect | null {
  const box = boundsOf(map, mask);
  if (!box) return null;
  for (let y = box.y; y < box.y + box.height; y++)
    for (let x = box.x; x < box.x + box.width; x++) if (mask[y * map.width + x]) put(map, y * map.width + x, ink);
  return box;
}

/** The smallest rectangle around all pixels where the mask is not 0; null for an empty mask. */
export function boundsOf({ width, height }: { width: number; height: number }, mask: ArrayLike<number>): Rect | null {
  let left = width,
    right = -1,
    top = height,
    bottom = -1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (mask[y * width + x]) {
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < top) top = y;
        bottom = y;
      }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** A mask [h,w]: 1 where a pixel's center lies inside the closed polygon (even-odd rule). */
export function polygonMask(
  { width, height }: { width: number; height: number },
  points: readonly Point[],
): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const cy = y + 0.5,
      cuts: number[] = [];
    for (let i = 0; i < points.length; i++) {
      const a = points[i],
        b = points[(i + 1) % points.length];
      if (a.y <= cy !== b.y <= cy) cuts.push(a.x + ((cy - a.y) / (b.y - a.y)) * (b.x - a.x));
    }
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      for (let x = Math.max(0, Math.ceil(cuts[i] - 0.5)); x < width && x + 0.5 < cuts[i + 1]; x++)
        mask[y * width + x] = 1;
    }
  }
  return mask;
}

/** A region lifted to be moved. */
export interface Lifted {
  mask: Uint8Array;
  /** Around the mask. */
  box: Rect;
  /** The map with the region, [h,w]. */
  from: Uint8Array;
  /** The map without it, [h,w]: its pixels have the classes around it, or one class. */
  left: Uint8Array;
}

/**
 * Lifts the masked region; null for an empty mask. The map is not changed. `behind`: the class that its pixels get;
 * those around it by default.
 */
export function lift({ width, height, labels }: Map2, mask: Uint8Array, behind?: number): Lifted | null {
  const box = boundsOf({ width, height }, mask);
  if (!box) return null;
  const left = labels.slice();
  if (behind === undefined) fillHoles({ width, height, labels: left }, mask, box);
  else fillMask({ width, height, labels: left }, mask, behind);
  return { mask, box, from: labels.slice(), left };
}

/**
 * Puts a region down, moved by whole pixels; what falls outside is lost. `copy`: it also stays where it was. `last`:
 * what the previous step of the drag has changed; only that and the region are painted again.
 */
export function putDown(
  map: Map2,
  { mask, box, from, left }: Lifted,
  dx: number,
  dy: number,
  copy = false,
  last: Rect | null = null,
): Rect {
  const { width, height, labels } = map,
    base = copy ? from : left,
    stale = union(box, last)!;
  for (let y = stale.y; y < stale.y + stale.height; y++) {
    const p = y * width + stale.x;
    labels.set(base.subarray(p, p + stale.width), p);
  }
  for (let y = box.y; y < box.y + box.height; y++)
    for (let x = box.x; x < box.x + box.width; x++) {
      const u = x + dx,
        v = y + dy;
      if (mask[y * width + x] && u >= 0 && v >= 0 && u < width && v < height)
        labels[v * width + u] = from[y * width + x];
    }
  return union(box, clip(map, box.x + dx, box.y + dy, box.x + box.width + dx, box.y + box.height + dy))!;
}

/**
 * Gives each masked pixel the class of the nearest unmasked one, counted in steps in four directions. A mask of
 * everything changes nothing. Reads only the mask's box and the pixels next to it.
 */
export function fillHoles(map: Map2, mask: ArrayLike<number>, box = boundsOf(map, mask)): void {
  if (!box) return;
  const { width, height, labels } = map,
    wave = new Int32Array((box.width + 2) * (box.height + 2)),
    open = new Uint8Array(labels.length);
  for (let y = box.y; y < box.y + box.height; y++)
    for (let p = y * width + box.x; p < y * width + box.x + box.width; p++) if (mask[p]) open[p] = 1;
  let end = 0;
  for (let y = Math.max(0, box.y - 1); y < Math.min(height, box.y + box.height + 1); y++) {
    for (let x = Math.max(0, box.x - 1); x < Math.min(width, box.x + box.width + 1); x++) {
      const p = y * width + x;
      if (
        !open[p] &&
        ((y > 0 && open[p - width]) ||
          (y + 1 < height && open[p + width]) ||
          (x > 0 && open[p - 1]) ||
          (x + 1 < width && open[p + 1]))
      )
        wave[end++] = p;
    }
  }
  for (let i = 0; i < end; i++) {
    const p = wave[i],
      x = p % width,
      label = labels[p];
    if (p >= width && open[p - width]) {
      open[p - width] = 0;
      labels[p - width] = label;
      wave[end++] = p - width;
    }
    if (p + width < labels.length && open[p + width]) {
      open[p + width] = 0;
      labels[p + width] = label;
      wave[end++] = p + width;
    }
    if (x > 0 && open[p - 1]) {
      open[p - 1] = 0;
      labels[p - 1] = label;
      wave[end++] = p - 1;
    }
    if (x < width - 1 && open[p + 1]) {
      open[p + 1] = 0;
      labels[p + 1] = label;
      wave[end++] = p + 1;
    }
  }
}
