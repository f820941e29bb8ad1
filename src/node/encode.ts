/** Pictures to PNG files, in Node. */
import { PNG } from 'pngjs';
import type { Picture } from '../data/image/picture.ts';

/**
 * Pixels -> PNG file bytes, 8 bits: RGB where opaque, RGBA where not. The same pixels give the same bytes.
 * @param image A picture, or `rgb` bytes of length height * width * 3.
 */
export function encodePng(image: Picture | { width: number; height: number; rgb: Uint8Array }): Uint8Array {
  const { width, height } = image;
  let pixels: Uint8Array;
  const alpha = 'data' in image && image.hasAlpha;
  if ('rgb' in image) pixels = image.rgb;
  else if (alpha) pixels = image.data;
  else {
    pixels = new Uint8Array(width * height * 3);
    for (let i = 0, o = 0; o < pixels.length; i += 4) for (let c = 0; c < 3; c++) pixels[o++] = image.data[i + c];
  }
  const channels = alpha ? 4 : 3;
  if (pixels.length !== width * height * channels)
    throw new Error(`encodePng: ${pixels.length} bytes for ${width} x ${height} x ${channels}`);
  const png = new PNG({ width, height });
  png.data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
  const type = alpha ? 6 : 2;
  return PNG.sync.write(png, { colorType: type, inputColorType: type, inputHasAlpha: alpha });
}
