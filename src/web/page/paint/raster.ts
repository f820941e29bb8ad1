/**
 * Strokes and boxes on a class map; regions are in regions.ts. Points are in pixels, with pixel centers at halves.
 * Every function that paints returns the rectangle it may have changed, or null.
 */

/** A class map, painted in place. */
export interface Map2 {
  width: number;
  height: number;
  /** [h,w] */
  labels: Uint8Array;
}
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Point {
  x: number;
  y: number;
}

/** The smallest rectangle around both. */
export const union = (a: Rect | null, b: Rect | null): Rect | null => {
  if (!a || !b) return a ?? b;
  const x = Math.min(a.x, b.x),
    y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
};

/** The part of a box inside the map; null where there is none. */
export function clip(
  { width, height }: { width: number; height: number },
  left: number,
  top: number,
  right: number,
  bottom: number,
): Rect | null {
  const x = Math.max(0, Math.floor(left)),
    y = Math.max(0, Math.floor(top));
  const w = Math.min(width, Math.ceil(right)) - x,
    h = Math.min(height, Math.ceil(bottom)) - y;
  return w > 0 && h > 0 ? { x, y, width: w, height: h } : null;
}

/** What a stroke paints: one class, or at each pixel that of another class map (the eraser). */
export type Ink = number | Uint8Array;

/** Paints all pixels whose centers lie within the radius of a segment. The radius goes from r0 to r1 (pen pressure). */
export function strokeSegment(map: Map2, a: Point, b: Point, r0: number, r1: number, ink: Ink): Rect | null {
  const r = Math.max(r0, r1);
  const box = clip(
    map,
    Math.min(a.x, b.x) - r - 1,
    Math.min(a.y, b.y) - r - 1,
    Math.max(a.x, b.x) + r + 1,
    Math.max(a.y, b.y) + r + 1,
  );
  if (!box) return null;
  const dx = b.x - a.x,
    dy = b.y - a.y,
    length = dx * dx + dy * dy;
  // At this radius the thinnest brush still paints a pixel wherever it goes.
  const least = Math.SQRT1_2;
  for (let y = box.y; y < box.y + box.height; y++)
    for (let x = box.x; x < box.x + box.width; x++) {
      const px = x + 0.5 - a.x,
        py = y + 0.5 - a.y;
      const t = length ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
      const radius = Math.max(least, r0 + t * (r1 - r0));
      if ((px - t * dx) ** 2 + (py - t * dy) ** 2 <= radius * radius) put(map, y * map.width + x, ink);
    }
  return box;
}

/** Paints one pixel, by its index. */
export const put = (map: Map2, p: number, ink: Ink): void => {
  map.labels[p] = typeof ink === 'number' ? ink : ink[p];
};

/** Paints the outline of a box, as a pen of this radius draws it. */
export function frame(map: Map2, a: Point, b: Point, radius: number, ink: Ink): Rect | null {
  const corners = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
  return corners.reduce<Rect | null>(
    (box, p, i) => union(box, strokeSegment(map, p, corners[(i + 1) % 4], radius, radius, ink)),
    null,
  );
}

/** Paints a box. */
export function rectangle(map: Map2, a: Point, b: Point, ink: Ink): Rect | null {
  const box = clip(map, Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y));
  if (!box) return null;
  for (let y = box.y; y < box.y + box.height; y++)
    for (let x = box.x; x < box.x + box.width; x++) put(map, y * map.width + x, ink);
  return box;
}
