/** What result files carry beside pixels: EXIF made fit to keep, recipes in XMP, a TIFF's own tags. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { exifOf, isRaw, sizedExif, withExif } from '../../../src/data/formats/metadata/exif.ts';
import { numberOf, readDirectory, tiffHeader } from '../../../src/data/formats/metadata/ifd.ts';
import { jpegXmp, withJpegXmp } from '../../../src/data/formats/metadata/jpegXmp.ts';
import { textsOfXmp, xmpOf } from '../../../src/data/formats/metadata/xmp.ts';
import { flat } from '../../support/imageFiles.ts';
import { test } from '../../support/suite.ts';

/** Tag, type, count, value or offset: directories written by hand, big-endian, as a camera may. */
type Row = readonly [tag: number, type: number, count: number, value: number];
function cameraBlock(): Buffer {
  const b = Buffer.alloc(260);
  b.write('MM\0*\0\0\0\x08', 'latin1');
  const directory = (at: number, rows: readonly Row[], next: number): void => {
    b.writeUInt16BE(rows.length, at);
    for (const [i, [tag, type, count, value]] of rows.entries()) {
      const e = at + 2 + 12 * i;
      b.writeUInt16BE(tag, e);
      b.writeUInt16BE(type, e + 2);
      b.writeUInt32BE(count, e + 4);
      if (type === 3) b.writeUInt16BE(value, e + 8);
      else b.writeUInt32BE(value, e + 8);
    }
    b.writeUInt32BE(next, at + 2 + 12 * rows.length);
  };
  const rows: Row[] = [
    [271, 2, 5, 200],
    [274, 3, 1, 6],
    [34665, 4, 1, 80],
  ];
  directory(8, rows, 140);
  directory(
    80,
    [
      [33437, 5, 1, 208], // F number
      [37500, 7, 8, 220], // maker note
      [40962, 3, 1, 4000],
    ],
    0,
  );
  directory(
    140,
    [
      [513, 4, 1, 228], // thumbnail
      [514, 4, 1, 8],
    ],
    0,
  );
  b.write('Acme\0', 200, 'latin1');
  b.writeUInt32BE(28, 208);
  b.writeUInt32BE(10, 212);
  b.write('NOTENOTE', 220, 'latin1');
  b.write('THUMBNAI', 228, 'latin1');
  return b;
}

/** The entries of a block's first directory and of its Exif directory. */
function directories(block: Uint8Array) {
  const { first, little } = tiffHeader(block)!;
  const image = readDirectory(block, first, little);
  return { image, exif: readDirectory(block, numberOf(image, 34665)!, little) };
}

test('camera and exposure are kept, upright; thumbnail and maker note, which show the old picture, are not', () => {
  const given = cameraBlock();
  for (const bytes of [given, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), given])]) {
    const block = exifOf(bytes)!;
    const text = Buffer.from(block).toString('latin1');
    assert.match(text, /Acme\0/);
    assert.not.match(text, /NOTE|THUMB/);
    const { image, exif } = directories(sizedExif(block, 640, 70_000));
    assert.is(numberOf(image, 274), 1);
    assert.equal([numberOf(exif, 40962), numberOf(exif, 40963)], [640, 70_000]);
    assert.equal([...exif.find((e) => e.tag === 33437)!.value], [28, 0, 0, 0, 10, 0, 0, 0]);
  }
});

test('bytes that are no EXIF, or a cut part of it, give what can be read, and never an error', () => {
  const block = cameraBlock();
  for (let length = 0; length < block.length; length++) exifOf(block.subarray(0, length));
  assert.is(exifOf(new Uint8Array()), null);
  assert.is(exifOf(Buffer.from('no EXIF at all')), null);
  const loop = Buffer.from(block);
  loop.writeUInt32BE(8, 8 + 2 + 12 * 2 + 8); // the Exif pointer points at its own directory
  assert.ok(exifOf(loop));
});

test('a TIFF gets the tags and keeps its pixels; libvips reads both', async () => {
  const tiff = await flat(9, 7).tiff({ compression: 'deflate' }).toBuffer();
  const added = withExif(tiff, sizedExif(exifOf(cameraBlock())!, 9, 7));
  const pixels = (b: Uint8Array) => sharp(b).raw().toBuffer();
  assert.equal(await pixels(added), await pixels(tiff));
  const { image, exif } = directories(added);
  assert.is(Buffer.from(image.find((e) => e.tag === 271)!.value).toString(), 'Acme\0');
  assert.is(numberOf(exif, 40962), 9);
  assert.is((await sharp(added).metadata()).orientation, 1);
  assert.not.ok(isRaw(added));
});

test('raw files of the TIFF family are told from pictures', () => {
  const dng = Buffer.alloc(40);
  dng.write('II*\0\x08\0\0\0\x01\0', 'latin1');
  dng.writeUInt16LE(50706, 10);
  dng.writeUInt16LE(1, 12);
  dng.writeUInt32LE(4, 14);
  assert.ok(isRaw(dng));
  assert.ok(isRaw(Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1')));
  assert.not.ok(isRaw(Buffer.from('\x89PNG')));
});

test('texts of any length and content come back from XMP, in JPEG over several segments', async () => {
  const jpeg = await flat(9, 7).jpeg().toBuffer();
  const pixels = await sharp(jpeg).raw().toBuffer();
  for (const length of [10, 65_000, 200_000]) {
    const texts = {
      Software: 'semia',
      'semia-method': '{"a": "<&amp;>é\u4e2d"}',
      long: 'x&<\u00fc'.repeat(length / 4),
    };
    const packet = xmpOf(texts);
    const md5 = createHash('md5').update(packet).digest('hex').toUpperCase();
    const file = withJpegXmp(jpeg, packet, md5);
    assert.equal(textsOfXmp(jpegXmp(file)), texts);
    assert.equal(await sharp(file).raw().toBuffer(), pixels);
    if (length === 10) assert.is((await sharp(file).metadata()).xmp!.toString(), packet);
  }
  assert.is(jpegXmp(jpeg), '');
  assert.equal(textsOfXmp('<x:xmpmeta><semia:broken>'), {});
  assert.throws(() => xmpOf({ 'a b': '' }), /cannot be an element's name/);
});

test.run();
