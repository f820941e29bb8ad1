/** Pictures as numbers: conversion, resizing, padding. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
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
} from '../../../src/data/image/image.ts';
import { pixel } from '../../support/imageFiles.ts';

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

test.run();
