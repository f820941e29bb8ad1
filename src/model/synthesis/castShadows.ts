/**
 * Light and shadow at the feet of objects. In a layout the shadow of a tree is part of the meadow, so it would stay
 * where it was when the tree moves. Here the photograph shows what near the foot of each object is darker or lighter
 * than its class usually is, and a layout's objects take that along, scaled to their own widths and heights. The result
 * is a guide of one channel, 0 where there is no such effect.
 */

import type { LayoutData, PairData } from '../pair.ts';
import { shrinkImage, shrinkLabels } from './pyramid.ts';
import type { RegionBox, RegionCoordinates } from './regionCoordinates.ts';

/** Size of a small map of a layout, and the layout's regions. */
interface SmallMap {
  width: number;
  height: number;
  regions: () => RegionCoordinates;
}
/**
 * A region that stands on another class: middle, lower end and size of its box, as shares of the layout's size and in
 * its pixels.
 */
interface Thing {
  label: number;
  x: number;
  foot: number;
  across: number;
  down: number;
  width: number;
  height: number;
}
export interface CastShadows {
  /**
   * Of the source: luminance less its class's usual one at that height where a foot is near, else 0; and classes;
   * [h,w].
   */
  width: number;
  height: number;
  own: Float32Array;
  labels: Uint8Array;
  things: readonly Thing[];
  /** Classes of things. */
  standing: ReadonlySet<number>;
}

/** Largest share of the picture that a thing covers. */
const largest = 0.4;
/**
 * Distance from the foot, across in the thing's longer sides, down in its heights: up to where it counts in full, from
 * where not at all.
 */
const reach = { across: [0.6, 1], down: [0.2, 0.35] } as const;
/** Less than so many standard deviations of its class counts little. */
const deviations = 3;

/**
 * Classes whose regions are not large, have their feet in the picture, and do not together reach from its left to its
 * right.
 */
function standingClasses({ width, height, boxes }: RegionCoordinates): Set<number> {
  const all = new Map<number, RegionBox[]>();
  for (const f of boxes) all.set(f.label, [...(all.get(f.label) ?? []), f]);
  const stands = (of: RegionBox[]): boolean =>
    of.every((f) => f.box.bottom < height - 1 && f.n <= largest * width * height) &&
    !(of.some((f) => f.box.left === 0) && of.some((f) => f.box.right === width - 1));
  return new Set([...all].filter(([, of]) => stands(of)).map(([label]) => label));
}

const thingsOf = ({ width: w, height: h, boxes }: RegionCoordinates, standing: ReadonlySet<number>): Thing[] =>
  boxes
    .filter((f) => standing.has(f.label))
    .map(({ label, box }) => {
      const [width, height] = [box.right + 1 - box.left, box.bottom + 1 - box.top];
      return {
        label,
        x: (box.left + width / 2) / w,
        foot: (box.bottom + 1) / h,
        across: width / w,
        down: height / h,
        width,
        height,
      };
    });

const falling = (r: number, [full, none]: readonly [number, number]): number => {
  const t = Math.min(1, Math.max(0, (none - r) / (none - full)));
  return t * t * (3 - 2 * t);
};

/** Every cell near a thing's foot: its place from there in widths and heights, and how much it counts. */
function beside(
  o: Thing,
  { width: w, height: h }: { width: number; height: number },
  visit: (cell: number, u: number, v: number, weight: number) => void,
): void {
  const range = (middle: number, r: number, n: number): [number, number] => [
    Math.max(0, Math.floor((middle - r) * n)),
    Math.min(n, Math.ceil((middle + r) * n)),
  ];
  const wide = Math.max(1, o.height / o.width);
  const [left, right] = range(o.x, reach.across[1] * o.across * wide, w);
  const [top, bottom] = range(o.foot, reach.down[1] * o.down, h);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const [u, v] = [((x + 0.5) / w - o.x) / o.across, ((y + 0.5) / h - o.foot) / o.down];
      const weight = falling(Math.abs(u) / wide, reach.across) * falling(Math.abs(v), reach.down);
      if (weight > 0) visit(y * w + x, u, v, weight);
    }
}

