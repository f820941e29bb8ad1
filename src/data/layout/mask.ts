/** Mask pictures, light on dark or opaque on transparent -> 1 where a pixel is selected. */
import { UserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import { matchSize } from './checks.ts';
import { percent } from './layoutReport.ts';

/** Share of pixels neither dark nor light above which a picture is no mask. */
const MOST_GRAY = 0.1;

/**
 * A mask of the photo's size, [H,W] of 0 and 1. Where the file has transparency, what is opaque is meant, else what is
 * lighter than mid gray. Throws UserError: another shape than the photo, colors and grays all over (a photograph, a
 * layout), or nothing meant.
 */
export function readMask(mask: Picture, photo: Picture): Uint8Array {
  const { width, height, data } = mask;
  const n = width * height;
  const labels = new Uint8Array(n);
  let gray = 0;
  for (let i = 0; i < n; i++) {
    const v = mask.hasAlpha
      ? data[4 * i + 3]
      : (data[4 * i] * 299 + data[4 * i + 1] * 587 + data[4 * i + 2] * 114) / 1000;
    labels[i] = Number(v >= 128);
    if (v > 48 && v < 208) gray++;
  }
  if (gray > MOST_GRAY * n)
    throw new UserError(
      `${mask.source}: is no mask: ${percent(gray / n)} of it is neither dark nor light: paint what is meant ` +
        'white, the rest black',
    );
  const fitted = matchSize(photo, { width, height, labels, source: mask.source }).labels;
  if (!fitted.includes(1))
    throw new UserError(`${mask.source}: the mask is empty: paint what is meant white, the rest black`);
  return fitted;
}

/** The mask and all pixels up to `radius` away, in a straight line or diagonally. */
export function growMask(mask: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  const spread = (from: Uint8Array, lines: number, count: number, stride: number, next: number): Uint8Array => {
    const out = new Uint8Array(from.length);
    for (let l = 0; l < lines; l++)
      for (let i = 0, last = -Infinity; i < count + radius; i++) {
        if (i < count && from[l * next + i * stride]) last = i;
        const at = i - radius;
        if (at >= 0 && last >= at - radius) out[l * next + at * stride] = 1;
      }
    return out;
  };
  return radius > 0 ? spread(spread(mask, height, width, 1, width), width, height, width, 1) : mask;
}
