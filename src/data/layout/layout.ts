/**
 * Layout pictures, in flat colors or class numbers -> labels. buildPalette finds the classes of the source layout;
 * readLayout reads other layouts in the same classes.
 */

import { UserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import {
  type FoundClass,
  findClasses,
  isNoisy,
  looksLikePhoto,
  manyColors,
  type NearPair,
  photograph,
  shaded,
  tooMany,
} from './classes.ts';
import { type ColorTable, countColors, flatPixels, pack, place, thickParts } from './histogram.ts';
import { type As, classNumberAt, codesAs, indexOf, VOID } from './indices.ts';
import { type LayoutReport, percent, refuseHoles, reportLayout, unknownColor } from './layoutReport.ts';
import { colorOf, describe, distance, hex, MAX_CLASSES, type Palette, type PaletteClass, type RGB } from './palette.ts';
import { snap } from './snap.ts';

/** A layout as class numbers. */
export interface Layout {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Class of each pixel, shape [height,width], 0 to the number of classes - 1: an index into the palette's classes. */
  labels: Uint8Array;
  /** What was snapped, ignored or doubtful when the colors became classes. */
  report: LayoutReport;
  /** The file's name, for messages. */
  source: string;
}

/** How the classes of a layout are found. */
export interface BuildOptions {
  /** Whether the file's values are colors or class numbers; default `auto`, by the file's kind and contents. */
  as?: As;
  /** From `readPaletteFile`: names, and which colors are classes. */
  named?: Palette;
  /** The least share of the pixels that makes a class, 0 to 1; default 0.0002. */
  minShare?: number;
}

/**
 * The classes of a source layout, largest first (in the palette file's order, or by number, where there is one), and
 * its labels. Throws UserError: a photograph, under 2 or over 64 classes, transparent regions, colors that the palette
 * file lacks, or over 2 % of the pixels in colors that are neither a class nor a border.
 */
export function buildPalette(picture: Picture, options: BuildOptions = {}): { palette: Palette; layout: Layout } {
  const as = codesAs(picture, options.as ?? 'auto', options.named);
  const { rejected, near, survey, ...palette } =
    as === 'indices' ? fromIndices(picture, options) : fromColors(picture, options);
  const n = palette.classes.length;
  if (n < 2) {
    const only = n ? `only ${describe(palette.classes[0], as)}` : 'none';
    throw new UserError(
      `${picture.source}: a source layout needs at least two classes and has ${only}: ` +
        'draw each kind of thing in the photo in its own flat color',
    );
  }
  const layout = read(picture, palette, { unknown: options.named ? 'refuse' : 'source', harmless: rejected, survey });
  layout.report.near = near;
  return { palette, layout };
}

/**
 * A layout in the classes of a palette; any size and shape. unknown: what to do about a sizeable color (over 0.5 % of
 * the pixels, or a solid patch) that is no class: 'refuse' (default) throws a UserError that names it, its share and a
 * pixel; 'snap' gives its pixels the classes around them and reports it. Throws UserError also for transparent regions.
 */
export function readLayout(
  picture: Picture,
  palette: Palette,
  options: { as?: As; unknown?: 'refuse' | 'snap' } = {},
): Layout {
  const as = palette.as ?? 'colors';
  if (options.as && options.as !== 'auto' && options.as !== as) {
    throw new UserError(`${picture.source}: cannot be read as ${options.as}: the source layout is one of ${as}`);
  }
  if (as === 'indices') codesAs(picture, 'indices');
  return read(picture, palette, { unknown: options.unknown ?? 'refuse', harmless: new Set() });
}

/** Labels as a picture in the classes' colors. */
export function renderLayout(
  layout: { width: number; height: number; labels: Uint8Array },
  palette: Palette,
  source = 'layout',
): Picture {
  const { width, height, labels } = layout;
  const data = new Uint8Array(4 * width * height);
  for (let p = 0; p < labels.length; p++) {
    const c = palette.classes[labels[p]]?.color;
    if (!c) throw new Error(`renderLayout: label ${labels[p]} at ${p}, ${palette.classes.length} classes`);
    data.set([c[0], c[1], c[2], 255], 4 * p);
  }
  return { width, height, data, hasAlpha: false, source };
}

interface Survey {
  table: ColorTable;
  flat: Uint8Array;
}

// rejected: codes that are no class and need no complaint
type Finding = Palette & { near: NearPair[]; rejected: Set<number>; survey: Survey };

function look(picture: Picture, as: Palette['as']): Survey {
  const table = countColors(picture, as === 'indices' ? classNumberAt(picture) : undefined);
  refuseHoles(picture, table);
  return { table, flat: flatPixels(table, as === 'indices' ? 0 : undefined) };
}

function fromColors(picture: Picture, { named, minShare }: BuildOptions): Finding {
  const survey = look(picture, 'colors'),
    { table, flat } = survey;
  const found = findClasses(table, flat, picture, minShare);
  if (looksLikePhoto(table, found.classes)) throw photograph(picture, table);
  if (found.shades.length) throw shaded(picture, table, found.shades);
  const rejected = new Set(found.rejected.map((c) => pack(c.color)));
  if (named?.as === 'colors')
    return { ...matchNames(picture, table, found.classes, named), near: found.near, rejected, survey };
  if (found.classes.length > MAX_CLASSES)
    throw tooMany(
      picture.source,
      found.classes.map((c) => hex(c.color)),
    );
  const classes = found.classes.map(({ color }): PaletteClass => {
    const index = indexOf(picture, color);
    return { name: hex(color), color, ...(index !== null && { index }) };
  });
  return { as: 'colors', classes, near: found.near, rejected, survey };
}

/**
 * The classes of a palette file that the picture shows: by a flat color near theirs, or by some pixels of exactly
 * their color.
 */
function matchNames(picture: Picture, table: ColorTable, found: FoundClass[], named: Palette): Palette {
  const shown = new Set<PaletteClass>();
  for (const { color, area, at } of found) {
    const best = named.classes.reduce((a, b) => (distance(b.color, color) < distance(a.color, color) ? b : a));
    if (distance(best.color, color) > 48) {
      const where = `${percent(area / table.ids.length)} of the layout, as at pixel (${place(table, at).join(', ')})`;
      throw new UserError(
        `${picture.source}: ${hex(color)} (${where}) is not in the palette file; the nearest there is ` +
          `${describe(best)} at distance ${Math.round(distance(best.color, color))}: add it to the file, or repaint it`,
      );
    }
    shown.add(best);
  }
  const thick = thickParts(table.ids, table.width, table.height, 3);
  const solid = new Map<number, number>();
  table.ids.forEach((id, p) => {
    if (thick[p] && id >= 0) solid.set(table.colors[id], (solid.get(table.colors[id]) ?? 0) + 1);
  });
  // Of classes of one color the first is meant.
  const first = new Map([...named.classes].reverse().map((c) => [pack(c.color), c]));
  for (const c of first.values()) if ((solid.get(pack(c.color)) ?? 0) >= 9) shown.add(c);
  if (shown.size > MAX_CLASSES)
    throw tooMany(
      picture.source,
      [...shown].map((c) => c.name),
    );
  return {
    as: 'colors',
    classes: named.classes.filter((c) => shown.has(c)),
    absent: named.classes.filter((c) => !shown.has(c)),
  };
}

function fromIndices(picture: Picture, { named, minShare = 0.0002 }: BuildOptions): Finding {
  const survey = look(picture, 'indices'),
    { table } = survey;
  const least = Math.max(4, Math.min(minShare * table.ids.length, 1000));
  const large = [...table.colors.keys()].filter((i) => table.colors[i] !== VOID && table.counts[i] >= least);
  const values = large.map((i) => table.colors[i]).sort((a, b) => a - b);
  if (values.length > MAX_CLASSES) throw tooMany(picture.source, values);
  const known = new Map((named?.classes ?? []).map((c) => [c.index, c]));
  const own = picture.indexed?.kind === 'palette' ? picture.indexed.colors : null;
  const classes = values.map((index): PaletteClass => {
    const entry = known.get(index);
    if (named?.as === 'indices' && !entry)
      throw new UserError(`${picture.source}: class number ${index} is not in the palette file: add it there`);
    return (
      entry ?? {
        name: String(index),
        color: own ? [own[3 * index], own[3 * index + 1], own[3 * index + 2]] : colorOf(index),
        index,
      }
    );
  });
  const rejected = new Set(table.colors.filter((_, i) => table.counts[i] < least));
  const absent = named?.classes.filter((c) => c.index !== undefined && !values.includes(c.index));
  return { as: 'indices', classes, ...(absent && { absent }), near: [], rejected, survey };
}

const SHADED = 0.02; // share of a source's pixels that may be neither class nor border before it is refused
const BLURRED = 0.25; // share of any layout's pixels that may be placed by their surroundings

interface ReadOptions {
  unknown: 'refuse' | 'snap' | 'source';
  harmless: Set<number>;
  survey?: Survey;
}

function read(picture: Picture, palette: Palette, { unknown, harmless, survey }: ReadOptions): Layout {
  const as = palette.as ?? 'colors',
    exact = as === 'indices';
  const { table, flat } = survey ?? look(picture, palette.as);
  const colors = palette.classes.map((c): RGB => (exact ? [c.index!, 0, 0] : c.color));
  if (!exact && !survey && manyColors(table) && looksLikePhoto(table, findClasses(table, flat, picture).classes))
    throw photograph(picture, table);
  const skip = (code: number) => harmless.has(code) || (exact && code === VOID);
  const result = snap(table, flat, colors, { exact, noisy: !exact && isNoisy(picture, table, flat), skip });
  const alien = result.aliens.reduce((n, a) => n + a.count, 0) / table.ids.length;
  if (result.aliens.length && (unknown === 'refuse' || (unknown === 'source' && alien > SHADED))) {
    throw unknownColor(picture, palette, result.aliens, table);
  }
  if (result.byPlace > BLURRED * table.ids.length) {
    const classes =
      palette.classes
        .slice(0, 4)
        .map((c) => describe(c, as))
        .join(', ') + (palette.classes.length > 4 ? ', ...' : '');
    throw new UserError(
      `${picture.source}: ${percent(result.byPlace / table.ids.length)} of the pixels are of no class's color: ` +
        `draw it in the flat colors of the classes (${classes})`,
    );
  }
  return {
    width: table.width,
    height: table.height,
    labels: result.labels,
    report: reportLayout(table, palette, result, harmless),
    source: picture.source,
  };
}
