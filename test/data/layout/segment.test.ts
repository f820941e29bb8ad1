/**
 * Superpixels and first layouts: Lab against the CIE's values, regions that hold, and how much of the painted scenes'
 * layouts they find.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { labOf } from '../../../src/data/image/lab.ts';
import { readLayout } from '../../../src/data/layout/layout.ts';
import { distance } from '../../../src/data/layout/palette.ts';
import { encodePalettePng } from '../../../src/data/formats/palettePng.ts';
import { readText } from '../../../src/data/formats/png.ts';
import { paintSource, sceneNames } from '../../../src/data/scenes/index.ts';
import { classesOf, placeAndColorName, segment } from '../../../src/data/layout/segment.ts';
import { superpixels } from '../../../src/data/image/superpixels.ts';
import { decodeImage, readPicture } from '../../../src/node/decode.ts';
import { encodePng } from '../../../src/node/encode.ts';
import { folder, run } from '../../support/child.ts';

const made = new Map<string, ReturnType<typeof make>>();
const picture = (name: string) => made.get(name) ?? made.set(name, make(name)).get(name)!;
function make(name: string) {
  const scene = paintSource(name, { size: 96 }),
    { width, height, photo, layout } = scene.source;
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let p = 0; p < width * height; p++) for (let c = 0; c < 3; c++) data[4 * p + c] = photo[3 * p + c];
  return { width, height, data, layout, classes: scene.classes.length };
}

test('Lab of the primaries is what color science says', () => {
  // Lindbloom's calculator, sRGB, D65
  const known: [number[], number[]][] = [
    [
      [255, 0, 0],
      [53.24, 80.09, 67.2],
    ],
    [
      [0, 255, 0],
      [87.73, -86.18, 83.18],
    ],
    [
      [0, 0, 255],
      [32.3, 79.19, -107.86],
    ],
    [
      [255, 255, 255],
      [100, 0, 0],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    [
      [128, 128, 128],
      [53.59, 0, 0],
    ],
    [
      [3, 3, 3],
      [0.82, 0, 0],
    ],
  ];
  for (const [[r, g, b], want] of known)
    for (const [i, v] of labOf(r, g, b).entries())
      assert.ok(Math.abs(v - want[i]) < 0.02, `${[r, g, b]}: ${v}, not ${want[i]}`);
});

/** How many 4-connected regions of equal labels there are. */
function regions({ width, labels }: { width: number; labels: ArrayLike<number> }): number {
  const seen = new Uint8Array(labels.length);
  let n = 0;
  for (let first = 0; first < labels.length; first++) {
    if (seen[first]) continue;
    n++;
    const open = [first];
    seen[first] = 1;
    for (let p: number | undefined; (p = open.pop()) !== undefined; ) {
      const x = p % width;
      for (const q of [x ? p - 1 : -1, x < width - 1 ? p + 1 : -1, p - width, p + width])
        if (q >= 0 && q < labels.length && !seen[q] && labels[q] === labels[p]) {
          seen[q] = 1;
          open.push(q);
        }
    }
  }
  return n;
}

test('superpixels are connected, about as many as asked for, and keep to edges better than a grid', () => {
  const p = picture('meadow');
  const s = superpixels(p, { count: 200 });
  assert.is(Math.max(...s.labels), s.count - 1);
  assert.is(regions(s), s.count);
  assert.ok(s.count > 130 && s.count < 300, String(s.count));
  // Achievable accuracy: every superpixel the class that most of it has. The control: squares of the same number.
  const side = Math.sqrt((p.width * p.height) / s.count),
    across = Math.ceil(p.width / side);
  const grid = Uint16Array.from(
    s.labels,
    (_, i) => Math.floor(Math.floor(i / p.width) / side) * across + Math.floor((i % p.width) / side),
  );
  const ours = agreement(s.labels, p.layout, p.classes),
    control = agreement(grid, p.layout, p.classes);
  assert.ok(1 - ours < 0.5 * (1 - control), `${ours} against ${control}`);
});

