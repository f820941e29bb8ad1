/**
 * Which colors of a layout picture are its classes. Borders are soft, JPEG is noisy, and people leave specks:
 * only flat regions vote, near colors are gathered under the most frequent one, and what is too small, or is a thin
 * band of a color between two others' (a border), is no class.
 */
import { UserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import { type ColorTable, place, squares, unpack } from './histogram.ts';
import { distance, hex, MAX_CLASSES, type RGB, toSegment } from './palette.ts';

export interface FoundClass {
  color: RGB;
  area: number;
  at: number;
} // area: flat pixels; at: one pixel of the color itself
/** Two colors of a layout that are nearly the same. */
export interface NearPair {
  /** The more frequent one. */
  a: RGB;
  /** The rarer one. */
  b: RGB;
  /** Between the two, in levels of 0 to 255. */
  distance: number;
  /** b was rare and is taken for a. */
  merged: boolean;
}
export interface Found {
  classes: FoundClass[]; // largest first
  rejected: (FoundClass & { why: 'small' | 'border' })[]; // had flat pixels, yet make no class
  near: NearPair[];
  shades: FoundClass[]; // classes that are rather one gradient cut into bands
  noisy: boolean; // the colors are smeared as by JPEG
}

const GATHER = 16; // RGB distance within which a color belongs to a more frequent one
const BAND = 24; // RGB distance from the line between two classes within which a thin band is their border
const RARE = 0.05; // times a like class's area below which a class is a slip of the brush
const MAX_GROUPS = 1024; // more groups than that: a photograph
const LIKE = 40; // RGB distance under which two classes are reported as easy to confuse

/** minShare: the share of the picture's pixels that a class needs (default 0.0002, and 12 pixels at least). */
export function findClasses(table: ColorTable, flat: Uint8Array, picture: Picture, minShare = 0.0002): Found {
  const { ids, colors, width, height } = table;
  const pixels = width * height;
  const flatCount = new Float64Array(colors.length);
  for (let p = 0; p < pixels; p++) if (flat[p]) flatCount[ids[p]]++;
  const order = [...colors.keys()]
    .filter((i) => flatCount[i] > 0)
    .sort((a, b) => flatCount[b] - flatCount[a] || colors[a] - colors[b]);
  const noisy = isNoisy(picture, table, flat);
  const least = Math.max(12, Math.min(minShare * pixels, 1000)) * (noisy ? 2 : 1);

  const exact = new Float64Array(colors.length); // 3 x 3 squares of exactly that color
  const three = squares(ids, width, height, 3);
  for (let p = 0; p < pixels; p++) if (three[p] && ids[p] >= 0) exact[ids[p]]++;

  const found: Found = { classes: [], rejected: [], near: [], shades: [], noisy };
  // own, exact: flat pixels and squares of exactly that color
  const groups: (FoundClass & { own: number; exact: number })[] = [];
  const groupOf = new Int32Array(colors.length).fill(-1);
  for (const i of order) {
    const color = unpack(colors[i]);
    let nearest = -1,
      d = Infinity;
    for (let g = 0; g < groups.length; g++) {
      const e = distance(color, groups[g].color);
      if (e < d) {
        d = e;
        nearest = g;
      }
    }
    const drawn = !noisy && flatCount[i] >= least && exact[i] >= 4; // somebody filled an area with just this color
    if (d > GATHER || (drawn && flatCount[i] >= RARE * groups[nearest].own)) {
      if (groups.length >= MAX_GROUPS) throw photograph(picture, table);
      groupOf[i] =
        groups.push({ color, area: flatCount[i], own: flatCount[i], exact: exact[i], at: table.first[i] }) - 1;
    } else {
      groupOf[i] = nearest;
      if (drawn) found.near.push({ a: groups[nearest].color, b: color, distance: d, merged: true });
      groups[nearest].area += flatCount[i];
      groups[nearest].exact += exact[i];
    }
  }

  const thick = new Float64Array(groups.length); // 5 x 5 squares of the group alone
  const map = new Int32Array(pixels);
  for (let p = 0; p < pixels; p++) map[p] = ids[p] < 0 ? -1 : groupOf[ids[p]];
  const five = squares(map, width, height, 5);
  for (let p = 0; p < pixels; p++) if (five[p] && map[p] >= 0) thick[map[p]]++;

  const byArea = [...groups.keys()].sort((a, b) => groups[b].area - groups[a].area || groups[b].own - groups[a].own);
  for (const g of byArea) {
    const { color, area, at } = groups[g];
    const small = area < least || (noisy && thick[g] < 4);
    const between =
      (small || thick[g] < 4 || (noisy && area < 0.01 * pixels && thick[g] < 0.3 * area)) &&
      isBetween(color, found.classes, BAND);
    const twin = found.classes.find((c) => distance(c.color, color) <= (noisy ? 2 : 1) * BAND && area < RARE * c.area);
    if (twin && !small)
      found.near.push({ a: twin.color, b: color, distance: distance(twin.color, color), merged: true });
    else if (!twin && (small || between)) found.rejected.push({ color, area, at, why: between ? 'border' : 'small' });
    else if (!twin) found.classes.push({ color, area, at });
  }
  found.shades = shadesAmong(found.classes.map((c) => groups.find((g) => g.color === c.color)!));
  if (!noisy) addThin(found, table, flatCount, Math.max(24, 0.001 * pixels));
  for (const [i, { color: a }] of found.classes.entries())
    for (const { color: b } of found.classes.slice(i + 1)) {
      if (distance(a, b) <= LIKE) found.near.push({ a, b, distance: distance(a, b), merged: false });
    }
  found.classes.sort((a, b) => b.area - a.area);
  return found;
}

/** Like classes, none with an area of just one color: a gradient cut into bands, if there are three or more. */
function shadesAmong(groups: (FoundClass & { exact: number })[]): FoundClass[] {
  const uneven = groups.filter((g) => g.exact < 0.02 * g.area);
  const shades = uneven.filter((g) => uneven.some((o) => o !== g && distance(o.color, g.color) <= LIKE));
  return shades.length < 3 ? [] : shades;
}

/**
 * Lines one or two pixels wide have no flat pixel, yet are classes if many pixels share exactly one color that no
 * border explains.
 */
function addThin(found: Found, table: ColorTable, flatCount: Float64Array, least: number): void {
  table.colors.forEach((packed, i) => {
    if (table.counts[i] < least || flatCount[i] > 0) return;
    const color = unpack(packed);
    if (found.classes.some((c) => distance(c.color, color) <= 2 * BAND) || isBetween(color, found.classes, 2 * BAND))
      return;
    if (largestPart(table, i) < least) return; // specks
    found.classes.push({ color, area: table.counts[i], at: table.first[i] });
  });
}

/** Pixels of the largest connected part (corners connect) of one color. */
function largestPart({ ids, width, height }: ColorTable, id: number): number {
  const seen = new Uint8Array(ids.length);
  let largest = 0;
  for (let p = 0; p < ids.length; p++) {
    if (ids[p] !== id || seen[p]) continue;
    const open = [p];
    seen[p] = 1;
    let size = 0;
    for (let q: number | undefined; (q = open.pop()) !== undefined; size++) {
      const x = q % width,
        y = (q - x) / width;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const r = v * width + u;
          if (ids[r] === id && !seen[r]) {
            seen[r] = 1;
            open.push(r);
          }
        }
    }
    largest = Math.max(largest, size);
  }
  return largest;
}

