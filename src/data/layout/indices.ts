/** Whether a layout file's values are colors or class numbers, and how the numbers are read. */
import { UserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import { hex, type Palette, type RGB } from './palette.ts';

/** How the values of a layout file are read: as colors, as class numbers, or by the file's kind and contents. */
export type As = 'colors' | 'indices' | 'auto';

const MOST = 63;

/** "No class" in the index files of common data sets: placed by the classes around. */
export const VOID = 255;

/**
 * The rule of 'auto': a file is of class numbers if it is gray without loss (PNG, WebP), every value is at most 63, or
 * the last number of a palette file (255, "no class", aside), and there are at least two; gray PNGs of 2 or 4 bits hold
 * numbers unless only black and white occur. So a black and white drawing (0, 255) is colors, {0, 1} is numbers, and a
 * dark gray painting is numbers too: say as 'colors' for that one. A PNG with a palette is colors, unless a palette
 * file names numbers only. Where numbers are asked for, throws UserError if the file cannot hold them (colors, JPEG,
 * one color under two numbers).
 */
export function codesAs(picture: Picture, as: As, named?: Palette): 'colors' | 'indices' {
  if (as === 'colors') return 'colors';
  const byPalette = picture.indexed?.kind === 'palette';
  if (as === 'auto' && byPalette && named?.as !== 'indices' && !darkGray(picture, named)) return 'colors';
  if (as === 'auto' && named?.as === 'colors' && !named.classes.some((c) => c.index !== undefined)) return 'colors';
  if (as === 'auto' && named?.as !== 'indices' && !darkGray(picture, named)) return 'colors';
  if (picture.format === 'jpeg')
    throw new UserError(`${picture.source}: class numbers do not survive JPEG: export the layout as PNG`);
  if (!byPalette) {
    const { data } = picture;
    for (let i = 0; i < data.length; i += 4)
      if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) {
        const p = i / 4;
        const [x, y] = [p % picture.width, Math.floor(p / picture.width)];
        const where = `${hex(data.subarray(i, i + 3))} at pixel (${x}, ${y})`;
        throw new UserError(
          `${picture.source}: is in colors (${where}) where class numbers are expected: ` +
            'give a gray or palette PNG of numbers, or a palette of colors',
        );
      }
  }
  return 'indices';
}

/**
 * Gray throughout, and of values that only numbers have: up to 63, or to the palette's last number, where not all are
 * grays that it has as colors.
 */
function darkGray(picture: Picture, named?: Palette): boolean {
  if (picture.format === 'jpeg') return false;
  const most = Math.max(MOST, ...(named?.classes ?? []).map((c) => c.index ?? 0));
  const grays = new Set((named?.classes ?? []).map(({ color: [r, g, b] }) => (r === g && g === b ? r : -1)));
  const { data } = picture;
  const gray = picture.indexed?.kind === 'gray' ? picture.indexed : null;
  const seen = new Set<number>();
  for (let i = 0; i < data.length; i += 4) {
    const v = data[i];
    if (data[i + 1] !== v || data[i + 2] !== v) return false;
    if (!gray && v > most && v !== VOID) return false;
    seen.add(v);
  }
  if (gray && gray.step > 1) return ![...seen].every((v) => v === 0 || v === 255); // 1, 2 and 4 bits
  seen.delete(VOID);
  if ([...seen].some((v) => v > MOST) && [...seen].every((v) => grays.has(v))) return false;
  return seen.size >= 2;
}

/** The number of a color in the file's own palette, or null. */
export function indexOf(picture: Picture, color: RGB): number | null {
  if (picture.indexed?.kind !== 'palette') return null;
  const { colors } = picture.indexed;
  for (let i = 0; 3 * i < colors.length; i++) if (color.every((v, c) => colors[3 * i + c] === v)) return i;
  return null;
}

/** How the class number of a pixel is read from its RGBA bytes at offset i. */
export function classNumberAt(picture: Picture): (data: Uint8Array, i: number) => number {
  if (picture.indexed?.kind === 'palette') {
    const { colors } = picture.indexed;
    const index = new Map<number, number>();
    for (let i = colors.length / 3 - 1; i >= 0; i--)
      index.set((colors[3 * i] << 16) | (colors[3 * i + 1] << 8) | colors[3 * i + 2], i);
    return (d, i) => index.get((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]) ?? VOID;
  }
  const step = picture.indexed?.kind === 'gray' ? picture.indexed.step : 1;
  return (d, i) => Math.round(d[i] / step);
}
