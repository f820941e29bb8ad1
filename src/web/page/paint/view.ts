/** The view of the picture in its pane: scale and offset in CSS pixels, and what changes them. */
import type { Point } from './raster.ts';

/** A point of the picture lies at scale * point + (x, y) in the pane. */
export interface Viewport {
  scale: number;
  x: number;
  y: number;
}
interface Size {
  width: number;
  height: number;
}

/** Shows the whole picture, centered, with a margin. */
export function fit(picture: Size, pane: Size, margin = 8): Viewport {
  const scale = Math.max(
    0.05,
    Math.min((pane.width - 2 * margin) / picture.width, (pane.height - 2 * margin) / picture.height),
  );
  return { scale, x: (pane.width - scale * picture.width) / 2, y: (pane.height - scale * picture.height) / 2 };
}

export const toPicture = (v: Viewport, p: Point): Point => ({ x: (p.x - v.x) / v.scale, y: (p.y - v.y) / v.scale });
export const toPane = (v: Viewport, p: Point): Point => ({ x: v.scale * p.x + v.x, y: v.scale * p.y + v.y });

/** Scaled by f about a point of the pane, which stays where it is. */
export function zoom(v: Viewport, f: number, about: Point, least = 0.1, most = 64): Viewport {
  const scale = Math.min(most, Math.max(least, v.scale * f)),
    g = scale / v.scale;
  return { scale, x: about.x - g * (about.x - v.x), y: about.y - g * (about.y - v.y) };
}

/** Two fingers move from (a, b) to (c, d), and the picture follows them. */
export function pinch(v: Viewport, [a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point]): Viewport {
  const before = Math.hypot(a.x - b.x, a.y - b.y),
    after = Math.hypot(c.x - d.x, c.y - d.y);
  const from = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    to = { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 };
  const z = zoom(v, before > 0 ? after / before : 1, from);
  return { ...z, x: z.x + to.x - from.x, y: z.y + to.y - from.y };
}

/** The view moved so that at least `least` pixels of the picture stay in the pane. */
export function held(v: Viewport, picture: Size, pane: Size, least = 40): Viewport {
  const hold = (at: number, side: number, room: number): number => Math.min(room - least, Math.max(least - side, at));
  return {
    ...v,
    x: hold(v.x, v.scale * picture.width, pane.width),
    y: hold(v.y, v.scale * picture.height, pane.height),
  };
}
