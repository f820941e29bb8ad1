/**
 * Every pixel of a layout to a class: by its color where that is clear, by its neighborhood on borders; what neither
 * explains is named.
 */
import { type ColorTable, HOLE, thickParts, unpack } from './histogram.ts';
import { distance, type RGB, toSegment } from './palette.ts';

const UNSET = 255;
const FAR = 64; // RGB distance beyond which a color is never taken for a class by itself
const NEAR = 0.4; // ... nor beyond this share of the distance to the class's nearest other class
const MIXED = 32; // RGB distance from the line between two classes within which a color may be their border

/** A color (or class number) that no class and no border explains. */
export interface Alien {
  color: RGB;
  code: number; // code: packed color or class number
  count: number; // pixels of it and its shades
  at: [number, number]; // one of them: x, y
  nearest: number; // the class of the nearest color
  distance: number; // ... and how far that is
}

export interface Snapped {
  labels: Uint8Array; // [h,w], classes 0..K-1
  byColor: number; // pixels near a class color, but not it
  byPlace: number; // pixels given the class of their neighborhood
  aliens: Alien[]; // largest first; their pixels are labeled all the same, by their neighborhood
  near: { classOf: Int16Array; distance: Float64Array }; // by table entry: nearest class and distance to it
}

export interface SnapOptions {
  exact?: boolean; // only equal codes count (index files)
  noisy?: boolean; // smeared as by JPEG, so that a small off-color patch near a border proves nothing
  skip?: (code: number) => boolean; // colors that need no complaint
}

/**
 * colors: the classes' colors, or for index files [number, 0, 0]. flat: flatPixels(table). Every pixel gets a label.
 */
export function snap(table: ColorTable, flat: Uint8Array, colors: RGB[], options: SnapOptions = {}): Snapped {
  const { width: w, height: h, ids } = table;
  const n = w * h,
    entries = table.colors.length;
  const classOf = new Int16Array(entries).fill(-1),
    far = new Float64Array(entries),
    mixed = new Uint8Array(entries);
  const firm = new Uint8Array(entries);
  const reach = colors.map((a, k) =>
    Math.min(FAR, NEAR * Math.min(...colors.map((b, j) => (j === k ? Infinity : distance(a, b))))),
  );
  for (let i = 0; i < entries; i++) {
    const c: RGB = options.exact ? [table.colors[i], 0, 0] : unpack(table.colors[i]);
    far[i] = Infinity;
    colors.forEach((color, k) => {
      const d = distance(c, color);
      if (d < far[i]) {
        far[i] = d;
        classOf[i] = k;
      }
    });
    firm[i] = options.exact ? +(far[i] === 0) : +(far[i] <= reach[classOf[i]]);
    if (!firm[i] && !options.exact) mixed[i] = +mixes(c, colors);
  }
  const labels = new Uint8Array(n);
  let byColor = 0;
  for (let p = 0; p < n; p++) {
    const id = ids[p];
    labels[p] = id !== HOLE && firm[id] ? classOf[id] : UNSET;
    if (labels[p] !== UNSET && far[id] > 0) byColor++;
  }
  if (!options.exact) byColor -= unsetFalseBorders(labels, table, far, colors);
  const near = { classOf, distance: far };
  const aliens = findAliens(labels, table, flat, near, mixed, options);
  const byPlace = fill(labels, table, mixed, colors, options.exact);
  return { labels, byColor, byPlace, aliens, near };
}

function mixes(c: RGB, colors: RGB[]): boolean {
  for (let a = 0; a < colors.length; a++)
    for (let b = a + 1; b < colors.length; b++) if (toSegment(c, colors[a], colors[b]).d <= MIXED) return true;
  return false;
}

/**
 * Where black meets white, the soft border may be exactly the gray of a third class. Thin parts of a class whose color
 * lies between two others', both close by, are unset; also single pixels that only came near a class color.
 * Returns how many of them had been counted as placed by color.
 */
function unsetFalseBorders(labels: Uint8Array, table: ColorTable, far: Float64Array, colors: RGB[]): number {
  const { width: w, height: h, ids } = table;
  const pairs = colors.map((c, k) =>
    colors.flatMap((a, i) =>
      colors.flatMap((b, j) => (i < j && i !== k && j !== k && toSegment(c, a, b).d <= MIXED ? [[i, j]] : [])),
    ),
  );
  const two = thickParts(labels, w, h, 2, UNSET);
  const three = pairs.some((p) => p.length) ? thickParts(labels, w, h, 3, UNSET) : two;
  const drop: number[] = [];
  const seen = new Uint8Array(256);
  for (let p = 0; p < labels.length; p++) {
    const k = labels[p];
    if (k === UNSET || (two[p] && (three[p] || far[ids[p]] === 0 || !pairs[k].length))) continue;
    const x = p % w,
      y = (p - x) / w;
    if (pairs[k].length) {
      seen.fill(0);
      around(x, y, w, h, 2, (q) => {
        seen[labels[q]] = 1;
      });
      if (pairs[k].some(([a, b]) => seen[a] && seen[b])) {
        drop.push(p);
        continue;
      }
    }
    if (far[ids[p]] > 8) {
      let same = -1;
      around(x, y, w, h, 1, (q) => {
        if (labels[q] === k) same++;
      });
      if (same < 1) drop.push(p);
    }
  }
  let counted = 0;
  for (const p of drop) {
    if (far[ids[p]] > 0) counted++;
    labels[p] = UNSET;
  }
  return counted;
}

