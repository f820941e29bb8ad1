/**
 * Image Analogies (Hertzmann, Jacobs, Oliver, Curless, Salesin, SIGGRAPH 2001), what both forms of it share: A : A' ::
 * B : B' as Gaussian pyramids, and the list of neighbors that make a pixel's feature.
 */

/** Planes [c,h,w] of numbers, byte range 0..255 throughout. */
export interface FeaturePlanes {
  c: number;
  width: number;
  height: number;
  data: Float32Array;
}

export interface Analogy {
  /** A and A' of one size, B of any; A and B have as many planes. */
  a: FeaturePlanes;
  ap: FeaturePlanes;
  b: FeaturePlanes;
  /**
   * The coherent candidate is taken where its distance is at most 1 + 2^(l-L) kappa of the nearest's; 0..1 for
   * texture-by-numbers, 0.5..5 for filters.
   */
  kappa: number;
  /** Weight of A and B's part of a feature against A' and B''s, 1 for equal. */
  guideWeight?: number;
  /** Shorter side of the coarsest level, at least; default 16. */
  coarsest?: number;
}

/**
 * One entry of a feature: a plane of A (guide) or A' at this level or the coarser one, at an offset, and its weight.
 */
export interface Neighbor {
  guide: boolean;
  coarse: boolean;
  plane: number;
  dx: number;
  dy: number;
  weight: number;
}

/** One level's pyramids, without B' (which the synthesis makes). */
export interface AnalogyLevel {
  a: FeaturePlanes;
  ap: FeaturePlanes;
  b: FeaturePlanes;
}

/** Binomial blur (1 4 6 4 1)/16 both ways, edges repeated, every second pixel kept; sizes are halved and rounded up. */
export function halve(x: FeaturePlanes): FeaturePlanes {
  const [w, h] = [Math.ceil(x.width / 2), Math.ceil(x.height / 2)];
  const taps = [1, 4, 6, 4, 1].map((v) => v / 16);
  const rows = new Float64Array(x.c * x.height * w);
  const data = new Float32Array(x.c * h * w);
  const clamp = (v: number, n: number): number => Math.min(n - 1, Math.max(0, v));
  for (let r = 0; r < x.c * x.height; r++)
    for (let u = 0; u < w; u++)
      for (let k = 0; k < 5; k++) rows[r * w + u] += taps[k] * x.data[r * x.width + clamp(2 * u + k - 2, x.width)];
  for (let c = 0; c < x.c; c++)
    for (let v = 0; v < h; v++)
      for (let u = 0; u < w; u++) {
        let sum = 0;
        for (let k = 0; k < 5; k++) sum += taps[k] * rows[(c * x.height + clamp(2 * v + k - 2, x.height)) * w + u];
        data[(c * h + v) * w + u] = sum;
      }
  return { c: x.c, width: w, height: h, data };
}

/** Pyramids of an analogy, coarsest first. Throws RangeError where sizes or planes do not fit. */
export function pyramid({ a, ap, b, coarsest = 16 }: Analogy): AnalogyLevel[] {
  if (a.width !== ap.width || a.height !== ap.height)
    throw new RangeError(`image analogies: A is ${a.width} x ${a.height}, A' ${ap.width} x ${ap.height}`);
  if (a.c !== b.c) throw new RangeError(`image analogies: A has ${a.c} planes, B ${b.c}`);
  const levels: AnalogyLevel[] = [{ a, ap, b }];
  const shorter = ({ a: x, b: y }: AnalogyLevel): number => Math.min(x.width, x.height, y.width, y.height);
  while (shorter(levels[0]) / 2 >= coarsest)
    levels.unshift({ a: halve(levels[0].a), ap: halve(levels[0].ap), b: halve(levels[0].b) });
  return levels;
}

/** What came before in scan order, within the 5 x 5 window: rows above, then left. */
export const causal: readonly (readonly [dx: number, dy: number])[] = [
  [-2, -2],
  [-1, -2],
  [0, -2],
  [1, -2],
  [2, -2],
  [-2, -1],
  [-1, -1],
  [0, -1],
  [1, -1],
  [2, -1],
  [-2, 0],
  [-1, 0],
];

/**
 * The neighbors that make a feature: 5 x 5 of A, the causal half of it of A', 3 x 3 of both a level down. Each window's
 * Gaussian weights (of deviation a quarter of its side) sum to 1, so that no part counts for its size. Heaviest first:
 * a search can leave a source early.
 */
export function neighbors(guidePlanes: number, planes: number, coarse: boolean, guideWeight = 1): Neighbor[] {
  const out: Neighbor[] = [];
  const add = (guide: boolean, down: boolean, side: number, offsets: readonly (readonly [number, number])[]): void => {
    const spread = offsets.map(([dx, dy]) => Math.exp(-(dx * dx + dy * dy) / (2 * (side / 4) ** 2)));
    const total = spread.reduce((x, y) => x + y, 0);
    for (const [i, [dx, dy]] of offsets.entries())
      for (let plane = 0; plane < (guide ? guidePlanes : planes); plane++)
        out.push({ guide, coarse: down, plane, dx, dy, weight: (spread[i] / total) * (guide ? guideWeight : 1) });
  };
  const square = (r: number): [number, number][] =>
    Array.from({ length: (2 * r + 1) ** 2 }, (_, i) => [(i % (2 * r + 1)) - r, Math.floor(i / (2 * r + 1)) - r]);
  if (coarse) add(false, true, 3, square(1));
  add(true, false, 5, square(2));
  add(false, false, 5, causal);
  if (coarse) add(true, true, 3, square(1));
  return out.sort((x, y) => y.weight - x.weight);
}

/** 1 + 2^(l-L) kappa for level l of `levels`, the finest being L. */
export const coherenceFactor = (kappa: number, l: number, levels: number): number =>
  1 + 2 ** (l - (levels - 1)) * kappa;
