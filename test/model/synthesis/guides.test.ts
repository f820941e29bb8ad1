/** What guides a synthesis beside the colors: places within regions, and the shadows that things cast. */

import * as assert from 'uvu/assert';
import { hashUniform } from '../../../src/engine/random.ts';
import type { PairData } from '../../../src/model/pair.ts';
import { castShadowsOf, learnCastShadows } from '../../../src/model/synthesis/castShadows.ts';
import { surroundings } from '../../../src/model/synthesis/guides.ts';
import { defaultSynthesis } from '../../../src/model/synthesis/options.ts';
import { placesWithin, regionCoordinates } from '../../../src/model/synthesis/regionCoordinates.ts';
import { synthesize } from '../../../src/model/synthesis/synthesis.ts';
import { scoped } from '../../support/device.ts';
import { psnr, scene } from '../../support/halves.ts';
import { test } from '../../support/suite.ts';

test('places within a region move and stretch with it; specks belong to the nearest part of their class', () => {
  const [w, h] = [40, 20];
  const drawn = (boxes: [x: number, y: number, w: number, h: number][]): Uint8Array =>
    Uint8Array.from({ length: w * h }, (_, i) =>
      Number(
        boxes.some(
          ([x, y, u, v]) => i % w >= x && i % w < x + u && Math.floor(i / w) >= y && Math.floor(i / w) < y + v,
        ),
      ),
    );
  const places = (labels: Uint8Array): Float32Array =>
    placesWithin(regionCoordinates({ width: w, height: h, labels }), w, h);
  const [one, moved] = [places(drawn([[2, 3, 8, 6]])), places(drawn([[20, 5, 16, 12]]))];
  const at = (p: Float32Array, x: number, y: number): number[] => [p[y * w + x], p[w * h + y * w + x]];
  // The center of a pixel of the small box is where four pixels of the one twice as large meet.
  for (const [x, y] of [
    [0, 0],
    [7, 5],
    [3, 2],
  ]) {
    const large = [0, 1].map((c) => (at(moved, 20 + 2 * x, 5 + 2 * y)[c] + at(moved, 21 + 2 * x, 6 + 2 * y)[c]) / 2);
    for (const c of [0, 1])
      assert.ok(Math.abs(at(one, 2 + x, 3 + y)[c] - large[c]) < 0.01, `${at(one, 2 + x, 3 + y)} against ${large}`);
  }
  assert.ok(Math.abs(at(one, 9, 5)[0] - at(one, 2, 5)[0] - 7 / 8) < 0.01, 'in sizes of the region');
  // Two parts have coordinates of their own; a pixel beside the right one belongs to that.
  const parts = regionCoordinates({
    width: w,
    height: h,
    labels: drawn([
      [2, 3, 8, 6],
      [20, 3, 8, 6],
      [31, 5, 1, 1],
    ]),
  });
  const id = (x: number, y: number): number => parts.ids[y * w + x];
  assert.ok(id(4, 5) !== id(22, 5) && id(31, 5) === id(22, 5) && id(15, 5) !== id(4, 5));
  // A checkerboard has more parts than a byte can name: then a class is one region.
  const many = regionCoordinates({
    width: w,
    height: h,
    labels: Uint8Array.from({ length: w * h }, (_, i) => (i + Math.floor(i / w)) % 2),
  });
  assert.is(many.boxes.length, 2);
});

/**
 * Sky, ground with grain, and a box that stands on it (class 2) with a shadow to its right that the layout does not
 * show; `x`: the box's left side.
 */
