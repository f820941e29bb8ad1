/**
 * PNG files of 8-bit RGB or RGBA without interlacing, coded without help of the platform: what a run folder's pictures
 * are. Browsers' own decoders may convert colors; a run needs the very bytes. (PNG specification, 3rd edition, sections
 * 9 and 12.8.)
 */
import { zlibSync } from 'fflate';
import { UserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import { chunk, PNG_SIGNATURE, pngChunks, pngHeader } from './png.ts';
import { decodePng, predict } from './pngPixels.ts';

/** The picture as a PNG, RGB where it is opaque. The same pixels give the same bytes. */
export function encodeRgbPng({ width, height, data, hasAlpha }: Picture): Uint8Array<ArrayBuffer> {
  const channels = hasAlpha ? 4 : 3;
  const row = width * channels;
  const pixels = new Uint8Array(row * height);
  for (let p = 0; p < width * height; p++)
    for (let c = 0; c < channels; c++) pixels[p * channels + c] = data[4 * p + c];
  const out = new Uint8Array((row + 1) * height);
  const trial = new Uint8Array(row);
  for (let y = 0; y < height; y++) {
    let least = Infinity;
    for (const [type, by] of predict.entries()) {
      let sum = 0;
      for (let i = 0; i < row; i++) {
        const at = y * row + i;
        const left = i >= channels;
        trial[i] =
          pixels[at] -
          by(left ? pixels[at - channels] : 0, y ? pixels[at - row] : 0, left && y ? pixels[at - row - channels] : 0);
        sum += trial[i] < 128 ? trial[i] : 256 - trial[i];
      }
      if (sum >= least) continue;
      least = sum;
      out[y * (row + 1)] = type;
      out.set(trial, y * (row + 1) + 1);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, hasAlpha ? 6 : 2], 8);
  const chunks = [chunk('IHDR', header), chunk('IDAT', zlibSync(out, { level: 9 })), chunk('IEND', new Uint8Array(0))];
  const file = new Uint8Array(chunks.reduce((n, c) => n + c.length, 8));
  file.set(PNG_SIGNATURE);
  chunks.reduce((at, c) => {
    file.set(c, at);
    return at + c.length;
  }, 8);
  return file;
}

/** The pixels of such a file. Throws UserError: damaged, cut off, or a PNG of another kind. */
export function decodeRgbPng(bytes: Uint8Array, name: string): Picture {
  pngChunks(bytes, name);
  const { bits, colorType, interlaced } = pngHeader(bytes, name);
  if (bits !== 8 || interlaced || (colorType !== 2 && colorType !== 6))
    throw new UserError(
      `${name}: was saved by another program (it is not 8-bit RGB without interlacing): take the run folder as ` +
        'it was written',
    );
  return decodePng(bytes, name);
}
