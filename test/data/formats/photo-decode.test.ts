/** JPEG and WebP files read: orientation, color profiles, files that are cut off. */
import sharp from 'sharp';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { checkComplete, readableFormat } from '../../../src/data/formats/checks.ts';
import { pngChunks } from '../../../src/data/formats/png.ts';
import { decodeImage } from '../../../src/node/decode.ts';
import { flat, noise, pixel } from '../../support/imageFiles.ts';
import { refused } from '../../support/refused.ts';

const close = (a: number[], b: number[], by: number) => a.every((v, i) => Math.abs(v - b[i]) <= by);

test('a JPEG or WebP that is cut off is told from a whole one, wherever it is cut', async () => {
  const thumbnail = await flat(8, 8).jpeg().toBuffer();
  for (const [format, file] of [
    ['jpeg', await noise().jpeg().toBuffer()],
    ['jpeg', await noise().jpeg({ progressive: true }).toBuffer()],
    ['webp', await noise().webp().toBuffer()],
  ] as const) {
    // With another picture, its end marker included, inside one of its segments, as cameras write it
    const exif = Buffer.concat([
      Buffer.from([0xff, 0xe1, (thumbnail.length + 2) >> 8, (thumbnail.length + 2) & 255]),
      thumbnail,
    ]);
    for (const whole of format === 'jpeg'
      ? [file, Buffer.concat([file.subarray(0, 2), exif, file.subarray(2)])]
      : [file]) {
      checkComplete(whole, readableFormat(whole, 'a'), 'a');
      checkComplete(Buffer.concat([whole, Buffer.from('added')]), readableFormat(whole, 'a'), 'a');
      for (const share of [0.05, 0.3, 0.7, 0.999])
        await refused(
          () => checkComplete(whole.subarray(0, Math.floor(whole.length * share)), readableFormat(whole, 'a'), 'a.x'),
          /^a\.x: the (JPEG|WebP) file is cut off after \d+ bytes/,
        );
    }
  }
});

for (let o = 1; o <= 8; o++)
  test(`JPEG, EXIF orientation ${o}`, async () => {
    const w = 32,
      h = 16; // red top left, green top right, blue bottom left, white bottom right, as stored
    const data = new Uint8Array(w * h * 3);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        data.set(
          y < 8 ? (x < 16 ? [255, 0, 0] : [0, 255, 0]) : x < 16 ? [0, 0, 255] : [255, 255, 255],
          3 * (y * w + x),
        );
    const bytes = await sharp(data, { raw: { width: w, height: h, channels: 3 } })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: o })
      .toBuffer();
    const p = await decodeImage(bytes, 'a.jpg');
    assert.equal([p.width, p.height], o < 5 ? [w, h] : [h, w]);
    const letter = (x: number, y: number) => {
      const [r, g, b] = pixel(p, x, y);
      return r > 128 ? (g > 128 ? 'w' : 'r') : g > 128 ? 'g' : b > 128 ? 'b' : '?';
    };
    const corners = letter(2, 2) + letter(p.width - 3, 2) + letter(2, p.height - 3) + letter(p.width - 3, p.height - 3);
    assert.is(corners, ['rgbw', 'grwb', 'wbgr', 'bwrg', 'rbgw', 'brwg', 'wgbr', 'gwrb'][o - 1]);
  });

test('WebP, gray JPEG, CMYK JPEG; the name plays no part', async () => {
  const webp = await decodeImage(await flat().webp({ lossless: true }).toBuffer(), 'a.png');
  assert.equal([webp.format, pixel(webp, 3, 3)], ['webp', [200, 100, 50, 255]]);
  const clear = await decodeImage(
    await sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } } })
      .webp({ lossless: true })
      .toBuffer(),
    'a.webp',
  );
  assert.ok(clear.hasAlpha);
  const gray = await decodeImage(await flat().grayscale().jpeg().toBuffer(), 'g.jpg');
  assert.ok(pixel(gray, 1, 1)[0] === pixel(gray, 1, 1)[2] && gray.data.length === 16 * 16 * 4);
  const cmyk = await flat().toColorspace('cmyk').jpeg({ quality: 95 }).toBuffer();
  assert.is((await sharp(cmyk).metadata()).space, 'cmyk');
  const back = pixel(await decodeImage(cmyk, 'c.jpg'), 5, 5);
  assert.ok(close(back, [200, 100, 50, 255], 30), `${back}`);
});

test('a color profile is applied to a photo, not to a layout', async () => {
  const p3 = await flat().withIccProfile('p3').png().toBuffer();
  assert.ok(pngChunks(p3).some((c) => c.type === 'iCCP'));
  const stored = pixel(await decodeImage(p3, 'l.png', { layout: true }), 0, 0);
  const shown = pixel(await decodeImage(p3, 'p.png'), 0, 0);
  assert.ok(close(shown, [200, 100, 50, 255], 3), `photo ${shown}`);
  assert.not.ok(close(stored, [200, 100, 50, 255], 3), `layout ${stored}`);
  const jpeg = await flat().withIccProfile('p3').jpeg({ quality: 100 }).toBuffer();
  assert.ok(close(pixel(await decodeImage(jpeg, 'p.jpg'), 0, 0), [200, 100, 50, 255], 4));
});

test.run();