const shadow = { across: 12, top: 38, bottom: 42 };
function yard(x: number, n = 64): PairData {
  const inside = (u: number, v: number): boolean => u >= x && u < x + 12 && v >= 22 && v < 42;
  const grain = hashUniform('yard', n * n);
  const labels = Uint8Array.from({ length: n * n }, (_, i) =>
    inside(i % n, Math.floor(i / n)) ? 2 : Number(Math.floor(i / n) >= 30),
  );
  const image = Float32Array.from({ length: 3 * n * n }, (_, j) => {
    const i = j % (n * n),
      [u, v] = [i % n, Math.floor(i / n)];
    const dark = u >= x + 12 && u < x + 12 + shadow.across && v >= shadow.top && v < shadow.bottom;
    return [-0.4, dark ? -0.5 : 0.4, 0.8][labels[i]] + 0.1 * grain[i];
  });
  return { width: n, height: n, image, labels };
}
/** Mean green of the yard's rows with shadow, to the right of a box there. */
const besideBox = (image: Float32Array, x: number, n = 64): number => {
  let sum = 0;
  for (let v = shadow.top; v < shadow.bottom; v++)
    for (let u = x + 13; u < x + 11 + shadow.across; u++) sum += image[n * n + v * n + u];
  return sum / (shadow.bottom - shadow.top) / (shadow.across - 2);
};

test('the shadow of a thing goes where it goes, in its size, and nothing else is said of the ground', () => {
  const [source, moved] = [yard(36), yard(6)];
  const around = (p: PairData) => surroundings(p, 3, 0.06);
  const s = learnCastShadows(source, around(source))!;
  assert.equal([...s.standing], [2]);
  const [own, there] = [s.own, castShadowsOf(s, moved, around(moved))];
  for (const [what, map, x] of [
    ['source', own, 36],
    ['target', there, 6],
  ] as const) {
    const at = (u: number, v: number): number => map[v * 64 + u];
    for (const u of [x + 14, x + 18]) assert.ok(at(u, 40) < -0.5, `${what}: ${at(u, 40)} in the shadow`);
    for (const [u, v] of [
      [x + 40, 40],
      [x + 18, 46],
      [x - 4, 40],
      [x + 5, 40],
    ])
      if (u >= 0 && u < 64) assert.ok(Math.abs(at(u, v)) < 0.05, `${what}: ${at(u, v)} at ${u}, ${v}`);
  }
  assert.ok(Math.abs(there[40 * 64 + 50]) < 1e-6, 'nothing where the box was');
  assert.equal(castShadowsOf(s, source, around(source)), own, "the source's own layout gives its own");
  // Half as large a box has half the shadow.
  const small = {
    ...moved,
    labels: Uint8Array.from(moved.labels, (_, i) => {
      const [u, v] = [i % 64, Math.floor(i / 64)];
      return u >= 6 && u < 12 && v >= 32 && v < 42 ? 2 : Number(v >= 30);
    }),
  };
  const half = castShadowsOf(s, small, around(small));
  assert.ok(
    half[40 * 64 + 15] < -0.5 && Math.abs(half[40 * 64 + 22]) < 0.05 && Math.abs(half[37 * 64 + 15]) < 0.3,
    `${half[40 * 64 + 15]}, ${half[40 * 64 + 22]}, ${half[37 * 64 + 15]}`,
  );
  assert.is(learnCastShadows(scene(24), around(scene(24))), null, 'two halves: nothing stands');
});

test('a synthesis takes the shadow of a thing along; without the guide it stays', () =>
  scoped(async (session) => {
    const [source, target] = [yard(36), yard(6)];
    const made = (castShadow: number): Promise<Float32Array> =>
      synthesize(session, source, target, 3, {
        ...defaultSynthesis,
        guides: { ...defaultSynthesis.guides, castShadow },
      });
    const [guided, unguided] = [await made(defaultSynthesis.guides.castShadow), await made(0)];
    const seen = (image: Float32Array) => ({ here: besideBox(image, 6), there: besideBox(image, 36) });
    assert.ok(seen(guided).here < -0.3 && seen(guided).there > 0.25, `with: ${JSON.stringify(seen(guided))}`);
    assert.ok(
      !(seen(unguided).here < -0.3 && seen(unguided).there > 0.25),
      `without, it would follow by chance: ${JSON.stringify(seen(unguided))}`,
    );
    assert.ok(
      psnr(guided, target.image) > psnr(unguided, target.image) + 1,
      `${psnr(guided, target.image)} against ${psnr(unguided, target.image)}`,
    );
  }));
test.run();
