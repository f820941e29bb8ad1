/** Does this file belong here? Masks among layouts, and layouts that are not of the photo's shape. */
import { UserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import { resizeLabels } from '../image/resize.ts';
import { distance, type Palette } from './palette.ts';

/**
 * Why a file in a folder of layouts seems to be a mask, or null. by 'pixels': black and white only (98 % of the pixels
 * within 16 of either, the rest grays), and not both are classes of the palette. by 'name': it is called mask, mask_1,
 * sky-mask... A file told by its name alone may be a sound layout all the same (a mask drawn in class colors cannot be
 * told from one): skip it in a folder, but take it where the user names it.
 */
export function maskReason(picture: Picture, palette?: Palette): { by: 'pixels' | 'name'; why: string } | null {
  const name = picture.source.split(/[\\/]/).pop()!;
  if (blackAndWhite(picture) && !(palette && isClass(palette, picture, 0) && isClass(palette, picture, 255))) {
    return {
      by: 'pixels',
      why:
        `${picture.source}: is black and white only, which are not the source's classes: it seems to be a mask, ` +
        'not a layout',
    };
  }
  return /(^|[_\-. ])masks?([_\-. \d]|$)/i.test(name.replace(/\.\w+$/, ''))
    ? { by: 'name', why: `${picture.source}: is called a mask, and is taken for one, not for a layout` }
    : null;
}

/** maskReason as yes or no. */
export const isMask = (picture: Picture, palette?: Palette): boolean => maskReason(picture, palette) !== null;

function isClass(palette: Palette, picture: Picture, value: 0 | 255): boolean {
  const step = picture.indexed?.kind === 'gray' ? picture.indexed.step : 1;
  return palette.as === 'indices'
    ? palette.classes.some((c) => c.index === Math.round(value / step))
    : palette.classes.some((c) => distance(c.color, [value, value, value]) <= 32);
}

function blackAndWhite({ data, width, height }: Picture): boolean {
  let pure = 0,
    white = 0;
  for (let i = 0; i < data.length; i += 4) {
    const v = data[i];
    if (Math.abs(data[i + 1] - v) > 4 || Math.abs(data[i + 2] - v) > 4) return false;
    if (v <= 16 || v >= 239) pure++;
    if (v >= 239) white++;
  }
  return white > 0 && pure >= 0.98 * width * height;
}

interface Sized {
  width: number;
  height: number;
  source: string;
}

/**
 * A layout brought to its photo's size: as it is if equal, by nearest or majority if the aspect ratios agree within 1 %
 * (or a pixel). Otherwise throws UserError naming both sizes. Only source layouts need this: a target may have any
 * shape.
 */
export function matchSize<L extends Sized & { labels: Uint8Array }>(photo: Sized, layout: L): L {
  const { width: w, height: h } = layout;
  if (w === photo.width && h === photo.height) return layout;
  const ratio = w / h / (photo.width / photo.height);
  const pixel =
    Math.abs((w * photo.height) / photo.width - h) <= 1 || Math.abs((h * photo.width) / photo.height - w) <= 1;
  if (Math.abs(ratio - 1) > 0.01 && !pixel) {
    const turned = Math.abs(h / w / (photo.width / photo.height) - 1) <= 0.01;
    throw new UserError(
      `${layout.source}: the layout is ${w} x ${h} pixels and the photo ${photo.source} ${photo.width} x ` +
        `${photo.height}: ` +
        (turned
          ? 'one of them lies on its side: turn it (photos are turned here as their EXIF orientation says)'
          : 'they must show the same view: crop or redraw one of them to the shape of the other'),
    );
  }
  return {
    ...layout,
    width: photo.width,
    height: photo.height,
    labels: resizeLabels(layout.labels, w, h, photo.width, photo.height),
  };
}