/** Luminance averaged with neighbors of the same class, [h,w]: grain and flowers are no shadows. */
function softLuminance(rgb: Float32Array, labels: Uint8Array, w: number, h: number): Float32Array {
  const n = w * h;
  const out = new Float32Array(n);
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      let sum = 0,
        count = 0;
      for (let v = Math.max(0, y - 1); v <= Math.min(h - 1, y + 1); v++)
        for (let u = Math.max(0, x - 2); u <= Math.min(w - 1, x + 2); u++) {
          const j = v * w + u;
          if (labels[j] !== labels[i]) continue;
          sum += 0.299 * rgb[j] + 0.587 * rgb[n + j] + 0.114 * rgb[2 * n + j];
          count++;
        }
      out[i] = sum / count;
    }
  return out;
}

/** Values less the weighted mean of their class at about their height; 0 where a class has no such mean. */
function unusual(values: Float32Array, labels: Uint8Array, weights: Float32Array, w: number, h: number): Float32Array {
  const [count, sum] = [new Float64Array(256 * h), new Float64Array(256 * h)];
  for (const [i, v] of values.entries()) {
    const at = labels[i] * h + Math.floor(i / w);
    count[at] += weights[i];
    sum[at] += weights[i] * v;
  }
  const spread = Math.max(1, 0.04 * h);
  const far = Math.ceil(3 * spread);
  const means = Float64Array.from({ length: 256 * h }, (_, at) => {
    const y = at % h;
    let c = 0,
      s = 0;
    for (let d = -Math.min(far, y); d <= Math.min(far, h - 1 - y); d++) {
      const f = Math.exp(-0.5 * (d / spread) ** 2);
      c += f * count[at + d];
      s += f * sum[at + d];
    }
    return c > 1 ? s / c : NaN;
  });
  return values.map((v, i) => {
    const mean = means[labels[i] * h + Math.floor(i / w)];
    return Number.isNaN(mean) ? 0 : v - mean;
  });
}

/** The shadows of the source's objects, in a map of `to`'s size; null where no object stands on another class. */
export function learnCastShadows(source: PairData, to: SmallMap): CastShadows | null {
  const { width, height } = to;
  const standing = standingClasses(to.regions());
  const things = thingsOf(to.regions(), standing);
  if (!things.length) return null;
  const labels = shrinkLabels(source.labels, source.width, source.height, width, height);
  const near = new Float32Array(labels.length);
  for (const o of things)
    beside(o, to, (i, _u, _v, weight) => {
      if (!standing.has(labels[i])) near[i] = Math.max(near[i], weight);
    });
  const elsewhere = near.map((v) => (1 - v) ** 2);
  const off = unusual(
    softLuminance(shrinkImage(source.image, source.width, source.height, width, height), labels, width, height),
    labels,
    elsewhere,
    width,
    height,
  );
  const [count, squares] = [new Float64Array(256), new Float64Array(256)];
  for (const [i, l] of labels.entries()) {
    count[l] += elsewhere[i];
    squares[l] += elsewhere[i] * off[i] ** 2;
  }
  const own = off.map(
    (d, i) =>
      (near[i] * d * d ** 2) / (d ** 2 + (deviations ** 2 * squares[labels[i]]) / Math.max(1, count[labels[i]]) + 1e-6),
  );
  return { width, height, own, labels, things, standing };
}

/**
 * The same for a layout, of the size of `to`, its map. Each of its objects takes the shadow of the object of the same
 * class in the source that is most like it in size, where the class under it is the same.
 */
export function castShadowsOf(s: CastShadows, layout: LayoutData, to: SmallMap): Float32Array {
  const out = new Float32Array(to.width * to.height);
  const labels = shrinkLabels(layout.labels, layout.width, layout.height, to.width, to.height);
  for (const o of thingsOf(to.regions(), s.standing)) {
    const unlike = (p: Thing): number =>
      Math.abs(Math.log(p.width / o.width)) + Math.abs(Math.log(p.height / o.height));
    const like = s.things.filter((p) => p.label === o.label).sort((a, b) => unlike(a) - unlike(b));
    beside(o, to, (i, u, v) => {
      for (const p of like) {
        const [x, y] = [Math.floor((p.x + u * p.across) * s.width), Math.floor((p.foot + v * p.down) * s.height)];
        if (x < 0 || y < 0 || x >= s.width || y >= s.height || s.labels[y * s.width + x] !== labels[i]) continue;
        const found = s.own[y * s.width + x];
        if (Math.abs(found) > Math.abs(out[i])) out[i] = found;
        return;
      }
    });
  }
  return out;
}
