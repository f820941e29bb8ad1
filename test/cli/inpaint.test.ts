// Holes filled: the pieces against what is known, and the commands as users run them. Outside the hole nothing changes,
// to the byte.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { fieldSource, improveField, packPixels, searchField } from '../../src/autograd/nnf/patchField.ts';
import type { Picture } from '../../src/data/image/image.ts';
import { growMask, readMask } from '../../src/data/layout/mask.ts';
import { fillLabels, membrane } from '../../src/data/image/membrane.ts';
import { readText } from '../../src/data/formats/png.ts';
import { paintScene } from '../../src/data/scenes/index.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { inpaint } from '../../src/model/synthesis/inpainting/inpaint.ts';
import { readPicture } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { readInput } from '../../src/node/files.ts';
import { folder } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';
import { copyScenes } from '../support/scenes.ts';
import { scoped } from '../support/device.ts';
import { paint } from '../support/runs.ts';

const box = (w: number, h: number, x0: number, y0: number, x1: number, y1: number): Uint8Array =>
  Uint8Array.from({ length: w * h }, (_, i) => Number(i % w >= x0 && i % w < x1 && i >= y0 * w && i < y1 * w));

test("the membrane over a hole is its rim's plane, also at the picture's corner, and zero without a rim", () => {
  const [w, h] = [45, 37];
  const plane = (i: number): number => 0.02 * (i % w) - 0.01 * Math.floor(i / w);
  const hole = box(w, h, 8, 5, 40, 30);
  const x = membrane(
    Float32Array.from(hole, (v, i) => (v ? 99 : plane(i))),
    hole,
    { width: w, height: h },
  );
  for (let i = 0; i < w * h; i++) assert.ok(Math.abs(x[i] - plane(i)) < 4e-3, `pixel ${i}: ${x[i]}, not ${plane(i)}`);
  const corner = box(w, h, 0, 0, 20, 20);
  const flat = membrane(
    Float32Array.from(corner, (v) => (v ? -5 : 3)),
    corner,
    { width: w, height: h },
  );
  assert.ok(
    flat.every((v) => Math.abs(v - 3) < 1e-3),
    'nothing flows through the edge',
  );
  assert.ok(
    membrane(new Float32Array(9).fill(7), new Uint8Array(9).fill(1), { width: 3, height: 3 }).every((v) => v === 0),
  );
});

test('a layout is continued across a hole in bands, and outside it stays as it was', () => {
  const [w, h] = [60, 40];
  const truth = Uint8Array.from({ length: w * h }, (_, i) => (i < 18 * w ? 0 : i < 24 * w ? 1 : 2));
  const hole = box(w, h, 20, 4, 45, 34);
  const filled = fillLabels(
    truth.map((v, i) => (hole[i] ? 3 : v)),
    hole,
    { width: w, height: h },
    4,
  );
  let wrong = 0;
  for (let i = 0; i < w * h; i++)
    if (filled[i] !== truth[i]) {
      assert.is(hole[i], 1);
      wrong++;
    }
  assert.ok(wrong < 0.12 * 25 * 30, `${wrong} pixels of another class`);
  assert.not.ok(filled.includes(3), 'what is removed does not come back');
});

test('masks: white on black, opaque on transparent, of another size; a photograph is none', () => {
  const photo = paint(20, 10, () => [0, 0, 0], 'photo.png');
  const want = box(20, 10, 4, 2, 12, 8);
  assert.equal(
    readMask(
      paint(20, 10, (x, y) => (want[y * 20 + x] ? [250, 255, 255] : [9, 3, 0])),
      photo,
    ),
    want,
  );
  assert.equal(
    readMask(
      paint(20, 10, (x, y) => [0, 0, 0, want[y * 20 + x] ? 255 : 0]),
      photo,
    ),
    want,
  );
  assert.equal(
    readMask(
      paint(40, 20, (x, y) => (want[(y >> 1) * 20 + (x >> 1)] ? [255, 255, 255] : [0, 0, 0])),
      photo,
    ),
    want,
  );
  assert.throws(
    () =>
      readMask(
        paint(20, 10, (x) => [x * 12, x * 12, x * 12], 'gray.png'),
        photo,
      ),
    /gray\.png: is no mask: \d+.* neither dark nor light/,
  );
  assert.throws(
    () =>
      readMask(
        paint(20, 10, () => [0, 0, 0], 'black.png'),
        photo,
      ),
    /black\.png: the mask is empty/,
  );
  assert.equal(growMask(box(20, 10, 6, 4, 8, 5), 20, 10, 2), box(20, 10, 4, 2, 10, 7));
  assert.equal(growMask(box(20, 10, 0, 0, 1, 10), 20, 10, 3), box(20, 10, 0, 0, 4, 10));
});

