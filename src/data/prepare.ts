/**
 * From pictures to what the trainer and the renderer take. Pure: the same pictures give the same numbers, in Node and
 * in the
 * browser, now and when a run is resumed from its own copies.
 *
 * A source is kept at its output size (the photo's own, or a smaller one asked for). The training size is that scaled
 * down, sides never cropped; networks see it mirrored out to a multiple of 2^levels, and results are cut back.
 */
import { maskReason, matchSize } from './layout/checks.ts';
import { drawingOf, drawingPalette, readDrawing, resizerOf, type DrawingOptions } from './layout/drawing.ts';
import { UserError } from './errors.ts';
import { fitSize, flatten, resize, resizeLabels, toFloatCHW, type Picture } from './image/image.ts';
import { buildPalette, readLayout } from './layout/layout.ts';
import type { LayoutReport } from './layout/layoutReport.ts';
import { resizeLines } from './layout/lines.ts';
import { mirrorOf } from './layout/mirror.ts';
import { padCHW, padLabels, padTo, type Padding } from './image/pad.ts';
import { colorOf, hex, type Palette, type RGB } from './layout/palette.ts';

export interface Size {
  width: number;
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
  photo: Picture; // opaque
  labels: Uint8Array; // [h,w]
  palette: Palette;
  drawn: Size; // the source layout's own size: what other layouts' sizes are measured by
}

/** A layout to render, at the output size: its pixels are as large as the source's. */
export interface Target extends Size {
  name: string;
  labels: Uint8Array;
  notes: string[];
}

export interface SourceOptions {
  named?: Palette; // names and colors from a palette file
  longSide?: number; // of the output; never enlarged
}

const LEAST = 16; // pixels of the shorter side at the training size: under it no texture is left to learn
const LEAST_TARGET = 8;
const LARGEST = 16; // times the source's area that a target may have

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
 * other
 * keeps its own shape, at the scale of the source layout. `size`: it is stretched to this first, in pixels of the
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
  return { name, width, height, labels: resizerOf(source.palette)(labels, w, h, width, height), notes };
}

function sameShape(a: Size, b: Size): boolean {
  const pixel =
    Math.abs((a.width * b.height) / b.width - a.height) <= 1 ||
    Math.abs((a.height * b.width) / b.height - a.width) <= 1;
  return pixel || Math.abs(a.width / a.height / (b.width / b.height) - 1) <= 0.01;
}

/**
 * What the networks are told of the classes. `mirror`: what each is in a mirrored picture, where some change places.
 */
export const classTable = (palette: Palette): { count: number; colors: readonly RGB[]; mirror: Uint8Array | null } => ({
  count: palette.classes.length,
  colors: palette.classes.map((c) => c.color),
  mirror: mirrorOf(palette.classes.map((c) => c.name)),
});

/** A size at training scale and as the networks see it. */
export interface TrainingGrid {
  size: Size;
  padding: Padding;
}

/** The grid of something of this output size, in a run that trains at `longSide` pixels. */
export function gridOf(of: Size & { name?: string }, source: Source, longSide: number, levels: number): TrainingGrid {
  const fit = fitSize(source.width, source.height, longSide);
  const same = of.width === source.width && of.height === source.height;
  const size = same
    ? { width: fit.width, height: fit.height }
    : { width: Math.max(1, Math.round(of.width * fit.scale)), height: Math.max(1, Math.round(of.height * fit.scale)) };
  const least = same ? LEAST : LEAST_TARGET;
  if (Math.min(size.width, size.height) < least) {
    throw new UserError(
      `${of.name ?? source.photo.source}: at the training size of ${longSide} it has only ${size.width} x ` +
        `${size.height} pixels, and at least ${least} a side are needed: ` +
        'give a larger or less narrow picture, or raise --size',
    );
  }
  const step = 2 ** levels;
  const padding = padTo(size.width, size.height, step);
  const more = (n: number): number => Math.max(0, 2 * step - n); // the deepest level needs two pixels a side
  const extraX = more(padding.width),
    extraY = more(padding.height);
  return { size, padding: widened(padding, size, padding.width + extraX, padding.height + extraY) };
}

function widened(p: Padding, { width: w, height: h }: Size, width: number, height: number): Padding {
  if (width === p.width && height === p.height) return p;
  const left = Math.floor((width - w) / 2),
    top = Math.floor((height - h) / 2);
  return { left, right: width - w - left, top, bottom: height - h - top, width, height };
}

/** The source at its training size, not yet mirrored out. */
export function smallSource(source: Source, longSide: number): Pair {
  const { width, height } = fitSize(source.width, source.height, longSide);
  return {
    width,
    height,
    image: toFloatCHW(resize(source.photo, width, height)),
    labels: resizerOf(source.palette)(source.labels, source.width, source.height, width, height),
  };
}

/** The source at its output size: what refinement takes patches from. */
export const fullSource = (s: Source): Pair => ({
  width: s.width,
  height: s.height,
  image: toFloatCHW(s.photo),
  labels: s.labels,
});

/**
 * A pair about the center of a grid of another size: mirrored out where it is smaller, cut where it is larger. Its
 * scale stays.
 */
export function fitPair(pair: Pair, to: Size): Pair {
  const p = centered(pair, to);
  return {
    width: to.width,
    height: to.height,
    image: padCHW(pair.image, 3, pair.width, pair.height, p),
    labels: padLabels(pair.labels, pair.width, pair.height, p),
  };
}

const centered = (from: Size, to: Size): Padding => {
  const left = Math.floor((to.width - from.width) / 2),
    top = Math.floor((to.height - from.height) / 2);
  return {
    left,
    right: to.width - from.width - left,
    top,
    bottom: to.height - from.height - top,
    width: to.width,
    height: to.height,
  };
};

/**
 * A layout at its training size about the center of a padded grid: its own for rendering, the source's for training.
 */
export function fitLayout(layout: LabeledSize, size: Size, to: Size, palette: Pick<Palette, 'lines'>): LabeledSize {
  const small = resizerOf(palette)(layout.labels, layout.width, layout.height, size.width, size.height);
  return { width: to.width, height: to.height, labels: padLabels(small, size.width, size.height, centered(size, to)) };
}
