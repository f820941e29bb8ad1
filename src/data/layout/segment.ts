/**
 * A first layout for a photograph: superpixels, merged to k classes by color, texture and height in the picture, for
 * people to correct. Merging is Ward's: always the two clusters whose union adds least to the sum of squared distances
 * from cluster means (Ward, JASA 1963), so that every k from one run is a level of the same tree and can be chosen
 * afterwards.
 */
import { labOf, toLab } from '../image/lab.ts';
import { type Superpixels, superpixels } from '../image/superpixels.ts';
import { colorOf, distance, type PaletteClass, type RGB } from './palette.ts';

export interface Segments extends Superpixels {
  area: Uint32Array; // pixels of each superpixel
  color: Float32Array; // [count,3] mean sRGB
  center: Float32Array; // [count,2] mean x, y as shares of width and height
  merges: [number, number][]; // in order; the second joins the first. All but the last k - 1 give k clusters
}

export interface SegmentOptions {
  superpixels?: number; // default 400
  compactness?: number;
}

/**
 * Weights in units of Lab distance: lightness counts less than hue, since shade is not another thing; height tells sky
 * from lake.
 */
const LIGHT = 0.7,
  TEXTURE = 1.5,
  ACROSS = 8,
  DOWN = 40;
const FEATURES = 6;

interface Sized {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

/** Superpixels of RGBA bytes and the order in which they merge. Deterministic; about a second for a megapixel. */
export function segment(picture: Sized, { superpixels: count = 400, compactness }: SegmentOptions = {}): Segments {
  const s = superpixels(picture, { count, compactness });
  const { area, color, center, features } = describe(picture, s);
  return { ...s, area, color, center, merges: ward(features, area) };
}

function describe({ width, height, data }: Sized, s: Superpixels) {
  const lab = toLab({ width, height, data });
  const area = new Uint32Array(s.count),
    color = new Float32Array(3 * s.count),
    center = new Float32Array(2 * s.count);
  const sums = new Float64Array(FEATURES * s.count);
  for (let p = 0; p < s.labels.length; p++) {
    const k = s.labels[p],
      x = p % width,
      y = Math.floor(p / width);
    area[k]++;
    for (let c = 0; c < 3; c++) {
      color[3 * k + c] += data[4 * p + c];
      sums[FEATURES * k + c] += lab[3 * p + c];
    }
    // Texture: the lightness's mean step to the right and down, inside the superpixel.
    let steps = 0;
    if (x + 1 < width && s.labels[p + 1] === k) steps += Math.abs(lab[3 * p + 3] - lab[3 * p]);
    if (y + 1 < height && s.labels[p + width] === k) steps += Math.abs(lab[3 * (p + width)] - lab[3 * p]);
    sums[FEATURES * k + 3] += steps;
    center[2 * k] += (x + 0.5) / width;
    center[2 * k + 1] += (y + 0.5) / height;
  }
  const features = new Float64Array(sums.length);
  for (let k = 0; k < s.count; k++) {
    for (let c = 0; c < 3; c++) color[3 * k + c] /= area[k];
    for (let c = 0; c < 2; c++) center[2 * k + c] /= area[k];
    const mean = (c: number): number => sums[FEATURES * k + c] / area[k];
    features.set(
      [LIGHT * mean(0), mean(1), mean(2), TEXTURE * mean(3), ACROSS * center[2 * k], DOWN * center[2 * k + 1]],
      FEATURES * k,
    );
  }
  return { area, color, center, features };
}

/**
 * Ward's merges of weighted points; the cost of joining two clusters: n m / (n + m) |mean - mean|^2. Each cluster keeps
 * its nearest, O(n^2) in practice.
 */
function ward(points: Float64Array, weights: Uint32Array): [number, number][] {
  const n = weights.length,
    mean = points.slice(),
    weight = Float64Array.from(weights);
  const alive = new Uint8Array(n).fill(1),
    nearest = new Int32Array(n).fill(-1),
    cost = new Float64Array(n).fill(Infinity);
  const between = (i: number, j: number): number => {
    let d = 0;
    for (let c = 0; c < FEATURES; c++) d += (mean[FEATURES * i + c] - mean[FEATURES * j + c]) ** 2;
    return (d * weight[i] * weight[j]) / (weight[i] + weight[j]);
  };
  const look = (i: number): void => {
    nearest[i] = -1;
    cost[i] = Infinity;
    for (let j = 0; j < n; j++)
      if (j !== i && alive[j]) {
        const d = between(i, j);
        if (d < cost[i]) {
          cost[i] = d;
          nearest[i] = j;
        }
      }
  };
  for (let i = 0; i < n; i++) look(i);
  const merges: [number, number][] = [];
  while (merges.length < n - 1) {
    let best = -1;
    for (let i = 0; i < n; i++) if (alive[i] && (best < 0 || cost[i] < cost[best])) best = i;
    const a = Math.min(best, nearest[best]),
      b = Math.max(best, nearest[best]);
    const w = weight[a] + weight[b];
    for (let c = 0; c < FEATURES; c++)
      mean[FEATURES * a + c] = (mean[FEATURES * a + c] * weight[a] + mean[FEATURES * b + c] * weight[b]) / w;
    weight[a] = w;
    alive[b] = 0;
    merges.push([a, b]);
    look(a);
    for (let i = 0; i < n; i++) {
      if (!alive[i] || i === a) continue;
      if (nearest[i] === a || nearest[i] === b) look(i);
      else {
        const d = between(i, a);
        if (d < cost[i]) {
          cost[i] = d;
          nearest[i] = a;
        }
      }
    }
  }
  return merges;
}

export interface SegmentedLayout {
  width: number;
  height: number;
  labels: Uint8Array;
  classes: PaletteClass[];
}

/**
 * The layout of k classes (2..64, at most as many as there are superpixels), largest class first, named and colored
 * after what they show.
 */
export function classesOf(s: Segments, k: number): SegmentedLayout {
  const wanted = Math.max(1, Math.min(k, s.count, 64));
  const parent = Int32Array.from({ length: s.count }, (_, i) => i);
  for (const [a, b] of s.merges.slice(0, s.count - wanted)) parent[b] = a;
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i];
    return i;
  };
  const groups = new Map<number, { area: number; color: RGB; x: number; y: number; members: number[] }>();
  for (let i = 0; i < s.count; i++) {
    const r = root(i);
    const g = groups.get(r) ?? { area: 0, color: [0, 0, 0] as RGB, x: 0, y: 0, members: [] };
    g.area += s.area[i];
    for (let c = 0; c < 3; c++) g.color[c] += s.area[i] * s.color[3 * i + c];
    g.x += s.area[i] * s.center[2 * i];
    g.y += s.area[i] * s.center[2 * i + 1];
    g.members.push(i);
    groups.set(r, g);
  }
  const sorted = [...groups.values()].sort((a, b) => b.area - a.area || a.members[0] - b.members[0]);
  const classOf = new Uint8Array(s.count),
    classes: PaletteClass[] = [];
  for (const [label, g] of sorted.entries()) {
    for (const i of g.members) classOf[i] = label;
    const mean = g.color.map((v) => Math.round(v / g.area)) as RGB;
    classes.push({
      name: unused(placeAndColorName(mean, g.x / g.area, g.y / g.area), classes),
      color: apart(vivid(mean), classes),
    });
  }
  return { width: s.width, height: s.height, labels: Uint8Array.from(s.labels, (l) => classOf[l]), classes };
}

