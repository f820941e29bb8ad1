/** Pictures to PNG files, in Node. */

import { deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { sizedExif } from '../data/formats/metadata/exif.ts';
import { chunk } from '../data/formats/png.ts';
import type { Picture } from '../data/image/picture.ts';

/**
 * Pixels -> PNG file bytes: RGB where opaque, RGBA where not, 8 bits, or 16 where the picture is `wide`; with the
 * picture's profile and EXIF. The same picture gives the same bytes.
 * @param image A picture, or `rgb` bytes of length height * width * 3.
 */
export function encodePng(image: Picture | { width: number; height: number; rgb: Uint8Array }): Uint8Array {
  const { width, height } = image;
  const alpha = 'data' in image && image.hasAlpha;
  const channels = alpha ? 4 : 3;
  const samples = 'rgb' in image ? image.rgb : (image.wide ?? image.data);
  // pngjs takes 16-bit samples from the start of their memory, wherever they lie in it: hence the copy.
  const whole = samples instanceof Uint16Array ? samples.slice() : samples;
  const pixels = 'rgb' in image || alpha ? whole : withoutAlpha(samples);
  if (pixels.length !== width * height * channels)
    throw new Error(`encodePng: ${pixels.length} samples for ${width} x ${height} x ${channels}`);
  const png = new PNG({ width, height });
  png.data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const colorType = alpha ? 6 : 2;
  const bitDepth = pixels instanceof Uint16Array ? 16 : 8;
  const bytes = PNG.sync.write(png, { colorType, inputColorType: colorType, inputHasAlpha: alpha, bitDepth });
  return 'data' in image ? withChunks(bytes, metadataChunks(image)) : bytes;
}

/** RGBA -> RGB. */
function withoutAlpha(samples: Uint8Array | Uint16Array): Uint8Array | Uint16Array {
  const length = (samples.length / 4) * 3;
  const out = samples instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
  for (let i = 0, o = 0; o < length; i += 4) for (let c = 0; c < 3; c++) out[o++] = samples[i + c];
  return out;
}

/** A picture's profile and EXIF as PNG chunks (PNG specification, 3rd edition: iCCP, eXIf). */
export function metadataChunks({ profile, exif, width, height }: Picture): Uint8Array[] {
  const iccp =
    profile && chunk('iCCP', Buffer.concat([Buffer.from('ICC profile\0\0', 'latin1'), deflateSync(profile)]));
  return [...(iccp ? [iccp] : []), ...(exif ? [chunk('eXIf', sizedExif(exif, width, height))] : [])];
}

/** The PNG with these chunks right after its header. */
export function withChunks(png: Uint8Array, chunks: readonly Uint8Array[]): Uint8Array {
  const header = 33; // signature and IHDR
  return chunks.length ? Buffer.concat([png.subarray(0, header), ...chunks, png.subarray(header)]) : png;
}