test('one pixel, a line, one flat color', () => {
  for (const [width, height] of [
    [1, 1],
    [40, 1],
    [1, 40],
    [16, 16],
  ]) {
    const s = segment({ width, height, data: new Uint8Array(4 * width * height).fill(90) }, { superpixels: 20 });
    const l = classesOf(s, 5);
    assert.is(l.labels.length, width * height);
    assert.ok(l.classes.length >= 1 && l.classes.length <= 5);
  }
});

/** Share of the pixels that are right when each label stands for the class most frequent in it. */
function agreement(labels: ArrayLike<number>, truth: Uint8Array, classes: number): number {
  const counts = new Map<number, Uint32Array>();
  truth.forEach((t, p) => {
    const l = labels[p];
    if (!counts.has(l)) counts.set(l, new Uint32Array(classes));
    counts.get(l)![t]++;
  });
  let right = 0;
  for (const c of counts.values()) right += Math.max(...c);
  return right / truth.length;
}

for (const name of sceneNames) {
  test(`${name}: as many classes as the scene has find most of its layout`, () => {
    const p = picture(name);
    const s = segment(p);
    const l = classesOf(s, p.classes);
    assert.is(l.classes.length, p.classes);
    assert.ok(l.labels.every((v) => v < p.classes));
    const largest =
      Math.max(...Array.from({ length: p.classes }, (_, k) => p.layout.filter((v) => v === k).length)) /
      p.layout.length;
    const found = agreement(l.labels, p.layout, p.classes),
      finer = agreement(classesOf(s, 12).labels, p.layout, p.classes);
    if (process.env.SEMIA_DEBUG) console.log(name, { largest, found, finer });
    assert.ok(found > 0.75 && found > largest + 0.2, `${found} (one class for all: ${largest})`);
    assert.ok(finer >= found, 'more classes are levels of the same tree');
  });
}

test('names and colors of classes differ, and the same picture gives the same layout', () => {
  const p = picture('coast');
  const l = classesOf(segment(p), 12);
  assert.is(new Set(l.classes.map((c) => c.name)).size, 12);
  for (const [i, a] of l.classes.entries())
    for (const b of l.classes.slice(i + 1)) assert.ok(distance(a.color, b.color) >= 48, `${a.name} ${b.name}`);
  assert.equal(classesOf(segment(p), 12), l);
  assert.is(placeAndColorName([40, 90, 200], 0.5, 0.1), 'blue, top');
  assert.is(placeAndColorName([250, 250, 250], 0.1, 0.5), 'white, left');
  assert.is(placeAndColorName([30, 60, 20], 0.5, 0.9), 'dark green, bottom');
});

test('the palette PNG reads back as the same labels in the same colors', async () => {
  const p = picture('meadow'),
    l = classesOf(segment(p), 5);
  const png = encodePalettePng(l, l);
  const decoded = await decodeImage(png, 'first.png', { layout: true });
  assert.is(decoded.indexed?.kind, 'palette');
  assert.equal(readLayout(decoded, { classes: l.classes }).labels, l.labels);
  assert.equal(
    JSON.parse(readText(png)['semia-classes']),
    l.classes.map((c) => c.name),
  );
});

test('semia segment writes a layout that semia palette takes, and its overlay', async () => {
  const p = picture('cabin');
  writeFileSync(join(folder, 'cabin.png'), encodePng({ ...p, hasAlpha: false, source: 'cabin' }));
  const made = await run(['segment', 'cabin.png', '-k', '4', '--overlay', 'check.png']);
  assert.is(made.code, 0, made.stderr);
  assert.match(made.stdout, /^cabin-layout\.png\ncheck\.png\n( {2}#[0-9a-f]{6} +[\d.]+ ?% {2}.+\n){4}$/);
  const report = await run(['palette', 'cabin-layout.png']);
  assert.match(report.stdout, /96 x \d+, 4 classes/);
  assert.is((await readPicture(join(folder, 'check.png'))).width, 96);
});

test.run();
