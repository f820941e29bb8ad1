/** What reading a layout found out, and the two refusals that need it: transparent regions and colors of no class. */

import { UserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import type { NearPair } from './classes.ts';
import { type ColorTable, HOLE, place, thickParts } from './histogram.ts';
import { VOID } from './indices.ts';
import { describe, distance, hex, type Palette } from './palette.ts';
import type { Alien, Snapped } from './snap.ts';

/** A color of a layout that is no class's. */
export interface Stray {
  /** `#rrggbb`. */
  color: string;
  /** Pixels that have it. */
  count: number;
  /** Of all pixels, 0 to 1. */
  share: number;
  /** One of them: column and row. */
  at: [number, number];
  /** The class most like it. */
  to: string;
}

/** What was found and put right while a layout was read. */
export interface LayoutReport {
  /** What its values were read as. */
  as: 'colors' | 'indices';
  /** Number of pixels. */
  pixels: number;
  /** Pixels by class. */
  areas: number[];
  /** Pixels that are not exactly their class's color. */
  inexact: number;
  /** Their share of all pixels, 0 to 1. */
  strayShare: number;
  /** How many of them were placed by their color. */
  byColor: number;
  /** How many of them were placed by the classes around them: borders, transparent and void pixels. */
  byPlace: number;
  /** The most frequent colors that are no class's, at most 8. */
  strays: Stray[];
  /** Colors of over 0.5 % of the pixels that were read as a class, though plainly not its color. */
  shifted: Stray[];
  /** Classes of like colors, merged ones too. */
  near: NearPair[];
  /** Of a source only: flat spots that were too small to be classes, or borders. */
  rejected: Stray[];
  /** Pixels under half opacity, placed by the classes around them. */
  transparent: number;
  /** Pixels from half to full opacity, taken by their color. */
  faint: number;
  /** Pixels of class number 255 in an index file, which means no class. */
  void: number;
  /** What could not be placed; only where unknown colors are snapped. */
  aliens: Stray[];
}

export const percent = (share: number) => `${(100 * share).toFixed(share < 0.0995 ? (share < 0.001 ? 2 : 1) : 0)} %`;

/**
 * Soft borders may be transparent (they are placed by the classes around); regions, or over 5 % of the pixels, may not:
 * UserError.
 */
export function refuseHoles(picture: Picture, table: ColorTable): void {
  if (!table.holes) return;
  const hole = solidHole(table);
  const share = table.holes / table.ids.length;
  if (!hole && share <= 0.05) return;
  const at = hole ?? place(table, table.ids.indexOf(HOLE));
  const where =
    share === 1
      ? 'all of the layout is transparent'
      : `${percent(share)} of the layout is transparent, as at pixel (${at.join(', ')})`;
  throw new UserError(
    `${picture.source}: ${where}: every pixel needs a class: fill the transparent parts with a class's color`,
    `for example: magick "${picture.source}" -background "#00ff00" -flatten filled.png`,
  );
}

/** A pixel of a transparent part at least 5 pixels thick, or null. */
function solidHole(table: ColorTable): [number, number] | null {
  const map = new Uint8Array(table.ids.length);
  for (let p = 0; p < map.length; p++) map[p] = table.ids[p] === HOLE ? 1 : 0;
  const at = thickParts(map, table.width, table.height, 5, 0).indexOf(1);
  return at < 0 ? null : place(table, at);
}

/** The refusal of colors that no class explains: names the largest, its share, a pixel, the nearest class. */
export function unknownColor(picture: Picture, palette: Palette, aliens: Alien[], table: ColorTable): UserError {
  const exact = palette.as === 'indices';
  const label = (a: Alien) => (exact ? `class number ${a.code}` : hex(a.color));
  const first = aliens[0],
    near = palette.classes[first.nearest];
  const missing = palette.absent?.find((c) => (exact ? c.index === first.code : distance(c.color, first.color) <= 16));
  const also =
    aliens.length > 1
      ? `; so ${aliens.length > 2 ? 'are' : 'is'} ` +
        `${aliens.slice(1, 5).map(label).join(', ')}${aliens.length > 5 ? ', ...' : ''}`
      : '';
  const what = missing
    ? `is "${missing.name}", of which the source layout has nothing`
    : 'is no class of the source layout';
  const nearest = exact
    ? `; those are ${palette.classes.map((c) => c.index).join(', ')}`
    : `; the nearest is ${describe(near)} at distance ${Math.round(first.distance)}`;
  const where = `${percent(first.count / table.ids.length)} of the layout, as at pixel (${first.at.join(', ')})`;
  return new UserError(
    `${picture.source}: ${label(first)} (${where}) ` +
      `${what}${nearest}${also}: repaint it in a class of the source, or paint it into the source layout too`,
  );
}

export function reportLayout(
  table: ColorTable,
  palette: Palette,
  result: Snapped,
  harmless: Set<number>,
): LayoutReport {
  const exact = palette.as === 'indices',
    pixels = table.ids.length;
  const { classOf, distance: far } = result.near;
  const stray = (code: number, count: number, at: [number, number], to: number): Stray => ({
    color: exact ? String(code) : `#${code.toString(16).padStart(6, '0')}`,
    count,
    share: count / pixels,
    at,
    to: palette.classes[to].name,
  });
  const entry = (i: number) => stray(table.colors[i], table.counts[i], place(table, table.first[i]), classOf[i]);
  const off = [...table.colors.keys()].filter((i) => far[i] > 0).sort((a, b) => table.counts[b] - table.counts[a]);
  const areas = palette.classes.map(() => 0);
  for (const l of result.labels) areas[l]++;
  const void_ = exact ? off.filter((i) => table.colors[i] === VOID).reduce((n, i) => n + table.counts[i], 0) : 0;
  const inexact = off.reduce((n, i) => n + table.counts[i], 0);
  return {
    as: exact ? 'indices' : 'colors',
    pixels,
    areas,
    inexact,
    strayShare: inexact / pixels,
    byColor: result.byColor,
    byPlace: result.byPlace,
    strays: off.slice(0, 8).map(entry),
    shifted: off.filter((i) => !exact && far[i] > 8 && table.counts[i] > 0.005 * pixels).map(entry),
    near: [],
    rejected: off
      .filter((i) => harmless.has(table.colors[i]))
      .slice(0, 8)
      .map(entry),
    transparent: table.holes,
    faint: table.faint,
    void: void_,
    aliens: result.aliens.map((a) => stray(a.code, a.count, a.at, a.nearest)),
  };
}
