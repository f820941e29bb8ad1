/**
 * A source and its targets at the training size: scaled down, sides never cropped, and mirrored out to a multiple of
 * 2^levels, which is how the networks see them. Results are cut back.
 */
import { UserError } from './errors.ts';
import { fitSize, resize, toFloatCHW } from './image/image.ts';
import { type Padding, padCHW, padLabels, padTo } from './image/pad.ts';
import { resizerOf } from './layout/drawing/drawing.ts';
import type { Palette } from './layout/palette.ts';
import type { LabeledSize, Pair, Size, Source } from './prepare.ts';

/** Least pixels of the shorter side at the training size: under it no texture is left to learn. */
const LEAST = 16;
const LEAST_TARGET = 8;

/** A size at training scale and as the networks see it. */
export interface TrainingGrid {
  /** At the training scale. */
  size: Size;
  /** What is mirrored out around it. */
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
      `${of.name ?? source.photo.source}: at the training size of ${longSide} it has only ` +
        `${size.width} x ${size.height} pixels, and at least ${least} a side are needed: ` +
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