/** The color, more saturated, so that neighbors in a layout can be distinguished. */
const vivid = (c: RGB): RGB => {
  const gray = (c[0] + c[1] + c[2]) / 3;
  return c.map((v) => Math.round(Math.max(0, Math.min(255, gray + 1.8 * (v - gray))))) as RGB;
};

/** The color itself where it is far enough from those in use; else the first of a row of distinct ones that is. */
export function apart(color: RGB, used: readonly { color: RGB }[], least = 72): RGB {
  const free = (c: RGB): boolean => used.every((u) => distance(u.color, c) >= least);
  if (free(color)) return color;
  // Lighter and darker shades of it first, so that a class still looks like what it shows.
  for (const f of [1.35, 0.65, 1.7, 0.4]) {
    const c = color.map((v) => Math.min(255, Math.round(v * f))) as RGB;
    if (free(c)) return c;
  }
  for (let i = 1; i < 256; i++) if (free(colorOf(i))) return colorOf(i);
  return apart(color, used, least * 0.7);
}

/** Hue angles in Lab at which the next name begins: sRGB's blue is at 306, its red at 40, its green at 136. */
const hues: [number, string][] = [
  [15, 'pink'],
  [50, 'red'],
  [75, 'orange'],
  [105, 'yellow'],
  [165, 'green'],
  [230, 'teal'],
  [310, 'blue'],
  [340, 'purple'],
  [361, 'pink'],
];

/** What one would call a region at a glance: 'light blue, top'. */
export function placeAndColorName(color: RGB, x: number, y: number): string {
  const [l, a, b] = labOf(...color);
  const hue = ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
  const gray = Math.hypot(a, b) < 7;
  const tone = gray
    ? l > 85
      ? 'white'
      : l < 15
        ? 'black'
        : l > 60
          ? 'light gray'
          : l < 35
            ? 'dark gray'
            : 'gray'
    : `${l > 72 ? 'light ' : l < 32 ? 'dark ' : ''}${hues.find(([until]) => hue < until)![1]}`;
  const place = y < 0.36 ? 'top' : y > 0.64 ? 'bottom' : x < 0.3 ? 'left' : x > 0.7 ? 'right' : 'middle';
  return `${tone}, ${place}`;
}

export function unused(name: string, classes: readonly { name: string }[]): string {
  for (let i = 1; ; i++) {
    const n = i === 1 ? name : `${name} ${i}`;
    if (!classes.some((c) => c.name === n)) return n;
  }
}
