import type { Canvas } from '../canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, mix, scaleColor } from '../color.ts';
import { clampTo, hash, lerp, NoiseField, randomStream, smoothstep, through } from '../noise.ts';

/** What a facade is made of: windows in stone, a curtain of glass, or bands of windows between bands of concrete. */
export type Facade = 'stone' | 'glass' | 'bands';

/**
 * A tower seen from far away: lengths in reference pixels. Its front faces the viewer; `side` of its width, at the end
 * nearer to the middle of the picture, is the face that looks aside. `steps`: from which share of the height on it has
 * which share of the width.
 */
export interface Tower {
  x: number;
  width: number;
  height: number;
  side: number;
  facade: Facade;
  steps: readonly { from: number; wide: number }[];
  /** Height of the mast on top; 0, none. */
  mast: number;
  seed: number;
}

/** The light of a city in the evening. */
export interface CityLook {
  /** Sky light on fronts; sides that look towards the glow also get its `direct`. */
  front: Light;
  /** Column of the glow. */
  glow: number;
  /** What panes mirror near the ground and high up. */
  mirrorLow: LinearColor;
  mirrorHigh: LinearColor;
  /** Air between the viewer and the towers, seen at the ground. */
  haze: LinearColor;
  /** Height over which the haze thins to 1/e, reference pixels. */
  hazeHeight: number;
}

const FLOOR = 1.5,
  BAY = 1.25;
const stones = [0x8d8078, 0x77716e, 0x94826f, 0x6d6a70, 0x84756b].map(colorFromHex);
const lamps = [0xffc078, 0xffdcae, 0xf6efe2, 0xffb060].map(colorFromHex);
/** Lower edge of the glazing in a floor, lower and upper edge, and left and right edge in a bay, as shares. */
const openings: { readonly [F in Facade]: { low: number; high: number; left: number; right: number } } = {
  stone: { low: 0.3, high: 0.82, left: 0.24, right: 0.78 },
  glass: { low: 0.08, high: 1, left: 0.05, right: 1 },
  bands: { low: 0.36, high: 0.86, left: 0.03, right: 1 },
};

/** Color of a facade `u` from its left edge and `v` above the ground; `flank` is 1 on the side, 0 on the front. */
function facadeColor(
  tower: Tower,
  look: CityLook,
  noise: NoiseField,
  u: number,
  v: number,
  flank: boolean,
  sun: number,
): LinearColor {
  const { seed, facade } = tower,
    row = Math.floor(v / FLOOR),
    bay = BAY * (facade === 'stone' ? 1 : 1.3),
    column = Math.floor(u / bay) + (flank ? 500 : 0);
  const inFloor = v / FLOOR - row,
    inBay = u / bay - Math.floor(u / bay),
    o = openings[facade];
  const mirror = mix(look.mirrorLow, look.mirrorHigh, smoothstep(0, 95, v + 9 * noise.fbm(u * 0.1, v * 0.06, 3)));
  if (inFloor > o.low && inFloor < o.high && inBay > o.left && inBay < o.right) {
    // Offices light whole floors, flats single rooms.
    const wholeFloor = hash(row, flank ? 1 : 0, seed + 3) > 0.84 ? 0.5 : 0,
      share = (facade === 'stone' ? 0.27 : 0.14) + wholeFloor + 0.12 * noise.fbm(column * 0.2, row * 0.12, 2);
    const pane = scaleColor(
      mirror,
      lerp(0.72, 1, hash(column, row, seed + 1)) * (facade === 'glass' ? (flank ? 0.7 : 1) : 0.4),
    );
    if (hash(column, row, seed) >= share) return pane;
    const lamp = lamps[Math.floor(hash(column, row, seed + 2) * lamps.length)],
      power = lerp(0.16, 1.05, hash(column, row, seed + 4) ** 2.4);
    // The ceiling is bright, the sill is not.
    return mix(pane, scaleColor(lamp, power * lerp(0.6, 1.15, (inFloor - o.low) / (o.high - o.low))), 0.9);
  }
  const stone = facade === 'glass' ? colorFromHex(0x4a505a) : stones[Math.floor(hash(seed, 7, 1) * stones.length)];
  const pier = facade === 'stone' && Math.floor(u / bay) % 4 === 0 && inBay < 0.2 ? 0.7 : 1;
  const weather = 1 + 0.35 * noise.fbm(u * 0.5, v * 0.05, 4) + 0.15 * noise.fbm(u * 1.7, v * 1.7, 3);
  return lit(scaleColor(stone, weather * pier), look.front, sun, (flank ? 0.6 : 1) * lerp(0.7, 1.1, clampTo(v / 90)));
}

