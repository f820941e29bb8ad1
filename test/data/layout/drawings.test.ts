/** Layouts as people draw and save them: soft borders, JPEG noise, alpha, specks. */
import sharp from 'sharp';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Picture } from '../../../src/data/image/image.ts';
import { buildPalette, readLayout, renderLayout } from '../../../src/data/layout/layout.ts';
import { hex, type RGB } from '../../../src/data/layout/palette.ts';
import { paletteReport } from '../../../src/data/layout/paletteReport.ts';
import { decodeImage } from '../../../src/node/decode.ts';
import { encodePng } from '../../../src/node/encode.ts';
import {
  SKY,
  GRASS,
  SOIL,
  RED,
  W,
  H,
  scene,
  draw,
  soft,
  crisp,
  over,
  inBox,
  names,
  wrong,
  plain,
} from '../../support/layouts.ts';

test('a clean layout: its classes, largest first, every pixel right, nothing to report', () => {
  assert.equal(names(plain.palette), [hex(GRASS), hex(SKY), hex(SOIL)].sort());
  assert.is(wrong(plain.layout.labels, plain.palette), 0);
  const { areas, pixels, inexact, byColor, byPlace, strays, near, rejected, aliens, transparent } = plain.layout.report;
  assert.ok(areas[0] >= areas[1] && areas[1] >= areas[2] && areas[0] + areas[1] + areas[2] === pixels);
  assert.equal([inexact, byColor, byPlace, strays, near, rejected, aliens, transparent], [0, 0, 0, [], [], [], [], 0]);
  assert.equal([...renderLayout(plain.layout, plain.palette).data], [...crisp().data]);
});

const noisyLevels = (amount: number) =>
  over(crisp(), (x, y, c) =>
    c.map((v, i) =>
      i === 3 ? 255 : Math.max(0, Math.min(255, v + ((x * 7919 + y * 104729 + i * 31) % (2 * amount + 1)) - amount)),
    ),
  );
const jpeg = async (p: Picture, quality: number, chromaSubsampling: string) =>
  decodeImage(await sharp(encodePng(p)).jpeg({ quality, chromaSubsampling }).toBuffer(), 'layout.jpg');

for (const [what, picture, most] of [
  ['borders smoothed over a pixel', () => soft(4), 0.01],
  [
    'borders smoothed over 3 pixels',
    async () => decodeImage(await sharp(encodePng(crisp())).blur(1.2).png().toBuffer(), 'b.png'),
    0.01,
  ],
  ['JPEG 90', () => jpeg(crisp(), 90, '4:4:4'), 0.01],
  ['JPEG 60', () => jpeg(crisp(), 60, '4:4:4'), 0.015],
  ['JPEG 60, halved chroma', () => jpeg(crisp(), 60, '4:2:0'), 0.02],
  ['JPEG 30, halved chroma, soft borders', () => jpeg(soft(4), 30, '4:2:0'), 0.03],
  [
    'WebP, lossy',
    async () => decodeImage(await sharp(encodePng(crisp())).webp({ quality: 60 }).toBuffer(), 'l.webp'),
    0.03,
  ],
  ['levels off by up to 3', () => noisyLevels(3), 0.005],
  ['an opaque alpha channel', () => ({ ...crisp(), hasAlpha: false }), 0],
  ['the same half opacity everywhere', () => over(crisp(), (_x, _y, c) => [c[0], c[1], c[2], 128]), 0],
  [
    'see-through soft borders',
    () => over(crisp(), (x, y, c) => [c[0], c[1], c[2], scene(x + 2, y) === scene(x, y) ? 255 : (x * 37) % 256]),
    0.01,
  ],
  ['specks of two pixels', () => over(crisp(), (x, y, c) => (x % 31 === 7 && y % 23 < 2 ? RED : c)), 0.01],
  ['a few specks of class colors', () => over(crisp(), (x, y, c) => (x === 50 && y === 5 ? [1, 240, 9] : c)), 0.001],
] as [string, () => Picture | Promise<Picture>, number][]) {
  test(`${what}: the same three classes, as source and as target`, async () => {
    const p = await picture();
    const own = buildPalette(p);
    assert.is(own.palette.classes.length, 3, names(own.palette).join());
    assert.ok(
      wrong(own.layout.labels, own.palette) <= most,
      `as source ${wrong(own.layout.labels, own.palette)} wrong`,
    );
    const read = readLayout(p, plain.palette);
    assert.ok(wrong(read.labels, plain.palette) <= most, `as target ${wrong(read.labels, plain.palette)} wrong`);
    assert.equal(
      read.report.areas.reduce((a, b) => a + b),
      W * H,
    );
  });
}

