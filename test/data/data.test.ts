/**
 * Image files in and out: every kind that is read, every kind that is refused and in which words; sizes, padding,
 * recipes.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../src/data/errors.ts';
import {
  cutCHW,
  fitSize,
  flatten,
  fromFloatCHW,
  padCHW,
  padTo,
  resize,
  resizeLabels,
  toFloatCHW,
  transparentShare,
} from '../../src/data/image/image.ts';
import { crc32, pngChunks, readText, withText } from '../../src/data/formats/png.ts';
import { decodePng } from '../../src/data/formats/pngPixels.ts';
import { checkNotTruncated } from '../../src/data/image/truncation.ts';
import { decodeImage, encodePng, readPicture } from '../../src/node/decode.ts';
import { readInput, writeFileAtomic, writeFilesAtomic } from '../../src/node/files.ts';

const W = 5,
  H = 3;
const wave = (x: number, y: number, c: number) => (x * 50 + y * 20 + c * 70) % 256;

/** A PNG made by hand: sample(x, y, channel) in the bit depth's own range. */
function png(
  w: number,
  h: number,
  bits: number,
  type: number,
  sample: (x: number, y: number, c: number) => number,
  {
    plte,
    trns,
    interlaced = false,
    extra = [],
  }: { plte?: number[]; trns?: number[]; interlaced?: boolean; extra?: [string, Uint8Array][] } = {},
): Uint8Array {
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[type]!;
  const passes = interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  const raw: number[] = [];
  for (const [x0, y0, dx, dy] of passes)
    for (let y = y0; y < h; y += dy) {
      if (x0 >= w) continue;
      raw.push(0);
      let bit = 0,
        byte = 0;
      for (let x = x0; x < w; x += dx)
        for (let c = 0; c < channels; c++) {
          const v = sample(x, y, c);
          if (bits === 16) raw.push(v >> 8, v & 255);
          else {
            byte = (byte << bits) | v;
            bit += bits;
            if (bit === 8) {
              raw.push(byte);
              bit = byte = 0;
            }
          }
        }
      if (bit) raw.push(byte << (8 - bit));
    }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, w);
  new DataView(header.buffer).setUint32(4, h);
  header.set([bits, type, 0, 0, +interlaced], 8);
  const parts: [string, Uint8Array][] = [['IHDR', header], ...extra];
  if (plte) parts.push(['PLTE', Uint8Array.from(plte)]);
  if (trns) parts.push(['tRNS', Uint8Array.from(trns)]);
  parts.push(['IDAT', deflateSync(Uint8Array.from(raw))], ['IEND', new Uint8Array(0)]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...parts.map(([t, d]) => {
      const body = Buffer.concat([Buffer.from(t, 'latin1'), d]);
      const out = Buffer.alloc(body.length + 8);
      out.writeUInt32BE(d.length);
      body.copy(out, 4);
      out.writeUInt32BE(crc32(body), body.length + 4);
      return out;
    }),
  ]);
}

const pixel = (p: { width: number; data: Uint8Array }, x: number, y: number) => [
  ...p.data.subarray(4 * (y * p.width + x), 4 * (y * p.width + x) + 4),
];

async function refused(act: () => unknown, pattern: RegExp): Promise<void> {
  let caught: unknown;
  try {
    await act();
  } catch (e) {
    caught = e;
  }
  assert.instance(caught, UserError, `expected a UserError like ${pattern}, got ${caught}`);
  assert.match((caught as Error).message, pattern);
  assert.not((caught as Error).message.includes('\n'), 'one line');
}

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
      checkNotTruncated(whole, format, 'a');
      checkNotTruncated(Buffer.concat([whole, Buffer.from('added')]), format, 'a');
      for (const share of [0.05, 0.3, 0.7, 0.999])
        await refused(
          () => checkNotTruncated(whole.subarray(0, Math.floor(whole.length * share)), format, 'a.x'),
          /^a\.x: the (JPEG|WebP) file is cut off after \d+ bytes/,
        );
    }
  }
});

