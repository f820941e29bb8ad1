/**
 * The serial form of Image Analogies, in float64 and plain loops: level by level, in scan-line order, the nearest
 * feature among all source pixels against the best coherent one. It is what the device form is held to; for pictures of
 * some 64 pixels a side.
 */
import {
  type Analogy,
  type AnalogyLevel,
  causal,
  coherenceFactor,
  type FeaturePlanes,
  type Neighbor,
  neighbors,
  pyramid,
} from './problem.ts';

export interface Synthesis {
  /** B'. */ result: FeaturePlanes /** Source pixel of every pixel of B', row by row. */;
  matches: Uint32Array;
}

/** One level's pixels with what they are compared by: this level's and the coarser one's planes. */
export interface AnalogySide {
  fine: { guide: FeaturePlanes; made: FeaturePlanes };
  coarse: { guide: FeaturePlanes; made: FeaturePlanes } | null;
}

/** The value of one neighbor of pixel (x, y); null where that lies outside. `clamp`: the nearest inside instead. */
export function valueAt(side: AnalogySide, n: Neighbor, x: number, y: number, clamp: boolean): number | null {
  const part = (n.coarse ? side.coarse! : side.fine)[n.guide ? 'guide' : 'made'];
  let [u, v] = n.coarse ? [(x >> 1) + n.dx, (y >> 1) + n.dy] : [x + n.dx, y + n.dy];
  if (clamp) [u, v] = [Math.min(part.width - 1, Math.max(0, u)), Math.min(part.height - 1, Math.max(0, v))];
  else if (u < 0 || v < 0 || u >= part.width || v >= part.height) return null;
  return part.data[(n.plane * part.height + v) * part.width + u];
}

/**
 * Weighted squared distance of target pixel (x, y)'s feature from source pixel (u, v)'s. Neighbors outside the target
 * do not count (they cannot have been made yet); outside the source, the nearest inside is taken.
 */
export function featureDistance(
  target: AnalogySide,
  source: AnalogySide,
  list: readonly Neighbor[],
  x: number,
  y: number,
  u: number,
  v: number,
): number {
  let sum = 0;
  for (const n of list) {
    const want = valueAt(target, n, x, y, false);
    if (want !== null) sum += n.weight * (want - valueAt(source, n, u, v, true)!) ** 2;
  }
  return sum;
}

/** What the rule takes for (x, y), given the matches made before it in scan order. */
export function choose(
  target: AnalogySide,
  source: AnalogySide,
  list: readonly Neighbor[],
  matches: Uint32Array,
  x: number,
  y: number,
  factor: number,
): number {
  const { width, height } = target.fine.guide;
  const { width: sw, height: sh } = source.fine.guide;
  let [near, least] = [0, Infinity];
  for (let v = 0; v < sh; v++)
    for (let u = 0; u < sw; u++) {
      const d = featureDistance(target, source, list, x, y, u, v);
      if (d < least) [near, least] = [v * sw + u, d];
    }
  let [coherent, closest] = [-1, Infinity];
  for (const [dx, dy] of causal) {
    const [qx, qy] = [x + dx, y + dy];
    if (qx < 0 || qy < 0 || qx >= width || qy >= height) continue;
    const m = matches[qy * width + qx];
    const [u, v] = [(m % sw) - dx, Math.floor(m / sw) - dy];
    if (u < 0 || v < 0 || u >= sw || v >= sh) continue;
    const d = featureDistance(target, source, list, x, y, u, v);
    if (d < closest) [coherent, closest] = [v * sw + u, d];
  }
  return coherent >= 0 && closest <= least * factor ? coherent : near;
}

/** Source and target sides of a level, B' empty. */
export function sides(
  level: AnalogyLevel,
  coarser: { level: AnalogyLevel; made: FeaturePlanes } | null,
): { source: AnalogySide; target: AnalogySide } {
  const empty: FeaturePlanes = {
    c: level.ap.c,
    width: level.b.width,
    height: level.b.height,
    data: new Float32Array(level.ap.c * level.b.width * level.b.height),
  };
  return {
    source: {
      fine: { guide: level.a, made: level.ap },
      coarse: coarser && { guide: coarser.level.a, made: coarser.level.ap },
    },
    target: {
      fine: { guide: level.b, made: empty },
      coarse: coarser && { guide: coarser.level.b, made: coarser.made },
    },
  };
}

/** Image Analogies as the paper states it. Time grows with the product of both areas. */
export function serialAnalogies(problem: Analogy): Synthesis {
  const levels = pyramid(problem);
  let made: Synthesis | null = null;
  for (const [l, level] of levels.entries()) {
    const { source, target } = sides(level, made && { level: levels[l - 1], made: made.result });
    const list = neighbors(level.a.c, level.ap.c, made !== null, problem.guideWeight);
    const { width, height } = level.b;
    const matches = new Uint32Array(width * height);
    const result = target.fine.made;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const m = choose(target, source, list, matches, x, y, coherenceFactor(problem.kappa, l, levels.length));
        matches[y * width + x] = m;
        for (let c = 0; c < result.c; c++)
          result.data[(c * height + y) * width + x] = level.ap.data[c * level.ap.width * level.ap.height + m];
      }
    made = { result, matches };
  }
  return made!;
}