test('no match has a forbidden pixel, in full search and in PatchMatch; among the others it is the best', () =>
  scoped(async (session) => {
    const n = 24,
      m = n - 4;
    const image = Float32Array.from(hashUniform('allowed', 3 * n * n));
    // class 0, class 3; targets also ask for a class 5, which is nowhere
    const labels = Uint8Array.from({ length: n * n }, (_, i) => Number(i % n > 11) * 3);
    const allowed = Uint8Array.from({ length: n * n }, (_, i) => Number(!box(n, n, 8, 6, 18, 16)[i]));
    const wanted = Uint8Array.from(labels, (l, i) => (i > 20 * n ? 5 : l));
    const packed = packPixels(image, labels);
    const zeros = new Float32Array(4 * n * n);
    const [full, found] = await session.compute(() => {
      const source = fieldSource(session, { width: n, height: n }, 5, packed, zeros, allowed);
      const target = { width: n, height: n, guides: session.lasting([zeros.length], 'g', zeros) };
      const map = session.lasting([n * n], 'map', packPixels(image, wanted), 'u32');
      const inHole = session.lasting(
        [m * m, 2],
        'start',
        Uint32Array.from({ length: 2 * m * m }, (_, i) => (i % 2 ? 0 : 9 * m + 10)),
        'u32',
      );
      return [
        searchField(source, target, map, { near: 0.5 }),
        improveField(
          source,
          target,
          map,
          inHole,
          [
            { jump: 4, radius: 8 },
            { jump: 1, radius: 2 },
          ],
          1,
          { near: 0.5 },
        ),
      ];
    });
    const free = (p: number): boolean => {
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 5; x++) if (!allowed[(Math.floor(p / m) + y) * n + (p % m) + x]) return false;
      return true;
    };
    const center = (l: Uint8Array, p: number): number => l[(Math.floor(p / m) + 2) * n + (p % m) + 2];
    const distance = (a: number, b: number): number => {
      let sum = 0;
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 5; x++) {
          const [i, j] = [a, b].map((p) => (Math.floor(p / m) + y) * n + (p % m) + x);
          for (let c = 0; c < 3; c++)
            sum += ((((packed[i] >> (8 * c)) & 255) - ((packed[j] >> (8 * c)) & 255)) / 127.5) ** 2;
          if (wanted[i] !== labels[j]) sum += 0.5;
        }
      return sum;
    };
    for (let p = 0; p < m * m; p++) {
      const own = Array.from({ length: m * m }, (_, q) => q).filter(
        (q) => free(q) && (center(wanted, p) === 5 || center(labels, q) === center(wanted, p)),
      );
      assert.ok(own.includes(full[2 * p]) && own.includes(found[2 * p]), `patch ${p}: ${full[2 * p]}, ${found[2 * p]}`);
      const best = Math.min(...own.map((q) => distance(p, q)));
      assert.ok(
        distance(p, full[2 * p]) <= best * (1 + 1e-5),
        `patch ${p}: ${distance(p, full[2 * p])}, the best is ${best}`,
      );
    }
  }));

/** Stripes below, a brightness that falls to the right above. */
const pattern = (x: number, y: number): [number, number, number] =>
  y < 28 ? [40, 60 + 2 * x, 200 - 2 * x] : (x + y) % 6 < 3 ? [200, 150, 40] : [90, 60, 20];