function around(x: number, y: number, w: number, h: number, r: number, visit: (q: number) => void): void {
  for (let v = Math.max(0, y - r); v <= Math.min(h - 1, y + r); v++)
    for (let u = Math.max(0, x - r); u <= Math.min(w - 1, x + r); u++) visit(v * w + u);
}

/** Colors left over that are large (over 0.5 %), or fill a solid patch, and are no soft border between two classes. */
function findAliens(
  labels: Uint8Array,
  table: ColorTable,
  flat: Uint8Array,
  near: Snapped['near'],
  mixed: Uint8Array,
  { exact, noisy, skip }: SnapOptions,
): Alien[] {
  const { width: w, height: h, ids, colors } = table;
  const left = new Float64Array(colors.length),
    solid = new Float64Array(colors.length);
  const rest = new Uint8Array(labels.length);
  for (let p = 0; p < rest.length; p++) rest[p] = labels[p] === UNSET && ids[p] !== HOLE ? 1 : 0;
  const deep = thickParts(rest, w, h, 5, 0);
  for (let p = 0; p < labels.length; p++) {
    if (!rest[p]) continue;
    left[ids[p]]++;
    if (flat[p] && (deep[p] || !mixed[ids[p]])) solid[ids[p]]++;
  }
  const groups: (Alien & { solid: number; peak: number; mixed: boolean })[] = [];
  const order = [...colors.keys()]
    .filter((i) => left[i] > 0 && !skip?.(colors[i]))
    .sort((a, b) => solid[b] - solid[a] || left[b] - left[a]);
  for (const i of order) {
    const color: RGB = exact ? [colors[i], 0, 0] : unpack(colors[i]);
    const group = groups.find((g) => (exact ? g.code === colors[i] : distance(g.color, color) <= 12));
    if (group) {
      group.count += left[i];
      group.solid += solid[i];
    } else if (groups.length < 512)
      groups.push({
        color,
        code: colors[i],
        count: left[i],
        peak: left[i],
        solid: solid[i],
        mixed: mixed[i] === 1,
        at: [table.first[i] % w, Math.floor(table.first[i] / w)],
        nearest: near.classOf[i],
        distance: near.distance[i],
      });
  }
  const pixels = w * h;
  const patch = noisy ? Math.max(36, 0.001 * pixels) : 9;
  return groups
    .filter((g) => g.solid >= patch || (!g.mixed && g.count > 0.005 * pixels))
    .sort((a, b) => b.count - a.count)
    .map(({ color, code, count, at, nearest, distance: d }) => ({ color, code, count, at, nearest, distance: d }));
}

/**
 * Unset pixels, from the edges of the unset parts inwards, to the majority of the classes around; a mixture of two of
 * them to the nearer one.
 */
function fill(labels: Uint8Array, table: ColorTable, mixed: Uint8Array, colors: RGB[], exact = false): number {
  const { width: w, height: h, ids } = table;
  let open: number[] = [];
  for (let p = 0; p < labels.length; p++) if (labels[p] === UNSET) open.push(p);
  const total = open.length;
  const votes = new Float64Array(256);
  while (open.length) {
    const next: number[] = [],
      set: [number, number][] = [];
    for (const p of open) {
      const x = p % w,
        y = (p - x) / w;
      votes.fill(0, 0, colors.length);
      let close = 0;
      around(x, y, w, h, 2, (q) => {
        if (labels[q] === UNSET) return;
        const near = Math.abs((q % w) - x) <= 1 && Math.abs(Math.floor(q / w) - y) <= 1;
        if (near) close++;
        votes[labels[q]] += near ? 2 : 1;
      });
      if (!close) {
        next.push(p);
        continue;
      }
      set.push([
        p,
        choose(votes, colors, !exact && ids[p] !== HOLE && mixed[ids[p]] ? unpack(table.colors[ids[p]]) : null),
      ]);
    }
    if (!set.length) {
      for (const p of next) labels[p] = Math.max(0, near(ids[p]));
      break;
    } // no class anywhere: aliens tell
    for (const [p, k] of set) labels[p] = k;
    open = next;
  }
  return total;
  function near(id: number) {
    return id === HOLE || exact ? 0 : nearestOf(unpack(table.colors[id]), colors);
  }
}

const nearestOf = (c: RGB, colors: RGB[]) =>
  colors.reduce((best, color, k) => (distance(c, color) < distance(c, colors[best]) ? k : best), 0);

function choose(votes: Float64Array, colors: RGB[], color: RGB | null): number {
  let best = 0;
  for (let k = 1; k < colors.length; k++) if (votes[k] > votes[best]) best = k;
  if (!color) return best;
  let choice = best,
    least = MIXED;
  for (let a = 0; a < colors.length; a++)
    for (let b = a + 1; b < colors.length; b++)
      if (votes[a] && votes[b]) {
        const { d, t } = toSegment(color, colors[a], colors[b]);
        if (d < least) {
          least = d;
          choice = t < 0.5 ? a : b;
        }
      }
  return choice;
}