/** Paints a tower whose ground is at row `foot`. `far` in [0, 1] is how much more air lies before it. */
export function paintTower(
  canvas: Canvas,
  label: number,
  tower: Tower,
  look: CityLook,
  foot: number,
  far: number,
): void {
  const noise = new NoiseField(tower.seed),
    { x, width, height, side } = tower;
  const air = (c: LinearColor, v: number): LinearColor =>
    mix(c, look.haze, clampTo(0.1 + 0.5 * far + (0.22 + 0.2 * far) * Math.exp(-v / look.hazeHeight)));
  // The side looks to the middle of the picture; is the glow there?
  const lighted = (x < 128 ? 1 : -1) * (look.glow - x) > 0 ? 0.9 : 0;
  const wideAt = (v: number): number =>
    width * tower.steps.reduce((wide, s) => (v >= s.from * height ? s.wide : wide), 1);
  canvas.fill(foot - height, foot, label, (px, py) => {
    const v = foot - py,
      wide = wideAt(v),
      left = px - x + wide / 2;
    if (v < 0 || v > height || left < 0 || left > wide) return null;
    // Counted from the outer edge, so that the side comes last.
    const u = x < 128 ? left : wide - left,
      edge = wide * (1 - side),
      flank = u > edge,
      sun = flank ? lighted : 0.05;
    // A parapet without windows ends every step.
    const top = [...tower.steps.map((s) => s.from * height), height].find((t) => v < t) ?? height;
    if (top - v < 1.1 || (tower.facade === 'stone' && Math.abs(top - v - 2.2) < 0.2)) {
      const stone = stones[Math.floor(hash(tower.seed, 7, 1) * stones.length)];
      return air(lit(scaleColor(stone, 0.8 + 0.3 * noise.fbm(u, v, 2)), look.front, sun, flank ? 0.6 : 1), v);
    }
    const c = facadeColor(tower, look, noise, flank ? (u - edge) * 1.6 : u, v, flank, sun);
    // Streets light the lowest floors.
    const street = 0.07 * Math.exp(-v / 5);
    return air([c[0] + street, c[1] + street * 0.7, c[2] + street * 0.4], v);
  });
  if (tower.mast > 0) {
    const steel = air(colorFromHex(0x3a3d46), height),
      tip = foot - height - tower.mast;
    canvas.stroke(x, foot - height, x, tip, 1.1, 0.35, steel, steel, label);
    canvas.dab(x, tip, 0.5, 0.5, 0, [1.2, 0.12, 0.08], label);
  }
}

/**
 * Paints the low houses of a city in three rows, far ones first; `heights` are theirs at the left end, the middle and
 * the right end.
 */
export function paintHouses(
  canvas: Canvas,
  label: number,
  look: CityLook,
  foot: number,
  heights: readonly [number, number, number],
  seed: number,
): void {
  const random = randomStream(seed);
  for (let row = 0; row < 3; row++)
    for (let x = -6; x < 262; ) {
      const width = lerp(7, 17, random()),
        height = through(heights, x) * lerp(0.5, 1.15, random()) * (1 - 0.2 * row),
        facade: Facade = random() < 0.6 ? 'stone' : 'bands';
      const steps = random() < 0.4 ? [{ from: 0.82, wide: 0.6 }] : [];
      const house: Tower = { x, width, height, side: 0.15, facade, steps, mast: 0, seed: seed + Math.round(x * 37) };
      paintTower(canvas, label, house, look, foot, 0.5 - 0.22 * row);
      x += width * lerp(0.75, 1.25, random());
    }
}
