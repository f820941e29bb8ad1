/**
 * From pictures to what the trainer and the renderer take. Pure: the same pictures give the same numbers, in Node and
 * in the browser, now and when a run is resumed from its own copies. A source is kept at its output size: the photo's
 * own, or a smaller one asked for. trainingScale.ts scales it to the training size.
 */

import { UserError } from './errors.ts';
import { fitSize, flatten, type Picture, resize, resizeLabels } from './image/image.ts';
import { maskReason, matchSize } from './layout/checks.ts';
import { type DrawingOptions, drawingOf, drawingPalette, readDrawing, resizerOf } from './layout/drawing/drawing.ts';
import { resizeLines } from './layout/drawing/lines.ts';
import { buildPalette, readLayout } from './layout/layout.ts';
import type { LayoutReport } from './layout/layoutReport.ts';
import { colorOf, hex, type Palette } from './layout/palette.ts';

/** Width and height in pixels. */
export interface Size {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}
/** Labels [h,w]; with an image [3,h,w] in [-1, 1] a pair: what the model takes, which this room knows nothing of. */
export interface LabeledSize extends Size {
  labels: Uint8Array;
}
export interface Pair extends LabeledSize {
  image: Float32Array;
}

/** A photograph and its layout, both at the output size. */
export interface Source extends Size {
  /** The photograph, opaque. */
  photo: Picture;
  /** Class of each pixel, shape [height,width]. */
  labels: Uint8Array;
  /** The classes. */
  palette: Palette;
  /** The source layout's own size in pixels: what other layouts' sizes are measured by. */
  drawn: Size;
}

/** A layout to render, at the output size: its pixels are as large as the source's. */
export interface Target extends Size {
  /** The file's name. */
  name: string;
  /** Class of each pixel, shape [height,width], by the source's palette. */
  labels: Uint8Array;
  /** What was put right while it was read, one line each. */
  notes: string[];
}

/** How a source pair is read. */
export interface SourceOptions {
  /** Names and colors from a palette file (`readPaletteFile`). */
  named?: Palette;
  /** Longer side of the pictures to make, in pixels; a smaller photograph is never enlarged. */
  longSide?: number;
}

const LARGEST = 16; // times the source's area that a target may have
/** Pixels of a picture that is made, at most. */
const mostPixels = 64e6;

/** Reads a source pair. Throws UserError for what cannot be used; `report` and `notes` tell what was put right. */
export function prepareSource(
  photo: Picture,
  layout: Picture,
  options: SourceOptions = {},
): { source: Source; report: LayoutReport; notes: string[] } {
  const notes: string[] = [];
  const read = buildPalette(layout, { named: options.named });
  const matched = matchSize(photo, read.layout);
  if (matched !== read.layout)
    notes.push(
      `${layout.source}: scaled from ${layout.width} x ${layout.height} to the photo's ${photo.width} x ` +
        `${photo.height}`,
    );
  if (photo.hasAlpha) notes.push(`${photo.source}: its transparent parts are laid over white`);
  const { width, height } = fitSize(photo.width, photo.height, options.longSide ?? Infinity);
  const source: Source = {
    width,
    height,
    photo: resize(flatten(photo), width, height),
    palette: distinct(read.palette),
    labels: resizeLabels(matched.labels, photo.width, photo.height, width, height),
    drawn: { width: layout.width, height: layout.height },
  };
  return { source, report: read.layout.report, notes };
}

/**
 * A photograph and its drawing, given or extracted from it at the output size. Throws UserError for what is no drawing.
 */
