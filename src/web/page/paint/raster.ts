/** What tools do to a label map. Points are in pixels, a pixel's centre at halves; every function returns what it may have changed, or null. */

export interface Map2 { width: number; height: number; labels: Uint8Array }
export interface Rect { x: number; y: number; width: number; height: number }
export interface Point { x: number; y: number }

export const union = (a: Rect | null, b: Rect | null): Rect | null => {
  if (!a || !b) return a ?? b;
  const x = Math.min(a.x, b.x), y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
};

/** The part of a box inside the map; null where there is none. */
export function clip({ width, height }: { width: number; height: number }, left: number, top: number, right: number, bottom: number): Rect | null {
  const x = Math.max(0, Math.floor(left)), y = Math.max(0, Math.floor(top));
  const w = Math.min(width, Math.ceil(right)) - x, h = Math.min(height, Math.ceil(bottom)) - y;
  return w > 0 && h > 0 ? { x, y, width: w, height: h } : null;
}

/** What a stroke leaves behind: one class, or per pixel that of another map (the eraser). */
export type Ink = number | Uint8Array;

/** A stroke's segment: all pixels whose centres lie within the radius of it; the radius goes from r0 to r1 (pen pressure). */
export function segment(map: Map2, a: Point, b: Point, r0: number, r1: number, ink: Ink): Rect | null {
  const r = Math.max(r0, r1);
  const box = clip(map, Math.min(a.x, b.x) - r - 1, Math.min(a.y, b.y) - r - 1, Math.max(a.x, b.x) + r + 1, Math.max(a.y, b.y) + r + 1);
  if (!box) return null;
  const dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  // The thinnest brush still leaves a pixel wherever it goes.
  const least = Math.SQRT1_2;
  for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) {
    const px = x + 0.5 - a.x, py = y + 0.5 - a.y;
    const t = length ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
    const radius = Math.max(least, r0 + t * (r1 - r0));
    if ((px - t * dx) ** 2 + (py - t * dy) ** 2 <= radius * radius) put(map, y * map.width + x, ink);
  }
  return box;
}

const put = (map: Map2, p: number, ink: Ink): void => { map.labels[p] = typeof ink === 'number' ? ink : ink[p]; };

export function rectangle(map: Map2, a: Point, b: Point, ink: Ink): Rect | null {
  const box = clip(map, Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y));
  if (!box) return null;
  for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) put(map, y * map.width + x, ink);
  return box;
}

const inside = ({ width, height }: Map2, at: Point): number => {
  const x = Math.floor(at.x), y = Math.floor(at.y);
  return x >= 0 && y >= 0 && x < width && y < height ? y * width + x : -1;
};

/** The 4-connected region of one class about a point, or (everywhere) all pixels of that class. */
export function fill(map: Map2, at: Point, ink: Ink, everywhere = false): Rect | null {
  const start = inside(map, at);
  if (start < 0) return null;
  const mask = everywhere ? Uint8Array.from(map.labels, (l) => Number(l === map.labels[start])) : region(map, start);
  return fillMask(map, mask, ink);
}

/** 1 where 4-connected to the pixel through pixels of its class. */
export function region({ width, labels }: { width: number; labels: ArrayLike<number> }, start: number): Uint8Array {
  const wanted = labels[start], mask = new Uint8Array(labels.length), open = new Int32Array(labels.length);   // each pixel is opened once
  let count = 0;
  const look = (q: number): void => { if (!mask[q] && labels[q] === wanted) { mask[q] = 1; open[count++] = q; } };
  for (look(start); count;) {
    const p = open[--count], x = p % width;
    if (x > 0) look(p - 1);
    if (x < width - 1) look(p + 1);
    if (p >= width) look(p - width);
    if (p + width < labels.length) look(p + width);
  }
  return mask;
}

/** Every pixel where the mask is not 0. */
export function fillMask(map: Map2, mask: ArrayLike<number>, ink: Ink): Rect | null {
  const box = boundsOf(map, mask);
  if (!box) return null;
  for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) if (mask[y * map.width + x]) put(map, y * map.width + x, ink);
  return box;
}

export function boundsOf({ width, height }: { width: number; height: number }, mask: ArrayLike<number>): Rect | null {
  let left = width, right = -1, top = height, bottom = -1;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (mask[y * width + x]) {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    bottom = y;
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** 1 where a pixel's centre lies inside the closed polygon (even-odd rule). */
export function polygonMask({ width, height }: { width: number; height: number }, points: readonly Point[]): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const cy = y + 0.5, cuts: number[] = [];
    for (let i = 0; i < points.length; i++) {
      const a = points[i], b = points[(i + 1) % points.length];
      if ((a.y <= cy) !== (b.y <= cy)) cuts.push(a.x + (cy - a.y) / (b.y - a.y) * (b.x - a.x));
    }
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      for (let x = Math.max(0, Math.ceil(cuts[i] - 0.5)); x < width && x + 0.5 < cuts[i + 1]; x++) mask[y * width + x] = 1;
    }
  }
  return mask;
}

/** A region taken up to be moved: `from`, the map with it; `left`, the map without it, filled in from around. */
export interface Lifted { mask: Uint8Array; box: Rect; from: Uint8Array; left: Uint8Array }

/** Takes up the masked region; null for an empty mask. The map stays as it is. */
export function lift({ width, height, labels }: Map2, mask: Uint8Array): Lifted | null {
  const box = boundsOf({ width, height }, mask);
  if (!box) return null;
  const left = labels.slice();
  fillHoles({ width, height, labels: left }, mask);
  return { mask, box, from: labels.slice(), left };
}

/**
 * Puts a region down, moved by whole pixels; what comes to lie outside is lost. `copy`: it stays where it was, too. `last`: what the
 * drag's step before has changed; only that and the region are drawn again.
 */
export function putDown(map: Map2, { mask, box, from, left }: Lifted, dx: number, dy: number, copy = false, last: Rect | null = null): Rect {
  const { width, height, labels } = map, base = copy ? from : left, stale = union(box, last)!;
  for (let y = stale.y; y < stale.y + stale.height; y++) { const p = y * width + stale.x; labels.set(base.subarray(p, p + stale.width), p); }
  for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) {
    const u = x + dx, v = y + dy;
    if (mask[y * width + x] && u >= 0 && v >= 0 && u < width && v < height) labels[v * width + u] = from[y * width + x];
  }
  return union(box, clip(map, box.x + dx, box.y + dy, box.x + box.width + dx, box.y + box.height + dy))!;
}

/** Gives masked pixels the class of the nearest pixel that is not (steps in four directions). A mask of everything changes nothing. */
export function fillHoles({ width, labels }: Map2, mask: ArrayLike<number>): void {
  const n = labels.length, known = Uint8Array.from(mask, (m) => Number(!m)), wave = new Int32Array(n);
  let end = 0;
  for (let p = 0; p < n; p++) {
    const x = p % width;
    if (known[p] && ((p >= width && !known[p - width]) || (p + width < n && !known[p + width]) || (x > 0 && !known[p - 1]) || (x < width - 1 && !known[p + 1]))) wave[end++] = p;
  }
  const reach = (q: number, label: number): void => { if (!known[q]) { known[q] = 1; labels[q] = label; wave[end++] = q; } };
  for (let i = 0; i < end; i++) {
    const p = wave[i], x = p % width, label = labels[p];
    if (p >= width) reach(p - width, label);
    if (p + width < n) reach(p + width, label);
    if (x > 0) reach(p - 1, label);
    if (x < width - 1) reach(p + 1, label);
  }
}
