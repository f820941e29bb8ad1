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
  const mask = new Uint8Array(labels.length), open = [start];
  mask[start] = 1;
  for (let p; (p = open.pop()) !== undefined;) {
    const x = p % width;
    for (const q of [x > 0 ? p - 1 : -1, x < width - 1 ? p + 1 : -1, p - width, p + width]) {
      if (q >= 0 && q < labels.length && !mask[q] && labels[q] === labels[start]) { mask[q] = 1; open.push(q); }
    }
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

/**
 * The masked region moved by whole pixels. What it leaves is filled in from around (`copy`: stays); what is moved outside is
 * lost. `from`: the map before, which the region is read from (so that a drag can be drawn again and again).
 */
export function moveRegion(map: Map2, from: Uint8Array, mask: Uint8Array, dx: number, dy: number, copy = false): Rect | null {
  const { width, height, labels } = map;
  const box = boundsOf(map, mask);
  if (!box) return null;
  labels.set(from);
  if (!copy) fillHoles(map, mask);
  for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) {
    const u = x + dx, v = y + dy;
    if (mask[y * width + x] && u >= 0 && v >= 0 && u < width && v < height) labels[v * width + u] = from[y * width + x];
  }
  return union(box, clip(map, box.x + dx, box.y + dy, box.x + box.width + dx, box.y + box.height + dy));
}

/** Gives masked pixels the class of the nearest pixel that is not (steps in four directions). A mask of everything changes nothing. */
export function fillHoles({ width, labels }: Map2, mask: ArrayLike<number>): void {
  const known = Uint8Array.from(mask, (m) => Number(!m)), wave: number[] = [];
  const around = (p: number): number[] => {
    const x = p % width;
    return [p - width, p + width, x > 0 ? p - 1 : -1, x < width - 1 ? p + 1 : -1].filter((q) => q >= 0 && q < labels.length);
  };
  for (let p = 0; p < labels.length; p++) if (known[p] && around(p).some((q) => !known[q])) wave.push(p);
  for (let i = 0; i < wave.length; i++) for (const q of around(wave[i])) if (!known[q]) { known[q] = 1; labels[q] = labels[wave[i]]; wave.push(q); }
}