test('snapping is counted: pixels by color, pixels by place, the strays by name', () => {
  const p = over(crisp(), (x, y, c) => (inBox(x, y, 10, 5, 3, 1) ? [0, 250, 250] : inBox(x, y, 20, 5, 2, 1) ? RED : c));
  const { report } = readLayout(p, plain.palette);
  assert.equal([report.inexact, report.byColor, report.byPlace], [5, 3, 2]);
  assert.equal(
    report.strays.map((s) => [s.color, s.count, s.at.join()]),
    [
      ['#00fafa', 3, '10,5'],
      ['#ff0000', 2, '20,5'],
    ],
  );
});

test('black, gray and white: soft borders between black and white are not the gray class', () => {
  const colors: RGB[] = [
    [0, 0, 0],
    [128, 128, 128],
    [255, 255, 255],
  ];
  const half = (x: number, y: number) => (x < 30 ? 1 : (x - 30) * 0.7 > y ? 0 : 2);
  const p = soft(6, colors, half);
  const { palette, layout } = buildPalette(p);
  assert.equal(names(palette), ['#000000', '#808080', '#ffffff']);
  const expected = Uint8Array.from({ length: W * H }, (_, i) => half((i % W) + 0.5, Math.floor(i / W) + 0.5));
  assert.ok(
    wrong(layout.labels, palette, expected, colors) < 0.004,
    `${wrong(layout.labels, palette, expected, colors)}`,
  );
  const far = [...layout.labels].filter((l, i) => palette.classes[l].name === '#808080' && i % W > 32);
  assert.is(far.length, 0);
});

test('a band of a border color is no class, a region of it is', () => {
  const split = (band: number) =>
    draw((x) => (x < 60 - band / 2 ? [0, 0, 0] : x < 60 + band / 2 ? [128, 128, 128] : [255, 255, 255]));
  assert.is(buildPalette(split(2)).palette.classes.length, 2);
  assert.is(buildPalette(split(3)).palette.classes.length, 2);
  assert.is(buildPalette(split(12)).palette.classes.length, 3);
});

test('lines two pixels wide in a color of their own are a class, and the report warns', () => {
  const p = over(crisp(), (_x, y, c) => (y === 10 || y === 11 ? RED : c));
  const { palette, layout } = buildPalette(p);
  assert.ok(names(palette).includes('#ff0000'));
  assert.is(layout.report.areas[palette.classes.findIndex((c) => c.name === '#ff0000')], 2 * W);
  assert.ok(paletteReport({ source: p }).warnings.some((w) => /#ff0000 is mostly narrower than 4 pixels/.test(w)));
});

test('near duplicates: rare ones are merged, frequent ones kept and told of', () => {
  const rare = buildPalette(over(crisp(), (x, y, c) => (inBox(x, y, 5, 5, 8, 8) ? [0, 245, 245] : c)));
  assert.equal(
    [rare.palette.classes.length, rare.layout.report.near.map((n) => [hex(n.a), hex(n.b), n.merged])],
    [3, [['#00fdff', '#00f5f5', true]]],
  );
  const often = over(crisp(), (x, y, c) => (inBox(x, y, 0, 0, 50, 40) ? [0, 245, 245] : c));
  assert.is(buildPalette(often).palette.classes.length, 4);
  assert.ok(paletteReport({ source: often }).warnings.some((w) => /two classes of almost the same color/.test(w)));
});

test('a target drawn in slightly other colors is read, and that is told', () => {
  const { labels, report } = readLayout(
    crisp([
      [0, 230, 240],
      [49, 255, 8],
      [253, 144, 10],
    ]),
    plain.palette,
  );
  assert.is(wrong(labels, plain.palette), 0);
  assert.equal(report.shifted.map((s) => s.color).sort(), ['#00e6f0', '#31ff08', '#fd900a']);
});

test.run();
