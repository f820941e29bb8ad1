/**
 * Types that both workers' protocols and the page share. All survive structured cloning. Images are 8-bit sRGB, row by
 * row from the top left; labels are class numbers 0..K-1, one byte a pixel.
 */
import type { RGB } from '../data/layout/palette.ts';
import type { Size } from '../data/prepare.ts';

export type { RGB, Size };

/** Bytes whose buffer can be transferred. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** An RGBA image, height * width * 4: `new ImageData(pixels.data, pixels.width, pixels.height)` shows it. */
export interface Pixels extends Size {
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** A class map [h,w]. */
export interface Labels extends Size {
  data: Uint8Array;
}

/** A class of a layout; no two share a name or a color. */
export interface LayoutClass {
  name: string;
  /** 0..255 a channel. */
  color: RGB;
}
