/** 16 bits beside 8: each is the other's, whatever is done to a picture. */

import * as assert from 'uvu/assert';
import { flatten, likePhoto, narrow, type Picture, resize } from '../../../src/data/image/image.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { test } from '../../support/suite.ts';

const deep = (width: number, height: number, alpha = false): Picture => {
  const wide = Uint16Array.from(hashUniform('deep', 4 * width * height), (v, i) =>
    (i & 3) === 3 && !alpha ? 65535 : (v + 1) * 32767.5,
  );
  return { width, height, wide, data: narrow(wide), hasAlpha: alpha, source: 'deep', sixteenBit: true };
};

test('narrow rounds to the nearest of 256', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  assert.ok(narrow(all).every((v, i) => v === Math.round((i * 255) / 65535)));
});

test('a resized or flattened picture has 16 bits, and the 8 are rounded from them', () => {
  for (const p of [deep(31, 17), deep(31, 17, true)])
    for (const q of [resize(p, 12, 9), resize(p, 40, 40), flatten(p)]) {
      assert.is(q.wide!.length, 4 * q.width * q.height);
      assert.equal(q.data, narrow(q.wide!));
      // the same as from 8 bits but for that one's rounding
      const eight = { ...p, wide: undefined };
      const r = q.width === p.width ? flatten(eight) : resize(eight, q.width, q.height);
      if (!p.hasAlpha) assert.ok(r.data.every((v, i) => Math.abs(v - q.data[i]) <= 1));
    }
});

test('a result has its photograph’s 16 bits where it copies, finer shades elsewhere, and its profile', () => {
  const photo = { ...deep(8, 4), profile: Uint8Array.of(1), exif: Uint8Array.of(2) };
  const from = Uint32Array.of(5, 31, 0, 2 ** 32 - 1);
  const data = new Uint8Array(16);
  for (const [p, s] of [5, 31, 0, 3].entries()) data.set(photo.data.subarray(4 * s, 4 * s + 4), 4 * p);
  data[4 * 2] = data[4 * 2] > 99 ? data[4 * 2] - 64 : data[4 * 2] + 64; // one copy made darker or lighter
  const result = likePhoto({ width: 4, height: 1, data, hasAlpha: false, source: 'r' }, photo, from);
  assert.equal(
    result.wide!.subarray(0, 8),
    Uint16Array.of(...photo.wide!.subarray(20, 24), ...photo.wide!.subarray(124)),
  );
  assert.is(result.wide![8], photo.wide![0] + 257 * (data[8] - photo.data[0]));
  assert.equal(result.wide!.subarray(9, 12), photo.wide!.subarray(1, 4));
  assert.equal(
    result.wide!.subarray(12),
    Uint16Array.from(data.subarray(12), (v) => v * 257),
  );
  assert.equal(narrow(result.wide!), data);
  assert.equal([result.profile, result.exif], [photo.profile, photo.exif]);
  const eight = likePhoto(result, { ...photo, wide: undefined, profile: undefined });
  assert.equal([eight.width, eight.exif], [4, photo.exif]);
});

test.run();
