import type { Canvas } from './canvas.ts';
import type { LinearColor } from './color.ts';
import { clampTo, lerp, NoiseField, smoothstep } from './noise.ts';

/**
 * A summit: its column, its height above the foot of the range, its half-width and how far behind the foot it stands.
 */
export interface Peak {
  x: number;
  height: number;
  width: number;
  depth: number;
}

/** Short for a summit: column, height, half-width, depth. */
export const peak = (x: number, height: number, width: number, depth: number): Peak => ({ x, height, width, depth });

/** How a range is carved, whatever its summits. Lengths in reference pixels. */
export interface RangeLook {
  /** Width of its main ribs, and how deep they are cut, 0 (smooth) to 1 (torn). */
  rib: number;
  relief: number;
  /** 1: summits are cones; above, domes with steep sides. */
  round: number;
  /** Height of the ledges that weather cuts into the rock; 0, none. */
  ledge: number;
  /** How deep the foot stands in the ground: cuts off its thin rim. */
  sink: number;
  /** Height of the rolling ground below the summits. */
  floor: number;
}

/** A range in perspective. Lengths are in reference pixels as seen at the foot (nearest line) of the range. */
export interface Range {
  look: RangeLook;
  peaks: readonly Peak[];
  /** Row of the foot, and of the horizon (eye level): a foot below it is seen from above. */
  foot: number;
  horizon: number;
  /** Depth of the range behind its foot. */
  depth: number;
  seed: number;
}

/** What stands at one place of a range. */
export interface TerrainPoint {
  x: number;
  z: number;
  height: number;
  /** Slope of the ground along x and z (rise over run). */
  sx: number;
  sz: number;
  /** Sunlight reaching it, 0 in shadow to 1. */
  sunlit: number;
  /** Share of the sky it sees, about [0, 1]. */
  open: number;
  /** Distance in front of the viewer over that of the foot, 1 or more. */
  distance: number;
}

const CELL = 0.62,
  FOCAL = 256;

/** The height field, sampled: `across` x `deep` cells from column `left`, the foot first. */
interface Field {
  height: Float32Array;
  across: number;
  deep: number;
  left: number;
}

function raise(range: Range): Field {
  const { rib, relief, round, ledge, sink, floor } = range.look;
  const margin = 40 + range.depth * 0.25,
    left = -margin;
  const across = Math.ceil((256 + 2 * margin) / CELL),
    deep = Math.ceil(range.depth / CELL);
  const height = new Float32Array(across * deep),
    noise = new NoiseField(range.seed);
  for (let j = 0; j < deep; j++)
    for (let i = 0; i < across; i++) {
      const x = left + i * CELL,
        z = j * CELL,
        f = 1 / rib;
      const wx = noise.fbm(x * f * 0.6 + 3, z * f * 0.6, 4) * rib * 0.5,
        wz = noise.fbm(x * f * 0.6, z * f * 0.6 + 9, 4) * rib * 0.5;
      let mass = 0;
      for (const peak of range.peaks) {
        const distance = Math.hypot(x + wx - peak.x, (z + wz - peak.depth) * 0.9) / peak.width;
        const cone = peak.height * Math.max(0, 1 - distance ** round) ** 1.15;
        mass = Math.max(mass, cone) + Math.min(mass, cone) * 0.12;
      }
      const ribs = noise.ridged((x + wx * 0.5) * f, (z + wz * 0.5) * f, 8, 0.52);
      const rolling = floor * (0.55 + 0.6 * noise.fbm(x * f * 0.5 + 40, z * f * 0.5, 5));
      // Ribs are cut out of the mass, so summits keep their height and the plain stays a plain.
      const front = smoothstep(-0.02, 0.3, z / range.depth + 0.12 * noise.fbm(x * f * 1.4, 9, 3));
      let h = mass * front * (1 - relief * 0.62 * (1 - ribs * 1.25));
      if (ledge > 0) {
        const step = ledge * (1 + 0.5 * noise.at(x * f * 0.7, z * f * 0.7)),
          tilted = (h + 0.06 * x) / step,
          part = tilted - Math.floor(tilted);
        h += (smoothstep(0.55, 0.95, part) - part) * step * 0.75;
      }
      height[j * across + i] = h + rolling * smoothstep(0, 10, z) - sink;
    }
  return { height, across, deep, left };
}

