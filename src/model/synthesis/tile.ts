/** Pictures that continue at their own other edge: label maps and guides beyond the edges, and cutting back. */

import type { LayoutData } from '../pair.ts';
import { type GuideWeights, guides, type Surroundings } from './guides.ts';

/** Axes along which a picture is to fit itself: across, left to right; down, top to bottom. */
export interface Tile {
  /** Left to right. */
  across: boolean;
  /** Top to bottom. */
  down: boolean;
}
interface Grid {
  width: number;
  height: number;
}
interface Cut extends Grid {
  x: number;
  y: number;
}

/** [h,w,channels] cut out of a map that repeats itself endlessly; x and y may be negative. */
export function windowOf<T extends Uint8Array | Uint32Array | Float32Array>(
  data: T,
  { width: w, height: h }: Grid,
  { x, y, width, height }: Cut,
  channels = 1,
): T {
  const out = new (data.constructor as new (n: number) => T)(width * height * channels);
  const mod = (a: number, n: number): number => ((a % n) + n) % n;
  for (let v = 0; v < height; v++)
    for (let u = 0; u < width; u++) {
      const from = (mod(v + y, h) * w + mod(u + x, w)) * channels;
      for (let c = 0; c < channels; c++) out[(v * width + u) * channels + c] = data[from + c];
    }
  return out;
}

/** A map with margins that continue it. */
export const withMargins = <T extends Uint8Array | Uint32Array | Float32Array>(
  data: T,
  size: Grid,
  { x, y }: { x: number; y: number },
): T => windowOf(data, size, { x: -x, y: -y, width: size.width + 2 * x, height: size.height + 2 * y });

/** [C,h,w]: the same for planes. */
export function planesWithMargins(data: Float32Array, size: Grid, margin: { x: number; y: number }): Float32Array {
  const [each, channels] = [size.width * size.height, data.length / (size.width * size.height)];
  const parts = Array.from({ length: channels }, (_, c) =>
    withMargins(data.subarray(c * each, (c + 1) * each), size, margin),
  );
  const out = new Float32Array(channels * parts[0].length);
  for (const [c, part] of parts.entries()) out.set(part, c * part.length);
  return out;
}

/** How far beyond its edges surroundings look at a layout, as a share of its size. */
const beyond = 0.25;
const extent = ({ width, height }: Grid, tile: Tile): { x: number; y: number } => ({
  x: tile.across ? Math.round(beyond * width) : 0,
  y: tile.down ? Math.round(beyond * height) : 0,
});

/** The layout as it goes on beyond the edges that are to fit. */
export function continued(layout: LayoutData, tile: Tile): LayoutData {
  const { x, y } = extent(layout, tile);
  return {
    width: layout.width + 2 * x,
    height: layout.height + 2 * y,
    labels: withMargins(layout.labels, layout, { x, y }),
  };
}

/**
 * Guides of a level of size `inner` with margins, from the surroundings of the continued layout and colors [3,h,w] of
 * `inner`, where given.
 */
export function continuedGuides(
  around: Surroundings,
  inner: Grid,
  tile: Tile,
  margin: { x: number; y: number },
  weight: GuideWeights,
  colors?: Float32Array,
): Float32Array {
  const { x, y } = extent(inner, tile);
  const whole = { width: inner.width + 2 * x, height: inner.height + 2 * y };
  const data = guides(around, whole, weight, colors && planesWithMargins(colors, inner, { x, y }));
  return windowOf(
    data,
    whole,
    { x: x - margin.x, y: y - margin.y, width: inner.width + 2 * margin.x, height: inner.height + 2 * margin.y },
    data.length / (whole.width * whole.height),
  );
}

/** Weights without what has no place in a picture without edges: where in it something is, along the axes that fit. */
export const placeless = (w: GuideWeights, tile: Tile): GuideWeights => ({
  ...w,
  across: tile.across ? 0 : w.across,
  down: tile.down ? 0 : w.down,
  within: 0,
  mirrored: tile.down ? 0 : w.mirrored,
});

/** A map moved on by so much, what leaves at one side coming in at the other. */
export const rolled = <T extends Uint8Array | Float32Array>(
  data: T,
  size: Grid,
  { x, y }: { x: number; y: number },
): T => windowOf(data, size, { x, y, ...size });

/** Share of the width along which two pictures change into each other, beside an edge. */
const fading = 0.25;
/** Weight of a picture beside its own edges, by place: 0 at the edge, 1 from `fading` on. */
const inward = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => {
    const t = Math.min(1, Math.min(i, n - 1 - i) / Math.max(1, Math.floor(fading * n)));
    return t * t * (3 - 2 * t);
  });

/**
 * [3,h,w] that fits itself, of what `make` gives for layouts with edges: near an edge that is to fit, the picture of
 * the layout moved on by half, for which that edge is the middle. Elsewhere it is the picture of the layout as it is.
 */
export async function fitting(
  layout: LayoutData,
  tile: Tile,
  make: (layout: LayoutData) => Promise<Float32Array>,
): Promise<Float32Array> {
  const { width, height } = layout;
  const halves = (n: number, fits: boolean): { by: number; weight: Float32Array }[] => {
    const own = fits ? inward(n) : new Float32Array(n).fill(1);
    return [{ by: 0, weight: own }, ...(fits ? [{ by: Math.floor(n / 2), weight: own.map((v) => 1 - v) }] : [])];
  };
  const out = new Float32Array(3 * width * height);
  for (const down of halves(height, tile.down))
    for (const across of halves(width, tile.across)) {
      const by = { x: across.by, y: down.by };
      const made = await make({ width, height, labels: rolled(layout.labels, layout, by) });
      for (let c = 0; c < 3; c++) {
        const back = rolled(made.subarray(c * width * height, (c + 1) * width * height), layout, {
          x: -by.x,
          y: -by.y,
        });
        for (let y = 0, i = 0; y < height; y++)
          for (let x = 0; x < width; x++, i++)
            out[c * width * height + i] += across.weight[x] * down.weight[y] * back[i];
      }
    }
  return out;
}
