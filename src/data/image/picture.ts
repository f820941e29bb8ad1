/** A decoded picture. */
import type { ReadableFormat } from '../formats/imageFormats.ts';

/**
 * A decoded picture in memory, in sRGB or the RGB space of its `profile`. Layouts are pictures, too: each pixel has the
 * color of its class.
 */
export interface Picture {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** RGBA, 8 bits, row by row from the top left: height * width * 4. */
  data: Uint8Array;
  /** The file held 16 bits per channel; `data` is rounded to 8 (but see `indexed`). */
  sixteenBit?: boolean;
  /** The same pixels with 16 bits per channel, where the file was read for them; `data` is `narrow(wide)`. */
  wide?: Uint16Array;
  /** ICC profile of the pixels' RGB space, where it was kept; without: sRGB. */
  profile?: Uint8Array;
  /** EXIF of the file, where it was kept: a block as `exifOf` gives it. */
  exif?: Uint8Array;
  /** At least one pixel is not fully opaque. A fully opaque alpha channel says nothing. */
  hasAlpha: boolean;
  /** The file's name, for messages. */
  source: string;
  /** Of the file that it was read from. */
  format?: ReadableFormat;
  /** What a color stands for as a number, where the file says so itself. */
  indexed?: Indexed;
}

/**
 * How the numbers of an index file are recovered from the decoded colors (PNG with a palette, or gray with 1, 2, 4 or
 * 16 bits).
 */
export type Indexed =
  /** RGB triples of the file's own palette, by index. */
  | { kind: 'palette'; colors: Uint8Array }
  /** index = gray value / step: 17 for 4 bits; 1 for 16 bits with all values below 256. */
  | { kind: 'gray'; step: number };