const psnr = (a: Picture, b: Picture, hole: Uint8Array): number => {
  let sum = 0,
    n = 0;
  hole.forEach((v, i) => {
    if (v)
      for (let c = 0; c < 3; c++) {
        sum += (a.data[4 * i + c] - b.data[4 * i + c]) ** 2;
        n++;
      }
  });
  return 10 * Math.log10((255 ** 2 * n) / sum);
};
const sameOutside = (a: Picture, b: Picture, hole: Uint8Array): void =>
  hole.forEach((v, i) => {
    if (!v) assert.equal([...a.data.subarray(4 * i, 4 * i + 4)], [...b.data.subarray(4 * i, 4 * i + 4)], `pixel ${i}`);
  });

test('a hole over a gradient and stripes is filled as the picture goes on, twice the same; the rest stays', () =>
  scoped(async (session) => {
    const [w, h] = [64, 56];
    const truth = paint(w, h, pattern);
    const hole = box(w, h, 20, 16, 36, 42);
    const photo = {
      ...truth,
      hasAlpha: true,
      data: truth.data.map((v, i) => (hole[i >> 2] ? 0 : i >> 2 === 5 && i % 4 === 3 ? 77 : v)),
    };
    const made = await inpaint({ session, photo, hole });
    const before = session.memory.bytes;
    sameOutside(made, photo, hole);
    assert.ok(psnr(made, truth, hole) > 22, `PSNR ${psnr(made, truth, hole)}`);
    hole.forEach((v, i) => {
      if (v) assert.is(made.data[4 * i + 3], 255);
    });
    assert.equal((await inpaint({ session, photo, hole })).data, made.data);
    assert.is(session.memory.bytes, before, 'no memory is left behind');
  }));

test('a hole over waves and sand is filled with both, from the photograph itself and from another', () =>
  scoped(async (session) => {
    const scene = (seed: number): Picture => {
      const {
        source: { width, height, photo },
      } = paintScene('coast', { size: 96, seed });
      return paint(
        width,
        height,
        (x, y) => [0, 1, 2].map((c) => photo[3 * (y * width + x) + c]) as [number, number, number],
      );
    };
    const photo = scene(1);
    const { width: w, height: h, data } = photo;
    const hole = box(w, h, 22, Math.round(0.46 * h), 52, Math.round(0.76 * h));
    // Waves are steps from row to row, which sand has not; a blend of waves would have less.
    const steps = (p: Picture): number => {
      let sum = 0,
        n = 0;
      for (let i = 0; i < w * (h - 1); i++)
        if (hole[i] && hole[i + w])
          for (let c = 0; c < 3; c++) {
            sum += Math.abs(p.data[4 * i + c] - p.data[4 * (i + w) + c]);
            n++;
          }
      return sum / n;
    };
    const truth = steps(photo);
    const own = steps(await inpaint({ session, photo, hole }));
    const both = steps(await inpaint({ session, photo, hole, others: [scene(5)] }));
    const bottom = box(w, h, 22, h - 16, 52, h - 1);
    const sand = (() => {
      let sum = 0,
        n = 0;
      bottom.forEach((v, i) => {
        if (v)
          for (let c = 0; c < 3; c++) {
            sum += Math.abs(data[4 * i + c] - data[4 * (i + w) + c]);
            n++;
          }
      });
      return sum / n;
    })();
    assert.ok(sand < 0.5 * truth, 'or the test says nothing');
    for (const made of [own, both])
      assert.ok(made > 0.6 * truth && made < 1.4 * truth, `${made}, in the photograph ${truth}, in its sand ${sand}`);
  }));