export function prepareDrawing(
  photo: Picture,
  drawing: Picture | null,
  { longSide = Infinity, ...o }: DrawingOptions & { longSide?: number } = {},
): { source: Source; notes: string[] } {
  const notes: string[] = [];
  if (photo.hasAlpha) notes.push(`${photo.source}: its transparent parts are laid over white`);
  const { width, height } = fitSize(photo.width, photo.height, longSide);
  const opaque = resize(flatten(photo), width, height);
  const source = { width, height, photo: opaque, palette: drawingPalette };
  if (!drawing)
    return {
      source: { ...source, labels: drawingOf(opaque, o).labels, drawn: { width: photo.width, height: photo.height } },
      notes,
    };
  if (!sameShape(photo, drawing))
    throw new UserError(
      `${drawing.source}: the drawing is ${drawing.width} x ${drawing.height} pixels and the photo ` +
        `${photo.source} ${photo.width} x ${photo.height}: they must show the same view`,
    );
  const read = readDrawing(drawing);
  return {
    source: {
      ...source,
      labels: resizeLines(read.labels, read.width, read.height, width, height),
      drawn: { width: drawing.width, height: drawing.height },
    },
    notes,
  };
}

/**
 * Class numbers may share a color in their file; colors are how a run keeps its layout, so equal ones are told apart.
 */
function distinct(palette: Palette): Palette {
  const seen = new Set<string>();
  const classes = palette.classes.map((c) => {
    let color = c.color;
    for (let i = 1; seen.has(hex(color)); i++) color = colorOf(i);
    seen.add(hex(color));
    return color === c.color ? c : { ...c, color };
  });
  return { ...palette, classes };
}

/**
 * Reads a target layout in the source's classes. One of the source's shape shows the same view and gets its size; any
 * other keeps its own shape, at the scale of the source layout. `size`: it is stretched to this first, in pixels of the
 * source layout. Throws UserError: a mask, unknown colors, too small, too large.
 */
export function prepareTarget(picture: Picture, source: Source, size?: Size): Target {
  const named = (layout: LabeledSize): LabeledSize & { name: string } => ({
    ...(size ? stretched(layout, size, source.palette) : layout),
    name: picture.source,
  });
  if (source.palette.lines) return fitTarget(named(readDrawing(picture)), source);
  const mask = maskReason(picture, source.palette);
  if (mask?.by === 'pixels') throw new UserError(mask.why);
  return fitTarget(named(readLayout(picture, source.palette)), source);
}

const stretched = (
  { width: w, height: h, labels }: LabeledSize,
  { width, height }: Size,
  palette: Palette,
): LabeledSize => ({
  width,
  height,
  labels: resizerOf(palette)(labels, w, h, width, height),
});

/** A layout in the source's classes, at the output size; see prepareTarget. Throws UserError: too large. */
export function fitTarget(layout: LabeledSize & { name: string }, source: Source): Target {
  const { name, labels, width: w, height: h } = layout;
  const notes: string[] = [];
  const view = sameShape(layout, source.drawn);
  const f = source.width / source.drawn.width;
  const width = view ? source.width : Math.max(1, Math.round(w * f));
  const height = view ? source.height : Math.max(1, Math.round(h * f));
  if (view && (w !== source.drawn.width || h !== source.drawn.height))
    notes.push(`${name}: ${w} x ${h} has the source's shape and is taken for the same view`);
  if (!view)
    notes.push(`${name}: ${w} x ${h} has another shape than the source layout: its picture is ${width} x ${height}`);
  if (width * height > LARGEST * source.width * source.height) {
    throw new UserError(
      `${name}: ${w} x ${h} is more than ${LARGEST} times the source layout's area (${source.drawn.width} x ` +
        `${source.drawn.height}): draw it smaller`,
    );
  }
  if (width * height > mostPixels)
    throw new UserError(
      `${name}: its picture would be ${width} x ${height}, more than ${mostPixels / 1e6} megapixels: draw it ` +
        'smaller, or make all smaller with --output-size',
    );
  return { name, width, height, labels: resizerOf(source.palette)(labels, w, h, width, height), notes };
}

function sameShape(a: Size, b: Size): boolean {
  const pixel =
    Math.abs((a.width * b.height) / b.width - a.height) <= 1 ||
    Math.abs((a.height * b.width) / b.height - a.width) <= 1;
  return pixel || Math.abs(a.width / a.height / (b.width / b.height) - 1) <= 0.01;
}

/** The source's own layout as a target: its picture shows how well the photograph is reconstructed. */
export const ownLayout = ({ width, height, labels }: Source): Target => ({
  name: 'source',
  width,
  height,
  labels,
  notes: [],
});
