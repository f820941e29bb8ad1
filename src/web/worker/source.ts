/** The visitor's photograph, layout and targets as the model takes them. */

import { UserError } from '../../data/errors.ts';
import { anyTransparent, fitSize, flatten, fromFloatCHW, type Picture, resize } from '../../data/image/image.ts';
import { resizerOf } from '../../data/layout/drawing/drawing.ts';
import { thin } from '../../data/layout/drawing/lines.ts';
import { hex, MAX_CLASSES } from '../../data/layout/palette.ts';
import { fitTarget, type Size, type Source, type Target } from '../../data/prepare.ts';
import type { Labels, Pixels, SourceInput, TargetInput } from '../engineProtocol.ts';

/** Checks what the page gave. Throws UserError. */
export function checkSource({ photo, labels, classes }: SourceInput): void {
  if (photo.width !== labels.width || photo.height !== labels.height)
    throw new UserError(
      `the layout is ${labels.width} x ${labels.height} and the photograph ${photo.width} x ` +
        `${photo.height}: they must have one size`,
    );
  if (photo.data.length !== 4 * photo.width * photo.height)
    throw new UserError(`the photograph has ${photo.data.length} bytes for ${photo.width} x ${photo.height} pixels`);
  if (classes.length < 2 || classes.length > MAX_CLASSES)
    throw new UserError(`there are ${classes.length} classes: 2 to ${MAX_CLASSES} can be told apart`);
  const seen = new Map<string, string>();
  for (const { name, color } of classes) {
    const twin = seen.get(hex(color));
    if (twin !== undefined)
      throw new UserError(`the classes ${twin} and ${name} have one color (${hex(color)}): give each its own`);
    seen.set(hex(color), name);
  }
  checkLabels(labels, classes.length, 'the layout');
}

function checkLabels({ width, height, data }: Labels, classes: number, what: string): void {
  if (data.length !== width * height)
    throw new UserError(`${what} has ${data.length} labels for ${width} x ${height} pixels`);
  const wrong = data.find((k) => k >= classes);
  if (wrong !== undefined) throw new UserError(`${what} has class ${wrong}, and there are only ${classes}`);
}

export const pictureOf = ({ width, height, data }: Pixels, source: string): Picture => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width, height, data: bytes, hasAlpha: anyTransparent(bytes), source };
};

/** Owned by the caller: its buffer can be transferred. */
export const pixelsOf = ({ width, height, data }: Picture): Pixels => ({
  width,
  height,
  data: new Uint8ClampedArray(data),
});
export const pixelsOfCHW = (chw: ArrayLike<number>, width: number, height: number): Pixels =>
  pixelsOf(fromFloatCHW(chw, width, height));

/**
 * The source at an output size; its photograph is never enlarged. A run's drawing comes back as it was learnt, to the
 * pixel: only a change of size thins it.
 */
export function sourceAt({ name, photo, labels, classes, lines }: SourceInput, longSide: number): Source {
  const { width, height } = fitSize(photo.width, photo.height, longSide);
  return {
    width,
    height,
    photo: resize(flatten(pictureOf(photo, name)), width, height),
    labels: resizerOf({ lines })(labels.data, photo.width, photo.height, width, height),
    palette: { as: 'colors', classes: classes.map((c) => ({ ...c })), ...(lines && { lines }) },
    drawn: { width: photo.width, height: photo.height },
  };
}

/**
 * A target at the source's output size; of a drawing's strokes only the middle counts. `page`: the source's size as the
 * page has it, by which it draws targets. Throws UserError: unknown classes, classes that the source has no pixel of,
 * too large.
 */
export function targetAt(input: TargetInput, source: Source, page: Size): Target {
  const { classes, lines } = source.palette;
  checkLabels(input, classes.length, input.name);
  const learned = new Set(source.labels);
  const target = fitTarget(
    {
      name: input.name,
      width: input.width,
      height: input.height,
      labels: lines ? thin(input.data, input.width, input.height) : input.data,
    },
    { ...source, drawn: page },
  );
  const missing = target.labels.find((k) => !learned.has(k));
  if (missing !== undefined)
    throw new UserError(
      `${input.name}: has ${classes[missing].name}, and the source's layout has none of it: paint it ` +
        'there first, where the photograph shows it',
    );
  return target;
}

/** A source or target back as the page has it. */
export const inputOf = (s: Source): SourceInput => ({
  name: s.photo.source,
  photo: pixelsOf(s.photo),
  labels: { width: s.width, height: s.height, data: Uint8Array.from(s.labels) },
  classes: s.palette.classes.map(({ name, color }) => ({ name, color })),
  ...(s.palette.lines && { lines: true as const }),
});
export const targetInputOf = ({ name, width, height, labels }: Target): TargetInput => ({
  name,
  width,
  height,
  data: Uint8Array.from(labels),
});
