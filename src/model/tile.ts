/** Pictures that continue at their own other edge: label maps and guides beyond the edges, and cutting back. */
import { guides, type GuideWeights, type Surroundings } from './guides.ts';
import type { LayoutData } from './pair.ts';

/** Axes along which a picture is to fit itself: across, left to right; down, top to bottom. */
export interface Tile { across: boolean; down: boolean }
interface Grid { width: number; height: number }
interface Cut extends Grid { x: number; y: number }

/** [h,w,channels] cut out of a map that repeats itself endlessly; x and y may be negative. */
export function windowOf<T extends Uint8Array | Uint32Array | Float32Array>(data: T, { width: w, height: h }: Grid, { x, y, width, height }: Cut, channels = 1): T {
  const out = new (data.constructor as new (n: number) => T)(width * height * channels);
  const mod = (a: number, n: number): number => ((a % n) + n) % n;
  for (let v = 0; v < height; v++) for (let u = 0; u < width; u++) {
    const from = (mod(v + y, h) * w + mod(u + x, w)) * channels;
    for (let c = 0; c < channels; c++) out[(v * width + u) * channels + c] = data[from + c];
  }
  return out;
}

/** A map with margins that continue it. */
export const withMargins = <T extends Uint8Array | Uint32Array | Float32Array>(data: T, size: Grid, { x, y }: { x: number; y: number }): T =>
  windowOf(data, size, { x: -x, y: -y, width: size.width + 2 * x, height: size.height + 2 * y });

/** How far beyond its edges surroundings look at a layout, as a share of its size. */
const beyond = 0.25;
const extent = ({ width, height }: Grid, tile: Tile): { x: number; y: number } => ({ x: tile.across ? Math.round(beyond * width) : 0, y: tile.down ? Math.round(beyond * height) : 0 });

/** The layout as it goes on beyond the edges that are to fit. */
export function continued(layout: LayoutData, tile: Tile): LayoutData {
  const { x, y } = extent(layout, tile);
  return { width: layout.width + 2 * x, height: layout.height + 2 * y, labels: withMargins(layout.labels, layout, { x, y }) };
}

/** Guides of a level of size `inner` with margins, from the surroundings of the continued layout. */
export function continuedGuides(around: Surroundings, inner: Grid, tile: Tile, margin: { x: number; y: number }, weight: GuideWeights): Float32Array {
  const { x, y } = extent(inner, tile);
  const whole = { width: inner.width + 2 * x, height: inner.height + 2 * y };
  const data = guides(around, whole, weight);
  return windowOf(data, whole, { x: x - margin.x, y: y - margin.y, width: inner.width + 2 * margin.x, height: inner.height + 2 * margin.y }, data.length / (whole.width * whole.height));
}

/** Weights without what has no place in a picture without edges: where in it something is, along the axes that fit. */
export const placeless = (w: GuideWeights, tile: Tile): GuideWeights => ({ ...w, across: tile.across ? 0 : w.across, down: tile.down ? 0 : w.down, within: 0 });