test('sample masks, layouts and other photographs say what a hole is filled with', () =>
  scoped(async (session) => {
    const [w, h] = [64, 40];
    const halves = paint(w, h, (x, y) => (x < 32 ? [210 + (y % 3) * 10, 30, 30] : [30, 30, 200 + (x % 4) * 10]));
    const hole = box(w, h, 22, 10, 30, 20);
    const mean = (p: Picture, c: number): number =>
      hole.reduce((n, v, i) => n + v * p.data[4 * i + c], 0) / hole.reduce((a, b) => a + b, 0);
    assert.ok(mean(await inpaint({ session, photo: halves, hole }), 0) > 180, 'red from around it');
    const layout = {
      count: 2,
      now: box(w, h, 32, 0, w, h),
      wanted: box(w, h, 32, 0, w, h).map((v, i) => (hole[i] ? 1 : v)),
    };
    const asked = await inpaint({ session, photo: halves, hole, layout });
    assert.ok(mean(asked, 2) > mean(asked, 0), 'the layout asks for the blue side there');
    // Gray all over: what fills it can only be from the other photograph, whose green the sample mask leaves as the
    // only source.
    const gray = paint(w, h, (x, y) => (hole[y * w + x] ? [0, 0, 0] : [100, 100 + (x % 2), 100]));
    const other = paint(70, 44, (x, y) => (x > 30 && y > 20 ? [100, 100 + (x % 2), 100] : [90, 160, 90]));
    const made = await inpaint({ session, photo: gray, hole, sample: new Uint8Array(w * h), others: [other] });
    sameOutside(made, gray, hole);
    assert.ok(mean(made, 1) > 95 && Math.abs(mean(made, 0) - 100) < 12, `${[0, 1, 2].map((c) => mean(made, c))}`);
    try {
      await inpaint({ session, photo: gray, hole, sample: new Uint8Array(w * h) });
      assert.unreachable();
    } catch (e) {
      assert.match((e as Error).message, /nothing to fill the hole with/);
    }
  }));

test('semia remove and semia inpaint, as users run them', async () => {
  await copyScenes();
  const at = (name: string): string => join(folder, name);
  const photo = await readPicture(at('ex/meadow/photo.png'));
  const { width: w, height: h } = photo;
  const pair = ['ex/meadow/photo.png', '--layout', 'ex/meadow/layout.png', '--palette', 'ex/meadow/palette.txt'];
  const removed = await run(['remove', ...pair, '--class', 'tree', '-o', 'made/none.png']);
  assert.is(removed.stderr, '');
  assert.is(removed.code, 0);
  assert.match(removed.stdout, /none\.png {2}64 x 64, \d+.* of it filled/);
  const layout = await readPicture(at('ex/meadow/layout.png'), { layout: true });
  const tree = [0x00, 0xa0, 0x28];
  const gone = growMask(
    Uint8Array.from({ length: w * h }, (_, i) => Number(tree.every((v, c) => layout.data[4 * i + c] === v))),
    w,
    h,
    3,
  );
  const result = await readPicture(at('made/none.png'));
  sameOutside(result, photo, gone);
  const green = (p: Picture): number =>
    gone.reduce(
      (n, v, i) => n + v * Number(p.data[4 * i + 1] > p.data[4 * i + 2] + 20 && p.data[4 * i + 1] > p.data[4 * i]),
      0,
    );
  assert.ok(green(result) < 0.5 * green(photo), `${green(result)} of ${green(photo)} green pixels are left`);
  const record = JSON.parse(readText(await readInput(at('made/none.png')), 'none.png')['semia-method']);
  assert.is(record.method, 'remove');
  assert.equal(
    record.files.map((f: { name: string }) => f.name),
    ['ex/meadow/photo.png', 'ex/meadow/layout.png'],
  );
  // By alpha and by mask: the same hole, the same result.
  const hole = box(w, h, 10, 40, 26, 52);
  writeFileSync(
    at('torn.png'),
    encodePng({ ...photo, hasAlpha: true, data: photo.data.map((v, i) => (hole[i >> 2] ? 0 : v)) }),
  );
  writeFileSync(at('hole.png'), encodePng(paint(w, h, (x, y) => (hole[y * w + x] ? [255, 255, 255] : [0, 0, 0]))));
  for (const args of [
    ['torn.png', '-o', 'a.png'],
    ['ex/meadow/photo.png', '--mask', 'hole.png', '-o', 'b.png', '--quiet'],
  ]) {
    const o = await run(['inpaint', ...args]);
    assert.is(o.stderr, '');
    assert.is(o.code, 0);
    if (args.includes('--quiet')) assert.is(o.stdout, '');
  }
  const [a, b] = await Promise.all(['a.png', 'b.png'].map((f) => readPicture(at(f))));
  assert.equal(a.data, b.data);
  sameOutside(a, photo, hole);
  assert.not.ok(existsSync(at('ex/meadow/photo-layout.png')));
});
test.run();