/** Sunlight and openness of every cell: a march towards the sun, and a look at how the ground rises around. */
function illuminate(
  field: Field,
  sun: readonly [number, number, number],
): { sunlit: Float32Array; open: Float32Array } {
  const { height, across, deep } = field,
    sunlit = new Float32Array(height.length),
    open = new Float32Array(height.length);
  const at = (i: number, j: number): number => height[clampTo(j, 0, deep - 1) * across + clampTo(i, 0, across - 1)];
  const flat = Math.hypot(sun[0], sun[2]),
    di = sun[0] / flat,
    dj = -sun[2] / flat,
    rise = (sun[1] / flat) * CELL;
  for (let j = 0; j < deep; j++)
    for (let i = 0; i < across; i++) {
      const h = height[j * across + i];
      let least = 1;
      for (let s = 1.5; s < 90 && least > 0; s *= 1.14) {
        const over = h + s * rise - at(Math.round(i + di * s), Math.round(j + dj * s));
        least = Math.min(least, 0.5 + over / (0.12 * s * CELL + 0.3));
      }
      sunlit[j * across + i] = clampTo(least);
      let around = 0;
      for (const r of [2, 5, 11])
        around += (at(i - r, j) + at(i + r, j) + at(i, j - r) + at(i, j + r) - 4 * h) / (4 * r * CELL);
      open[j * across + i] = clampTo(0.86 - around * 0.55, 0.25, 1);
    }
  return { sunlit, open };
}

/**
 * Paints a range front to back, column by column: each farther cell shows only where it rises above all nearer ones, so
 * spurs hide what lies behind them. `shade` gives the color of a place.
 */
export function paintRange(
  canvas: Canvas,
  label: number,
  range: Range,
  sun: readonly [number, number, number],
  shade: (s: TerrainPoint) => LinearColor,
): void {
  const field = raise(range),
    { sunlit, open } = illuminate(field, sun),
    { height, across, deep, left } = field;
  const k = canvas.density,
    eye = range.foot - range.horizon,
    last = Math.ceil(range.foot * k);
  const sample = (map: Float32Array, u: number, j: number): number => {
    const i = Math.floor(u),
      f = u - i,
      at = j * across + i;
    return map[at] + (map[at + 1] - map[at]) * f;
  };
  for (let column = 0; column < canvas.columns; column++) {
    const screen = (column + 0.5) / k - 128;
    let highest = last,
      previous: TerrainPoint | null = null;
    for (let j = 1; j < deep - 1; j++) {
      const z = j * CELL,
        distance = (FOCAL + z) / FOCAL,
        x = 128 + screen * distance,
        u = (x - left) / CELL;
      if (u < 1 || u > across - 3) continue;
      const h = sample(height, u, j);
      // Water or sand before a rock: the rock's foot starts no lower than the ground does at this depth.
      if (h <= 0) {
        previous = null;
        highest = Math.min(highest, Math.round((range.horizon + eye / distance) * k));
        continue;
      }
      const row = Math.max(0, Math.round((range.horizon + (eye - h) / distance) * k));
      if (row >= highest) {
        previous = null;
        continue;
      }
      const sx = (sample(height, u + 1, j) - sample(height, u - 1, j)) / (2 * CELL);
      const sz = (sample(height, u, j + 1) - sample(height, u, j - 1)) / (2 * CELL);
      const here: TerrainPoint = {
        x,
        z,
        height: h,
        sx,
        sz,
        sunlit: sample(sunlit, u, j),
        open: sample(open, u, j),
        distance,
      };
      const from: TerrainPoint = previous ?? here;
      // A steep face spans many rows: its color is asked for at every second one, or its detail would smear.
      let color: LinearColor = [0, 0, 0];
      for (let r = highest - 1, n = 0; r >= row; r--, n++) {
        if (n % 2 === 0) color = shade(between(from, here, (highest - r) / (highest - row)));
        canvas.put(column, Math.min(r, canvas.rows - 1), color[0], color[1], color[2], label);
      }
      highest = row;
      previous = here;
    }
  }
}

const between = (a: TerrainPoint, b: TerrainPoint, t: number): TerrainPoint => ({
  x: lerp(a.x, b.x, t),
  z: lerp(a.z, b.z, t),
  height: lerp(a.height, b.height, t),
  sx: lerp(a.sx, b.sx, t),
  sz: lerp(a.sz, b.sz, t),
  sunlit: lerp(a.sunlit, b.sunlit, t),
  open: lerp(a.open, b.open, t),
  distance: lerp(a.distance, b.distance, t),
});

/** Lambert's cosine of a slope towards the sun, in [0, 1]. */
export function facing(s: TerrainPoint, sun: readonly [number, number, number]): number {
  // Height grows with z away from the viewer, so the normal's z (towards the viewer) is +sz.
  const n = Math.hypot(s.sx, s.sz, 1);
  return Math.max(0, (-s.sx * sun[0] + sun[1] + s.sz * sun[2]) / n);
}
