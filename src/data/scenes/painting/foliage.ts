import type { Canvas } from './canvas.ts';
import { type Light, type LinearColor, lit, mix } from './color.ts';
import { clampTo, type Random } from './noise.ts';

/** One leaf, tuft or bunch of needles. Reference pixels about the foot of the plant: x right, y up, z to the viewer. */
export interface Leaf {
  x: number;
  y: number;
  z: number;
  long: number;
  thin: number;
  angle: number;
  tint: number;
}

/** A stem between two points, with its widths. */
export interface Stem {
  from: readonly [number, number, number];
  to: readonly [number, number, number];
  w0: number;
  w1: number;
}

/** Everything that makes up a plant. */
export interface Plant {
  leaves: Leaf[];
  stems: Stem[];
}

/**
 * What a plant is made of. Leaves range from `dark` to `bright` with their tint; `through` is light seen through them.
 */
export interface FoliageLook {
  dark: LinearColor;
  bright: LinearColor;
  through: LinearColor;
  bark: LinearColor;
  density: number;
}

/** Counts leaves in a coarse grid, so that light can be dimmed by what stands in its way. */
class Shade {
  private readonly cells: Float32Array;
  private readonly low = [Infinity, Infinity, Infinity];
  private readonly step: number;
  private readonly size = [0, 0, 0];

  constructor(leaves: readonly Leaf[], resolution: number) {
    const high = [-Infinity, -Infinity, -Infinity];
    for (const leaf of leaves)
      [leaf.x, leaf.y, leaf.z].forEach((v, a) => {
        this.low[a] = Math.min(this.low[a], v);
        high[a] = Math.max(high[a], v);
      });
    this.step = Math.max(...high.map((v, a) => v - this.low[a]), 1e-3) / resolution;
    high.forEach((v, a) => {
      this.size[a] = Math.floor((v - this.low[a]) / this.step) + 1;
    });
    this.cells = new Float32Array(this.size[0] * this.size[1] * this.size[2]);
    for (const leaf of leaves)
      this.cells[this.index(leaf.x, leaf.y, leaf.z)] += (leaf.long * leaf.thin * 3.1) / this.step ** 2;
  }

  private index(x: number, y: number, z: number): number {
    const i = Math.floor((x - this.low[0]) / this.step),
      j = Math.floor((y - this.low[1]) / this.step),
      k = Math.floor((z - this.low[2]) / this.step);
    if (i < 0 || j < 0 || k < 0 || i >= this.size[0] || j >= this.size[1] || k >= this.size[2]) return -1;
    return (k * this.size[1] + j) * this.size[0] + i;
  }

  /** Leaf layers crossed from a place along a direction, until the plant's border. */
  layers(leaf: Leaf, direction: readonly [number, number, number]): number {
    let sum = 0;
    for (let s = 0.9; s < 24; s += 1) {
      const d = s * this.step,
        at = this.index(leaf.x + direction[0] * d, leaf.y + direction[1] * d, leaf.z + direction[2] * d);
      if (at < 0) break;
      sum += this.cells[at];
    }
    return sum;
  }
}

/** One dab or stem of a plant whose light is known; lengths about its foot. */
type Stroke =
  | { kind: 'leaf'; x: number; y: number; long: number; thin: number; angle: number; color: LinearColor }
  | {
      kind: 'stem';
      x0: number;
      y0: number;
      x1: number;
      y1: number;
      w0: number;
      w1: number;
      c0: LinearColor;
      c1: LinearColor;
    };

/** A plant ready to be painted many times: its strokes from back to front. */
export type Painted = readonly Stroke[];

/**
 * Lights a plant: each leaf as bright as the leaves towards the sun and above it let it be. Done once, a forest can
 * repeat it.
 */
export function lightPlant(plant: Plant, look: FoliageLook, light: Light, random: Random): Painted {
  const shade = new Shade(plant.leaves, plant.leaves.length > 3000 ? 22 : 9),
    strokes: Stroke[] = [];
  const leaves = [...plant.leaves].sort((a, b) => a.z - b.z),
    stems = [...plant.stems].sort((a, b) => a.from[2] + a.to[2] - b.from[2] - b.to[2]);
  let next = 0;
  const addStem = (s: Stem): void => {
    // Bark is round: a lit side and a shaded one, and darker where the crown closes over it.
    const towards = Math.sign(light.sun[0]) || 1;
    for (const [offset, share, glow] of [
      [0, 1, 0.3],
      [0.22, 0.55, 0.75],
      [0.3, 0.25, 1],
    ] as const)
      strokes.push({
        kind: 'stem',
        x0: s.from[0] + towards * offset * s.w0,
        y0: -s.from[1],
        x1: s.to[0] + towards * offset * s.w1,
        y1: -s.to[1],
        w0: s.w0 * share,
        w1: s.w1 * share,
        c0: lit(look.bark, light, glow * 0.55, 0.55),
        c1: lit(look.bark, light, glow * 0.25, 0.3),
      });
  };
  for (const leaf of leaves) {
    while (next < stems.length && (stems[next].from[2] + stems[next].to[2]) / 2 <= leaf.z) addStem(stems[next++]);
    const sunlight = Math.exp(-look.density * shade.layers(leaf, light.sun));
    const open = 0.25 + 0.75 * Math.exp(-look.density * 0.6 * shade.layers(leaf, [0, 1, 0]));
    // How much the leaf faces the sun; a leaf that does not glows with the light behind it.
    const turn = 0.25 + 0.75 * random(),
      glow = sunlight * (1 - turn) * 0.9;
    const front = lit(mix(look.dark, look.bright, clampTo(leaf.tint)), light, sunlight * turn, open);
    strokes.push({
      kind: 'leaf',
      x: leaf.x,
      y: -leaf.y,
      long: leaf.long,
      thin: leaf.thin,
      angle: leaf.angle,
      color: [front[0] + look.through[0] * glow, front[1] + look.through[1] * glow, front[2] + look.through[2] * glow],
    });
  }
  while (next < stems.length) addStem(stems[next++]);
  return strokes;
}

/**
 * Paints a lit plant with its foot at (x, y), `size` times as large; `veil` mixes in the color of the air before it.
 */
export function paintPlant(
  canvas: Canvas,
  label: number,
  x: number,
  y: number,
  plant: Painted,
  size = 1,
  veil?: { color: LinearColor; amount: number },
): void {
  const air = (c: LinearColor): LinearColor => (veil ? mix(c, veil.color, veil.amount) : c);
  for (const s of plant)
    if (s.kind === 'leaf')
      canvas.dab(x + s.x * size, y + s.y * size, s.long * size, s.thin * size, s.angle, air(s.color), label);
    else
      canvas.stroke(
        x + s.x0 * size,
        y + s.y0 * size,
        x + s.x1 * size,
        y + s.y1 * size,
        s.w0 * size,
        s.w1 * size,
        air(s.c0),
        air(s.c1),
        label,
      );
}
