/** Image files that are refused, and in which words. */
import sharp from 'sharp';
import { test } from '../../support/suite.ts';
import { decodeImage } from '../../../src/node/decode.ts';
import { acTL, bomb, edit, flat, H, noise, png, shortRows, sound, text, W, wave } from '../../support/imageFiles.ts';
import { refused } from '../../support/refused.ts';

const cutShort = async (b: Promise<Buffer>) => {
  const x = await b;
  return x.subarray(0, Math.floor(x.length * 0.6));
};
const frames = () =>
  sharp(
    [
      { create: { width: 8, height: 8, channels: 3, background: 'red' } },
      { create: { width: 8, height: 8, channels: 3, background: 'blue' } },
    ] as never,
    { join: { animated: true } } as never,
  );

for (const [what, bytes, pattern] of [
  ['empty', () => text(''), /^a\.png: the file is empty/],
  ['GIF', () => flat().gif().toBuffer(), /GIF is not read: convert it to PNG/],
  ['raw', () => Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'), /camera raw.* is not read: convert it to PNG/],
  ['BigTIFF', () => text('II+\0\x08\0\0\0'), /BigTIFF is not read: convert it to PNG/],
  ['TIFF, cut off', () => cutShort(noise().tiff({ compression: 'lzw' }).toBuffer()), /TIFF file is damaged or cut off/],
  ['AVIF, cut off', () => cutShort(noise().avif().toBuffer()), /AVIF file is damaged or cut off/],
  ['HEIC', () => text('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), /HEIC is not read: convert it/],
  ['BMP', () => text('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'), /BMP is not read/],
  ['PDF', () => text('%PDF-1.7\n%'), /PDF is not read: export it as PNG/],
  ['PSD', () => text('8BPS\0\x01\0\0'), /Photoshop.* is not read: export it as PNG/],
  [
    'SVG',
    () => text('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
    /SVG is not read: export it as PNG/,
  ],
  ['HTML', () => text('<!DOCTYPE html><html>'), /is a web page \(HTML\), not an image/],
  ['text', () => text('{"sky": "#87ceeb"}'), /is text, not an image/],
  [
    'LFS',
    () => text('version https://git-lfs.github.com/spec/v1\noid sha256:00'),
    /Git LFS pointer \(run git lfs pull\)/,
  ],
  [
    'rubbish',
    () => Buffer.from([1, 2, 3, 4, 250, 251]),
    /is no image this program knows \(first bytes 01 02 03 04 fa fb\)/,
  ],
  ['PNG, cut off', () => sound.subarray(0, sound.length - 20), /PNG file is cut off after \d+ bytes/],
  ['PNG, signature only', () => sound.subarray(0, 8), /PNG file is cut off after 8 bytes/],
  ['PNG, a wrong checksum', () => edit(sound.length - 20, 1), /the checksum of its IDAT chunk at byte \d+ is wrong/],
  ['PNG, a wrong length', () => edit(35, 200), /PNG file is (damaged|cut off)/],
  ['PNG, header only', () => sound.subarray(0, 33), /cut off after 33 bytes/],
  [
    'PNG, fewer rows than it says',
    () => shortRows(sound),
    /PNG file is damaged or cut off \(\d+ of \d+ bytes of pixels\)/,
  ],
  [
    'PNG, fewer rows than it says, interlaced',
    () => shortRows(png(W, H, 8, 2, wave, { interlaced: true })),
    /\d+ of \d+ bytes of pixels/,
  ],
  ['PNG, 0 wide', () => png(0, 4, 8, 2, wave), /0 x 4 pixels: there is no image in it/],
  ['PNG, 1 x 1', () => png(1, 1, 8, 2, wave), /is only 1 x 1 pixels: at least 2 x 2/],
  ['PNG, a bomb', () => bomb(false), /60000 x 60000 is 3600 megapixels, more than the 64/],
  ['PNG, more data than it says, interlaced', () => bomb(true), /PNG file is damaged/],
  ['APNG', () => png(W, H, 8, 2, wave, { extra: [acTL] }), /animated PNG: export the one frame/],
  ['WebP, animated', async () => frames().webp().toBuffer(), /animated WebP: export the one frame/],
  ['JPEG, cut off', () => cutShort(noise().jpeg().toBuffer()), /JPEG file is damaged or cut off/],
  ['JPEG, the first bytes only', () => Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), /JPEG file is damaged or cut off/],
  ['WebP, cut off', () => cutShort(noise().webp().toBuffer()), /WebP file is damaged or cut off/],
  ['JPEG, 1 pixel', () => flat(1, 1).jpeg().toBuffer(), /is only 1 x 1 pixels/],
  ['JPEG, absurd size', () => bigJpeg(), /65000 x 65000 is 4225 megapixels/],
] as [string, () => Uint8Array | Promise<Uint8Array>, RegExp][])
  test(`refused: ${what}`, async () => refused(async () => decodeImage(await bytes(), 'a.png'), pattern));

async function bigJpeg(): Promise<Uint8Array> {
  const b = Buffer.from(await flat().jpeg().toBuffer());
  const frame = b.findIndex((v, i) => v === 0xff && (b[i + 1] === 0xc0 || b[i + 1] === 0xc2));
  b.writeUInt16BE(65000, frame + 5);
  b.writeUInt16BE(65000, frame + 7);
  return b;
}

test.run();
