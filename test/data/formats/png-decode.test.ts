/** PNG files read: every color type and bit depth, with and without Node. */
import sharp from 'sharp';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { pngChunks } from '../../../src/data/formats/png.ts';
import { decodePng } from '../../../src/data/formats/pngPixels.ts';
import { decodeImage } from '../../../src/node/decode.ts';
import { acTL, bomb, edit, H, pixel, png, shortRows, sound, W, wave } from '../../support/imageFiles.ts';
import { refused } from '../../support/refused.ts';

for (const interlaced of [false, true])
  for (const [what, bits, type, sample, expected, more] of [
    ['RGB 8', 8, 2, wave, (x: number, y: number) => [0, 1, 2].map((c) => wave(x, y, c)).concat(255), {}],
    [
      'RGBA 8',
      8,
      6,
      (x: number, y: number, c: number) => (c === 3 ? 255 - x : wave(x, y, c)),
      (x: number, y: number) => [0, 1, 2].map((c) => wave(x, y, c)).concat(255 - x),
      { alpha: true },
    ],
    [
      'RGBA 8, opaque',
      8,
      6,
      (x: number, y: number, c: number) => (c === 3 ? 255 : wave(x, y, c)),
      (x: number, y: number) => [0, 1, 2].map((c) => wave(x, y, c)).concat(255),
      {},
    ],
    [
      'RGB 16',
      16,
      2,
      (x: number, y: number, c: number) => wave(x, y, c) * 257,
      (x: number, y: number) => [0, 1, 2].map((c) => wave(x, y, c)).concat(255),
      { sixteen: true },
    ],
    [
      'RGBA 16',
      16,
      6,
      (x: number, y: number, c: number) => wave(x, y, c) * 257,
      (x: number, y: number) => [0, 1, 2, 3].map((c) => wave(x, y, c)),
      { alpha: true, sixteen: true },
    ],
    ['gray 8', 8, 0, (x: number) => x * 60, (x: number) => [x * 60, x * 60, x * 60, 255], {}],
    ['gray 16', 16, 0, (x: number) => x * 60 * 257, (x: number) => [x * 60, x * 60, x * 60, 255], { sixteen: true }],
    ['gray 16 of class numbers', 16, 0, (x: number) => x, (x: number) => [x, x, x, 255], { sixteen: true }],
    [
      'gray + alpha 8',
      8,
      4,
      (x: number, _y: number, c: number) => (c ? 200 : x * 60),
      (x: number) => [x * 60, x * 60, x * 60, 200],
      { alpha: true },
    ],
    ['gray 4', 4, 0, (x: number) => x * 3, (x: number) => [x * 51, x * 51, x * 51, 255], {}],
    ['gray 2', 2, 0, (x: number) => x % 4, (x: number) => [(x % 4) * 85, (x % 4) * 85, (x % 4) * 85, 255], {}],
    ['gray 1', 1, 0, (x: number) => x & 1, (x: number) => [(x & 1) * 255, (x & 1) * 255, (x & 1) * 255, 255], {}],
    [
      'palette 8',
      8,
      3,
      (x: number) => x % 3,
      (x: number) =>
        [
          [255, 0, 0, 255],
          [0, 255, 0, 255],
          [0, 0, 255, 255],
        ][x % 3],
      { plte: [255, 0, 0, 0, 255, 0, 0, 0, 255] },
    ],
    [
      'palette 2 + alpha',
      2,
      3,
      (x: number) => x % 3,
      (x: number) =>
        [
          [255, 0, 0, 9],
          [0, 255, 0, 255],
          [0, 0, 255, 255],
        ][x % 3],
      { plte: [255, 0, 0, 0, 255, 0, 0, 0, 255], trns: [9], alpha: true },
    ],
  ] as [
    string,
    number,
    number,
    (x: number, y: number, c: number) => number,
    (x: number, y: number) => number[],
    { alpha?: boolean; sixteen?: boolean; plte?: number[]; trns?: number[] },
  ][]) {
    test(`PNG ${what}${interlaced ? ', interlaced' : ''}`, async () => {
      const file = png(W, H, bits, type, sample, { ...more, interlaced }),
        p = await decodeImage(file, 'a.png');
      assert.equal(decodePng(file, 'a.png'), { ...p, data: new Uint8Array(p.data) }, 'without Node, the same');
      assert.equal(
        [p.width, p.height, p.hasAlpha, !!p.sixteenBit, p.format],
        [W, H, !!more.alpha, !!more.sixteen, 'png'],
      );
      for (let y = 0; y < H; y++)
        for (let x = 0; x < W; x++) assert.equal(pixel(p, x, y), expected(x, y), `pixel ${x}, ${y}`);
    });
  }