test('what follows the end of a PNG is let be; its bytes may lie anywhere in a buffer', async () => {
  const whole = png(W, H, 8, 2, wave);
  const inside = Buffer.concat([Buffer.alloc(7), whole, Buffer.from('added by some program')]).subarray(7);
  assert.equal(pixel(await decodeImage(inside, 'a.png'), 1, 1), [70, 140, 210, 255]);
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

const flat = (w = 16, h = 16, c = { r: 200, g: 100, b: 50 }) =>
  sharp({ create: { width: w, height: h, channels: 3, background: c } });
const close = (a: number[], b: number[], by: number) => a.every((v, i) => Math.abs(v - b[i]) <= by);

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

const text = (s: string) => Buffer.from(s, 'latin1');
const sound = png(W, H, 8, 2, wave);
const edit = (at: number, v: number) => {
  const b = Buffer.from(sound);
  b[at] = v;
  return b;
};
const noise = () =>
  sharp(Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251)), {
    raw: { width: 64, height: 64, channels: 3 },
  });
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
const acTL: [string, Uint8Array] = ['acTL', new Uint8Array(8)];

for (const [what, bytes, pattern] of [
  ['empty', () => text(''), /^a\.png: the file is empty/],
  ['GIF', () => flat().gif().toBuffer(), /GIF is not read: convert it to PNG/],
  ['TIFF', () => flat().tiff().toBuffer(), /TIFF.* is not read: convert it to PNG/],
  ['AVIF', () => flat().avif().toBuffer(), /AVIF is not read: convert it/],
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

/** The header says more rows than the data holds. */
function shortRows(file: Uint8Array): Uint8Array {
  const b = Buffer.from(file);
  b.writeUInt32BE(H + 40, 20);
  b.writeUInt32BE(crc32(b.subarray(12, 29)), 29);
  return b;
}

function bomb(interlaced: boolean): Uint8Array {
  if (!interlaced) {
    const b = Buffer.from(sound);
    b.writeUInt32BE(60000, 16);
    b.writeUInt32BE(60000, 20);
    b.writeUInt32BE(crc32(b.subarray(12, 29)), 29);
    return b;
  }
  const b = Buffer.from(png(2000, 800, 8, 0, () => 0, { interlaced: true }));
  b.writeUInt32BE(8, 16);
  b.writeUInt32BE(8, 20);
  b.writeUInt32BE(crc32(b.subarray(12, 29)), 29);
  return b;
}

async function bigJpeg(): Promise<Uint8Array> {
  const b = Buffer.from(await flat().jpeg().toBuffer());
  const frame = b.findIndex((v, i) => v === 0xff && (b[i + 1] === 0xc0 || b[i + 1] === 0xc2));
  b.writeUInt16BE(65000, frame + 5);
  b.writeUInt16BE(65000, frame + 7);
  return b;
}

test('PNG written is read back the same, and the same pixels are the same bytes', async () => {
  const p = await decodeImage(png(W, H, 8, 6, wave), 'a.png');
  assert.equal([...(await decodeImage(encodePng(p), 'b.png')).data], [...p.data]);
  const rgb = Uint8Array.from({ length: W * H * 3 }, (_, i) => i * 5);
  const once = encodePng({ width: W, height: H, rgb });
  assert.equal([...once], [...encodePng({ width: W, height: H, rgb })]);
  assert.equal(pixel(await decodeImage(once, 'c.png'), 1, 0), [15, 20, 25, 255]);
  assert.is(once[25], 2, 'opaque pictures are written as RGB');
  assert.throws(() => encodePng({ width: 9, height: H, rgb }));
});

test('recipes in PNGs: Latin-1 and any other text, replaced, beside others', async () => {
  const recipe = { 'semia:recipe': '{"seed": 1}', Title: 'Café', Comment: 'snow 雪 \u{1f332}' };
  const out = withText(sound, recipe);
  assert.equal(readText(out), recipe);
  assert.equal(
    pngChunks(out)
      .filter((c) => /Xt$/.test(c.type))
      .map((c) => c.type),
    ['tEXt', 'tEXt', 'iTXt'],
  );
  const twice = withText(out, { Comment: 'now plain' });
  assert.equal(readText(twice), { ...recipe, Comment: 'now plain' });
  assert.equal([...(await decodeImage(twice, 'a.png')).data], [...(await decodeImage(sound, 'a.png')).data]);
  assert.is((await sharp(twice).metadata()).width, W, 'other programs read it');
  const packed = png(W, H, 8, 2, wave, {
    extra: [['zTXt', Buffer.concat([text('K\0\0'), deflateSync(text('long'))])]],
  });
  assert.equal(readText(packed), {});
  assert.throws(() => withText(sound, { 'bad\0key': 'x' }));
  await refused(() => readText(text('no PNG')), /is not a PNG file/);
});

test('floats: there and back, clamped', () => {
  const p = { width: 2, height: 1, data: Uint8Array.from([0, 128, 255, 255, 1, 2, 3, 255]) };
  const f = toFloatCHW(p);
  assert.equal([f[0], f[4]], [-1, 1]);
  assert.equal([...fromFloatCHW(f, 2, 1).data], [...p.data]);
  assert.equal([...fromFloatCHW([-2, 7, NaN], 1, 1).data], [0, 255, 0, 255]);
});

test('resizing: areas averaged, constants kept, ramps kept, transparent colors kept out', () => {
  const picture = (w: number, h: number, f: (x: number, y: number) => number[], hasAlpha = false) => {
    const data = new Uint8Array(w * h * 4);
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) data.set(f(x, y), 4 * (y * w + x));
    return { width: w, height: h, data, hasAlpha, source: 't' };
  };
  assert.equal(
    pixel(
      resize(
        picture(4, 2, (x) => [x < 2 ? 0 : 200, 10, x * 10, 255]),
        2,
        1,
      ),
      1,
      0,
    ),
    [200, 10, 25, 255],
  );
  assert.equal(
    pixel(
      resize(
        picture(3, 3, (x, y) => [x === 1 && y === 1 ? 90 : 0, 0, 0, 255]),
        1,
        1,
      ),
      0,
      0,
    ),
    [10, 0, 0, 255],
  );
  for (const [w, h] of [
    [7, 9],
    [30, 22],
    [1, 1],
    [13, 4],
    [4, 40],
  ]) {
    const out = resize(
      picture(13, 11, () => [7, 99, 250, 255]),
      w,
      h,
    );
    assert.ok(
      out.data.every((v, i) => v === [7, 99, 250, 255][i & 3]),
      `constant to ${w} x ${h}`,
    );
  }
  const ramp = resize(
    picture(16, 2, (x) => [x * 10, 0, 0, 255]),
    32,
    2,
  );
  for (let x = 4; x < 28; x++)
    assert.ok(Math.abs(pixel(ramp, x, 0)[0] - ((x + 0.5) / 2 - 0.5) * 10) <= 0.51, `ramp at ${x}`);
  const edge = resize(
    picture(4, 1, (x) => (x < 2 ? [200, 0, 0, 255] : [0, 255, 0, 0]), true),
    1,
    1,
  );
  assert.equal(pixel(edge, 0, 0), [200, 0, 0, 128]);
  assert.is(transparentShare(picture(4, 1, (x) => [0, 0, 0, x < 1 ? 0 : 255], true)), 0.25);
  assert.equal(pixel(flatten(picture(1, 1, () => [0, 0, 0, 51], true)), 0, 0), [204, 204, 204, 255]);
});

test('resizing labels: majority and nearest, never a new class', () => {
  assert.equal([...resizeLabels(Uint8Array.from([0, 2, 2, 0, 2, 2, 0, 0]), 4, 2, 2, 1)], [2, 0]);
  assert.equal([...resizeLabels(Uint8Array.from([1, 3]), 2, 1, 6, 2)], [1, 1, 1, 3, 3, 3, 1, 1, 1, 3, 3, 3]);
  assert.equal([...resizeLabels(Uint8Array.from([1, 3, 5]), 3, 1, 2, 1)], [1, 5]);
});

test('sizes fitted and padded, and the padding cut off again', () => {
  assert.equal(fitSize(572, 380, 286), { width: 286, height: 190, scale: 0.5 });
  assert.equal(fitSize(100, 50, 400), { width: 100, height: 50, scale: 1 });
  assert.equal(fitSize(100, 50, 400, true), { width: 400, height: 200, scale: 4 });
  assert.equal(fitSize(10000, 3, 100).height, 1);
  for (const [w, h] of [
    [250, 250],
    [8, 16],
    [3, 5],
    [1, 9],
    [571, 383],
  ]) {
    const p = padTo(w, h, 8);
    assert.equal([p.width % 8, p.height % 8, p.left + w + p.right, p.top + h + p.bottom], [0, 0, p.width, p.height]);
    assert.ok(p.width - w < 8 && p.height - h < 8);
    const src = Float32Array.from({ length: 2 * w * h }, (_, i) => i);
    assert.equal([...cutCHW(padCHW(src, 2, w, h, p), 2, w, h, p)], [...src]);
  }
  const p = { left: 2, right: 3, top: 0, bottom: 0, width: 8, height: 1 };
  assert.equal(
    [...padCHW(Float32Array.from([1, 2, 3]), 1, 3, 1, p)],
    [3, 2, 1, 2, 3, 2, 1, 2],
    'mirrored without repeating the edge',
  );
});

const folder = () => mkdtempSync(join(tmpdir(), 'semia-data-'));
const root = process.getuid?.() === 0;

test('files: missing, a directory, no permission', async () => {
  const d = folder();
  await refused(() => readInput(join(d, 'no.png')), /no\.png: no such file$/);
  await refused(
    () => readInput(join(d, 'nowhere', 'no.png')),
    /no such file \(there is no directory .*nowhere either\)/,
  );
  await refused(() => readInput(d), /is a directory; name a file in it/);
  writeFileSync(join(d, 'secret.png'), sound, { mode: 0 });
  if (!root) await refused(() => readInput(join(d, 'secret.png')), /no permission to read it/);
  writeFileSync(join(d, 'a.png'), sound);
  assert.is((await readPicture(join(d, 'a.png'))).source, join(d, 'a.png'));
  rmSync(d, { recursive: true });
});

test('files are written whole or not at all, and nothing is left beside them', async () => {
  const d = folder(),
    out = join(d, 'deep', 'er', 'out.png');
  await writeFileAtomic(out, sound);
  await writeFileAtomic(out, Uint8Array.from([1, 2, 3]));
  assert.equal([...readFileSync(out)], [1, 2, 3]);
  await refused(() => writeFileAtomic(join(d, 'deep'), 'x'), /is a directory; give a file name/);
  await refused(() => writeFileAtomic(join(out, 'x.png'), 'x'), /a part of the path is a file/);
  await refused(() => writeFileAtomic(join(d, 'n'.repeat(300)), 'x'), /the name is too long/);
  await refused(
    () =>
      writeFilesAtomic([
        { path: join(d, 'one'), bytes: '1' },
        { path: join(d, 'deep'), bytes: '2' },
      ]),
    /is a directory/,
  );
  assert.not(existsSync(join(d, 'one')), 'of several files none appears if one cannot be written');
  mkdirSync(join(d, 'ro'));
  chmodSync(join(d, 'ro'), 0o555);
  if (!root) await refused(() => writeFileAtomic(join(d, 'ro', 'a'), 'x'), /no permission to write there/);
  writeFileSync(join(d, 'kept'), 'old', { mode: 0o640 });
  symlinkSync('kept', join(d, 'link'));
  await writeFilesAtomic([{ path: join(d, 'link'), bytes: 'new' }]);
  assert.is(readFileSync(join(d, 'kept'), 'utf8'), 'new', 'a link is followed');
  assert.is(statSync(join(d, 'kept')).mode & 0o777, 0o640);
  assert.equal(
    readdirSync(d)
      .concat(readdirSync(join(d, 'deep', 'er')))
      .sort(),
    ['deep', 'kept', 'link', 'out.png', 'ro'],
  );
  rmSync(d, { recursive: true });
});

test('a full disk', async () => {
  if (!existsSync('/dev/full')) return;
  await refused(() => writeFileAtomic('/dev/full', 'x'), /the disk is full/);
});

test.run();