/** Whether a color lies on the way from one class's color to another's, away from both. */
export function isBetween(color: RGB, classes: { color: RGB }[], within: number): boolean {
  for (let i = 0; i < classes.length; i++)
    for (let j = i + 1; j < classes.length; j++) {
      const { d, t } = toSegment(color, classes[i].color, classes[j].color);
      if (d <= within && t > 0.02 && t < 0.98) return true;
    }
  return false;
}

/** Whether the colors are smeared, as by JPEG: even the flat parts have many. */
export function isNoisy(picture: Picture, table: ColorTable, flat: Uint8Array): boolean {
  if (picture.format === 'jpeg') return true;
  const seen = new Uint8Array(table.colors.length);
  for (let p = 0; p < flat.length; p++) if (flat[p]) seen[table.ids[p]] = 1;
  return seen.reduce((n, s) => n + s, 0) > (picture.format === 'webp' ? 64 : 256);
}

export const manyColors = (table: ColorTable) => table.colors.length >= Math.min(0.1 * table.ids.length, 30_000);

/**
 * Many colors, and fewer than 85 % of the pixels near a class. Measured: layouts as JPEG of quality 15 to 90, and
 * blurred by 4 px, have at least 89 % there and colors for at most 9 % of their pixels; photographs, also enlarged, at
 * most 79 % and at least 23 %.
 */
export function looksLikePhoto(table: ColorTable, classes: { color: RGB }[]): boolean {
  const pixels = table.ids.length;
  if (!manyColors(table)) return false;
  let near = 0;
  table.colors.forEach((c, i) => {
    if (classes.some((k) => distance(k.color, unpack(c)) <= BAND)) near += table.counts[i];
  });
  return near < 0.85 * pixels;
}

export const photograph = (picture: Picture, table: ColorTable) =>
  new UserError(
    `${picture.source}: has ${table.colors.length} colors and looks like a photograph, not a layout: ` +
      `give a drawing in flat colors, one per class${picture.format === 'jpeg' ? ', as PNG (JPEG spoils them)' : ''}`,
  );

export const shaded = (picture: Picture, table: ColorTable, shades: FoundClass[]) =>
  new UserError(
    `${picture.source}: its colors run into each other (${shades
      .slice(0, 3)
      .map((g) => hex(g.color))
      .join(', ')}..., as at pixel ` +
      `(${place(table, shades[0].at).join(', ')})): fill each class with one flat color, without shading or gradient`,
  );

export const tooMany = (name: string, found: (string | number)[]) =>
  new UserError(
    `${name}: has ${found.length} classes (${found.slice(0, 4).join(', ')}, ...), more than the ${MAX_CLASSES} ` +
      'that can be told apart: ' +
      'merge some, or draw in flat colors',
  );