test('PNGs are decoded without Node too: every filter, and what is damaged is refused', async () => {
  for (const channels of [1, 2, 3, 4] as const) {
    const raw = Buffer.from(
      Uint8Array.from({ length: 40 * 30 * channels }, (_, i) => (i * i * 7 + (i >> 5) * 11) % 251),
    );
    for (const adaptiveFiltering of [false, true]) {
      const file = await sharp(raw, { raw: { width: 40, height: 30, channels } })
        .png({ adaptiveFiltering })
        .toBuffer();
      assert.equal(decodePng(file, 'a').data, new Uint8Array((await decodeImage(file, 'a')).data));
    }
  }
  for (const file of [
    shortRows(sound),
    shortRows(png(W, H, 8, 2, wave, { interlaced: true })),
    bomb(false),
    sound.subarray(0, sound.length - 20),
    edit(sound.length - 20, 1),
    png(W, H, 8, 3, () => 2, { plte: [1, 2, 3, 4, 5, 6] }),
    png(W, H, 8, 3, () => 0),
    png(W, H, 8, 2, wave, { extra: [acTL] }),
  ])
    await refused(() => decodePng(file, 'a.png'), /^a\.png: /);
});

test('what follows the end of a PNG is let be; its bytes may lie anywhere in a buffer', async () => {
  const whole = png(W, H, 8, 2, wave);
  const inside = Buffer.concat([Buffer.alloc(7), whole, Buffer.from('added by some program')]).subarray(7);
  assert.equal(pixel(await decodeImage(inside, 'a.png'), 1, 1), [70, 140, 210, 255]);
});

test('PNG with an EXIF orientation is turned too, gray or not', async () => {
  for (const gray of [false, true]) {
    const raw = sharp(Buffer.from(Uint8Array.from({ length: 6 * 4 * 3 }, (_, i) => (i < 36 ? 250 : 10))), {
      raw: { width: 6, height: 4, channels: 3 },
    });
    const bytes = await (gray ? raw.grayscale() : raw).withMetadata({ orientation: 8 }).png().toBuffer();
    assert.ok(pngChunks(bytes).some((c) => c.type === 'eXIf'));
    const p = await decodeImage(bytes, 'a.png', { layout: true });
    assert.equal([p.width, p.height, pixel(p, 0, 3), pixel(p, 3, 3)], [4, 6, [250, 250, 250, 255], [10, 10, 10, 255]]);
  }
});

test('where a PNG holds numbers, that is known: palette, 4 and 16 bits', async () => {
  const plte = [255, 0, 0, 0, 255, 0];
  assert.equal(
    (
      await decodeImage(
        png(W, H, 8, 3, (x) => x & 1, { plte }),
        'p.png',
      )
    ).indexed,
    { kind: 'palette', colors: Uint8Array.from(plte) },
  );
  assert.equal(
    (
      await decodeImage(
        png(W, H, 4, 0, (x) => x),
        'p.png',
      )
    ).indexed,
    { kind: 'gray', step: 17 },
  );
  assert.equal(
    (
      await decodeImage(
        png(W, H, 16, 0, (x) => x),
        'p.png',
      )
    ).indexed,
    { kind: 'gray', step: 1 },
  );
  assert.is(
    (
      await decodeImage(
        png(W, H, 16, 0, (x) => x * 999),
        'p.png',
      )
    ).indexed,
    undefined,
  );
  assert.is(
    (
      await decodeImage(
        png(W, H, 8, 0, (x) => x),
        'p.png',
      )
    ).indexed,
    undefined,
  );
});

test.run();
