/**
 * Layouts as people bring them: soft borders, JPEG noise, alpha, class numbers, strange colors; and what is said about
 * them.
 */
import { existsSync } from 'node:fs';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isMask, maskReason, matchSize } from '../../src/data/layout/checks.ts';
import { UserError } from '../../src/data/errors.ts';
import type { Picture } from '../../src/data/image/image.ts';
import { buildPalette, readLayout, renderLayout } from '../../src/data/layout/layout.ts';
import { colorOf, hex, readPaletteFile, type Palette, type RGB } from '../../src/data/layout/palette.ts';
import { paletteReport } from '../../src/data/layout/paletteReport.ts';
import { decodeImage, encodePng, readPicture } from '../../src/node/decode.ts';

const SKY: RGB = [0, 253, 255],
  GRASS: RGB = [0, 249, 0],
  SOIL: RGB = [255, 147, 0],
  RED: RGB = [255, 0, 0];
const W = 120,
  H = 80;

/** Sky above grass above soil, with a round tree of grass color and a wavy horizon: labels 0, 1, 2. */
const scene = (x: number, y: number, w = W, h = H): number => {
  const u = x / w,
    v = y / h;
  if (v > 0.75 + 0.03 * Math.sin(12 * u)) return 2;
  return Math.hypot(((u - 0.6) * w) / h, v - 0.55) < 0.28 || v > 0.7 ? 1 : 0;
};
const ink = [SKY, GRASS, SOIL];

/** A picture by pixel: the color, with alpha where given as a fourth. */
function draw(f: (x: number, y: number) => readonly number[], w = W, h = H, source = 'layout.png'): Picture {
  const data = new Uint8Array(4 * w * h);
  let hasAlpha = false;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [r, g, b, a = 255] = f(x, y);
      data.set([r, g, b, a], 4 * (y * w + x));
      hasAlpha ||= a < 255;
    }
  return { width: w, height: h, data, hasAlpha, source, format: 'png' };
}

/** The scene with borders smoothed by averaging n x n samples per pixel. */
const soft = (n: number, colors: RGB[] = ink, of = scene) =>
  draw((x, y) => {
    const sum = [0, 0, 0];
    for (let j = 0; j < n; j++)
      for (let i = 0; i < n; i++)
        of(x + (i + 0.5) / n, y + (j + 0.5) / n) >= 0 &&
          colors[of(x + (i + 0.5) / n, y + (j + 0.5) / n)].forEach((v, c) => {
            sum[c] += v / n / n;
          });
    return sum.map(Math.round);
  });
const crisp = (colors: readonly RGB[] = ink) => draw((x, y) => colors[scene(x + 0.5, y + 0.5)]);
const truth = Uint8Array.from({ length: W * H }, (_, p) => scene((p % W) + 0.5, Math.floor(p / W) + 0.5));
const over = (base: Picture, f: (x: number, y: number, c: number[]) => readonly number[]) =>
  draw(
    (x, y) => f(x, y, [...base.data.subarray(4 * (y * base.width + x), 4 * (y * base.width + x) + 4)]),
    base.width,
    base.height,
  );
const inBox = (x: number, y: number, x0: number, y0: number, w: number, h: number) =>
  x >= x0 && y >= y0 && x < x0 + w && y < y0 + h;

const names = (p: Palette) => p.classes.map((c) => c.name).sort();
/** Share of labels that differ from the truth, the palette's classes being matched to ink by color. */
function wrong(labels: Uint8Array, palette: Palette, expected = truth, colors: readonly RGB[] = ink): number {
  const to = palette.classes.map((c) =>
    colors.reduce(
      (best, k, i) =>
        Math.hypot(k[0] - c.color[0], k[1] - c.color[1], k[2] - c.color[2]) <
        Math.hypot(colors[best][0] - c.color[0], colors[best][1] - c.color[1], colors[best][2] - c.color[2])
          ? i
          : best,
      0,
    ),
  );
  let n = 0;
  labels.forEach((l, p) => {
    if (to[l] !== expected[p]) n++;
  });
  return n / labels.length;
}

function refused(act: () => unknown, ...patterns: RegExp[]): void {
  let caught: unknown;
  try {
    act();
  } catch (e) {
    caught = e;
  }
  assert.instance(caught, UserError, `expected a UserError like ${patterns[0]}, got ${caught}`);
  for (const pattern of patterns) assert.match((caught as Error).message, pattern);
  assert.not((caught as Error).message.includes('\n'), 'one line');
}

const plain = buildPalette(crisp());

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

for (const [what, picture, ...patterns] of [
  [
    'a region of a strange color',
    () => over(crisp(), (x, y, c) => (inBox(x, y, 10, 5, 30, 20) ? RED : c)),
    /layout\.png: #ff0000 \(6\.3 % of the layout, as at pixel \(10, 5\)\) is no class of the source layout/,
    /the nearest is #ff9300 at distance 147: repaint it/,
  ],
  [
    'a patch of six pixels square',
    () => over(crisp(), (x, y, c) => (inBox(x, y, 3, 3, 6, 6) ? RED : c)),
    /#ff0000 \(0\.4 % of the layout, as at pixel \(3, 3\)\)/,
  ],
  ['a thin line, over 0.5 %', () => over(crisp(), (_x, y, c) => (y === 4 ? [90, 0, 90] : c)), /#5a005a \(1\.3 %/],
  [
    'several',
    () => over(crisp(), (x, y, c) => (inBox(x, y, 0, 0, 20, 20) ? RED : inBox(x, y, 30, 0, 10, 10) ? [0, 0, 90] : c)),
    /#ff0000 .*; so is #00005a/,
  ],
  [
    'a color between two classes, as a region',
    () => over(crisp(), (x, y, c) => (inBox(x, y, 5, 5, 20, 20) ? [0, 251, 128] : c)),
    /#00fb80/,
  ],
  [
    'a transparent region',
    () => over(crisp(), (x, y, c) => (inBox(x, y, 4, 6, 30, 30) ? [...c.slice(0, 3), 0] : c)),
    /layout\.png: 9\.4 % of the layout is transparent, as at pixel \(4, 6\): every pixel needs a class: fill/,
  ],
  ['all transparent', () => over(crisp(), (_x, _y, c) => [...c.slice(0, 3), 0]), /all of the layout is transparent/],
] as [string, () => Picture, ...RegExp[]][])
  test(`target refused: ${what}`, () => refused(() => readLayout(picture(), plain.palette), ...patterns));

test('unknown colors may be snapped on request, and are told of', () => {
  const p = over(crisp(), (x, y, c) => (inBox(x, y, 10, 5, 20, 10) ? RED : c));
  const { labels, report } = readLayout(p, plain.palette, { unknown: 'snap' });
  assert.equal(
    report.aliens.map((a) => [a.color, a.count]),
    [['#ff0000', 200]],
  );
  assert.is(wrong(labels, plain.palette), 0);
});

const photo = () => draw((x, y) => [x * 2, (x * x + y * 3) % 256, (x * y * 7) % 256], W, H, 'photo.png');
for (const [what, picture, pattern] of [
  ['one class', () => draw(() => SKY), /needs at least two classes and has only #00fdff/],
  ['a photograph', photo, /photo\.png: has \d+ colors and looks like a photograph, not a layout/],
  [
    'too many classes',
    () => draw((x, y) => [Math.floor(x / 12) * 24, Math.floor(y / 8) * 24, 99]),
    /has 100 classes .* more than the 64/,
  ],
  [
    'a shaded drawing',
    () => draw((x, y) => (y > 40 ? GRASS : [x * 2, 250 - x * 2, 40])),
    /its colors run into each other \(#.* as at pixel .* without shading or gradient/,
  ],
  [
    'transparent regions',
    () => over(crisp(), (x, _y, c) => (x < 60 ? [0, 0, 0, 0] : c)),
    /50 % of the layout is transparent, as at pixel \(0, 0\)/,
  ],
] as [string, () => Picture, RegExp][])
  test(`source refused: ${what}`, () => refused(() => buildPalette(picture()), pattern));

test('a photograph as a target is called one', () =>
  refused(() => readLayout(photo(), plain.palette), /looks like a photograph/));

const gray = (f: (x: number, y: number) => number, more: Partial<Picture> = {}) => ({
  ...draw((x, y) => {
    const v = f(x, y);
    return [v, v, v];
  }),
  ...more,
});

test('class numbers: gray files of small values', () => {
  const { palette, layout } = buildPalette(gray((x, y) => [7, 0, 23][scene(x + 0.5, y + 0.5)]));
  assert.equal([palette.as, palette.classes.map((c) => c.index)], ['indices', [0, 7, 23]]);
  assert.equal(
    [...layout.labels],
    [...truth].map((l) => [1, 0, 2][l]),
  );
  assert.is(new Set(palette.classes.map((c) => hex(c.color))).size, 3);
  const target = readLayout(
    gray((x) => (x < 50 ? 23 : x < 56 ? 255 : 7)),
    palette,
  );
  assert.equal([target.report.areas, target.report.void], [[0, 67 * H, 53 * H], 6 * H]);
  refused(
    () =>
      readLayout(
        gray((x) => (x < 30 ? 5 : 7)),
        palette,
      ),
    /class number 5 \(25 % of the layout, as at pixel \(0, 0\)\) is no class/,
    /those are 0, 7, 23/,
  );
  refused(
    () => readLayout(crisp(), palette),
    /is in colors \(#00fdff at pixel \(0, 0\)\) where class numbers are expected/,
  );
  refused(
    () =>
      readLayout(
        gray(() => 7, { format: 'jpeg' }),
        palette,
      ),
    /do not survive JPEG/,
  );
});

for (const [what, values, as, expected] of [
  ['0, 1', [0, 1], 'auto', 'indices'],
  ['0..2 and void', [0, 2, 255], 'auto', 'indices'],
  ['black and white', [0, 255], 'auto', 'colors'],
  ['levels over 63', [0, 64, 128], 'auto', 'colors'],
  ['small, but called colors', [0, 30, 60], 'colors', 'colors'],
  ['large, but called numbers', [3, 100, 200], 'indices', 'indices'],
] as [string, number[], 'auto' | 'colors' | 'indices', string][]) {
  test(`colors or class numbers: ${what}`, () => {
    const { palette } = buildPalette(
      gray((x, y) => values[scene(x, y) % values.length]),
      { as },
    );
    assert.is(palette.as, expected);
    assert.is(palette.classes.length, values.filter((v) => as !== 'auto' || expected === 'colors' || v !== 255).length);
  });
}

test('class numbers in 4-bit, 16-bit and palette files', () => {
  const four = gray((x, y) => scene(x, y) * 17, { indexed: { kind: 'gray', step: 17 } });
  assert.equal(
    buildPalette(four).palette.classes.map((c) => c.index),
    [0, 1, 2],
  );
  const one = gray((x, y) => (scene(x, y) ? 255 : 0), { indexed: { kind: 'gray', step: 255 } });
  assert.is(buildPalette(one).palette.as, 'colors');
  const indexed = { kind: 'palette', colors: Uint8Array.from([...RED, ...SOIL, ...SKY, ...GRASS]) } as const;
  const own = buildPalette({ ...crisp(), indexed });
  assert.equal([own.palette.as, own.palette.classes.map((c) => c.index).sort()], ['colors', [1, 2, 3]]);
  const numbered = buildPalette({ ...crisp(), indexed }, { as: 'indices' });
  assert.equal(
    numbered.palette.classes.map((c) => [c.index, hex(c.color)]),
    [
      [1, hex(SOIL)],
      [2, hex(SKY)],
      [3, hex(GRASS)],
    ],
  );
  const named = buildPalette(
    { ...crisp(), indexed },
    { named: readPaletteFile('{"1": "soil", "2": "sky", "3": "grass"}', 'n.json') },
  );
  assert.equal(
    named.palette.classes.map((c) => c.name),
    ['soil', 'sky', 'grass'],
  );
});

for (const [what, text, expected] of [
  ['JSON object', '{"sky": "#87ceeb", "grass": "#0F0"}', 'sky #87ceeb|grass #00ff00'],
  ['JSON object of triples', '{"sky": [1, 2, 3]}', 'sky #010203'],
  [
    'JSON list',
    '[{"name": "sky", "color": "#87ceeb", "index": 4}, {"name": "b", "color": [0, 0, 1]}]',
    'sky #87ceeb 4|b #000001',
  ],
  ['JSON under classes', '{"classes": [{"name": "sky", "color": "87ceeb"}]}', 'sky #87ceeb'],
  ['JSON by color', '{"#87ceeb": "sky"}', 'sky #87ceeb'],
  ['JSON by number', '{"0": "sky", "3": "tall grass"}', `sky ${hex(colorOf(0))} 0|tall grass ${hex(colorOf(3))} 3`],
  ['JSON names', '["sky", "grass"]', `sky ${hex(colorOf(0))} 0|grass ${hex(colorOf(1))} 1`],
  ['hex lines', '\ufeff# comment\r\n#87ceeb sky\r\n\r\n#00ff00\ttall grass\r\n', 'sky #87ceeb|tall grass #00ff00'],
  ['hex last', 'tall grass: #00ff00', 'tall grass #00ff00'],
  ['triples', '135 206 235 sky\n0,255,0,grass', 'sky #87ceeb|grass #00ff00'],
  ['numbers', '0 sky\n1: tall grass', `sky ${hex(colorOf(0))} 0|tall grass ${hex(colorOf(1))} 1`],
  [
    'numbers and colors',
    '0 sky #87ceeb\n1 0 255 0 grass\n2 #010203 soil',
    'sky #87ceeb 0|grass #00ff00 1|soil #010203 2',
  ],
  [
    'GIMP',
    'GIMP Palette\nName: mine\nColumns: 3\n#\n135 206 235\tsky\n  0 255   0\tUntitled\n',
    'sky #87ceeb 0|#00ff00 #00ff00 1',
  ],
] as [string, string, string][]) {
  test(`palette file: ${what}`, () => {
    const got = readPaletteFile(text, 'p')
      .classes.map((c) => `${c.name} ${hex(c.color)}${c.index === undefined ? '' : ` ${c.index}`}`)
      .join('|');
    assert.is(got, expected);
  });
}

for (const [what, text, pattern] of [
  ['empty', '\n# nothing\n', /^p: names no class/],
  ['broken JSON', '{"sky": ', /^p: is not valid JSON/],
  ['no color', '{"sky": "blue-ish"}', /entry "sky": cannot make a class of "blue-ish"/],
  ['rubbish line', '#87ceeb sky\nwhat is this', /line 2 "what is this" is no class/],
  ['a color twice', '#87ceeb sky\n#87CEEB sea', /the color #87ceeb stands twice \(line 1, line 2\)/],
  ['a name twice', '#87ceeb sky\n#87ceec sky', /the name "sky" stands twice/],
  ['a level over 255', '300 0 0 sky', /line 1 "300 0 0 sky" is no class/],
] as [string, string, RegExp][])
  test(`palette file refused: ${what}`, () => refused(() => readPaletteFile(text, 'p'), pattern));

test('a palette file names the classes, fixes their order, and lacking or extra ones are told', () => {
  const named = readPaletteFile(
    '{"soil": "#ff9300", "sky": "#00fdff", "path": "#ff00ff", "grass": "#00f900"}',
    'p.json',
  );
  const { palette } = buildPalette(soft(3), { named });
  assert.equal(
    [palette.classes.map((c) => c.name), palette.absent!.map((c) => c.name)],
    [['soil', 'sky', 'grass'], ['path']],
  );
  const path = over(crisp(), (x, y, c) => (inBox(x, y, 0, 0, 40, 20) ? [255, 0, 255] : c));
  refused(
    () => readLayout(path, palette),
    /#ff00ff \(8\.3 % of the layout, as at pixel \(0, 0\)\) is "path", of which the source layout has nothing/,
  );
  refused(
    () =>
      buildPalette(path, { named: readPaletteFile('{"sky": "#00fdff", "grass": "#00f900", "soil": "#ff9300"}', 'p') }),
    /#ff00ff \(.* as at pixel \(0, 0\)\) is not in the palette file; the nearest there is "\w+"/,
  );
  assert.ok(
    paletteReport({ source: crisp(), named }).warnings.some((w) => /class "path" is absent from the source/.test(w)),
  );
});

test('masks are recognized by their pixels or their name', () => {
  const mask = (source: string) => ({
    ...draw((x, y) => (inBox(x, y, 30, 30, 20, 20) ? [255, 255, 255] : [0, 0, 0])),
    source,
  });
  assert.is(maskReason(mask('cond/7.png'), plain.palette)?.by, 'pixels');
  assert.is(maskReason({ ...crisp(), source: 'cond/mask_1.png' }, plain.palette)?.by, 'name');
  for (const [name, is] of [
    ['sky-mask.png', true],
    ['mask.png', true],
    ['masks.2.png', true],
    ['masked-ball.png', false],
    ['damask.png', false],
    ['mask/1.png', false],
  ] as const) {
    assert.is(isMask({ ...crisp(), source: name }, plain.palette), is, name);
  }
  const bw = buildPalette(mask('label.png')).palette;
  assert.is(isMask(mask('1.png'), bw), false, 'black and white are the classes');
});

test('a layout is fitted to its photo, or both sizes are named', () => {
  const of = (width: number, height: number) => ({ width, height, source: 'photo.jpg' });
  assert.is(matchSize(of(W, H), plain.layout), plain.layout);
  const twice = matchSize(of(2 * W, 2 * H), plain.layout);
  assert.equal(
    [
      twice.width,
      twice.height,
      twice.labels.length,
      wrong(
        twice.labels.filter((_, p) => p % 2 === 0 && Math.floor(p / 2 / W) % 2 === 0),
        plain.palette,
      ),
    ],
    [240, 160, 38400, 0],
  );
  assert.is(matchSize(of(61, 41), plain.layout).labels.length, 61 * 41);
  refused(
    () => matchSize(of(200, 100), plain.layout),
    /layout\.png: the layout is 120 x 80 pixels and the photo photo\.jpg 200 x 100: they must show the same view/,
  );
  refused(() => matchSize(of(80, 120), plain.layout), /one of them lies on its side: turn it/);
});

test('the palette report: classes, what targets lack and add, enlargements', () => {
  const source = over(crisp(), (x, y, c) => (inBox(x, y, 5, 5, 8, 4) ? RED : c));
  const targets = [
    { ...over(crisp(), (x, y, c) => (inBox(x, y, 5, 5, 60, 30) ? RED : c)), source: '1.png' },
    { ...over(crisp(), (x, y, c) => (inBox(x, y, 5, 5, 60, 30) ? [90, 0, 200] : c)), source: '2.png' },
    { ...draw((x) => [x < 20 ? 0 : 255, x < 20 ? 0 : 255, x < 20 ? 0 : 255], 40, 90), source: '3.png' },
    { ...draw(() => SKY, 50, 20), source: '4.png' },
  ];
  const r = paletteReport({ source, targets });
  assert.equal(r.classes.find((c) => c.name === '#ff0000')!.area, 32);
  assert.ok(
    r.warnings.includes(
      '1.png: class #ff0000 covers 0.3 % of the source but 19 % of the target: an enlargement of 56x',
    ),
    r.warnings.join('\n'),
  );
  assert.equal(
    r.targets[1].unknown.map((s) => s.color),
    ['#5a00c8'],
  );
  assert.match(r.targets[1].error!, /#5a00c8 \(19 %/);
  assert.match(r.targets[2].mask!, /black and white only/);
  assert.equal([r.targets[3].unused.length, r.targets[3].error, r.targets[3].width], [3, null, 50]);
});

const examples = ['shared/examples/', '../shared/examples/'].find((d) => existsSync(d));
for (const [name, classes] of [
  ['tree', 3],
  ['zebra', 2],
] as const)
  test(`${name}: the authors' layouts`, async () => {
    if (!examples) return;
    const file = (f: string) => readPicture(`${examples}${name}/${f}.png`, { layout: true });
    const { palette, layout } = buildPalette(await file('label'));
    assert.is(palette.classes.length, classes);
    for (const f of ['cond/1', 'cond/2', 'cond/3', 'cond/4', 'cond/5', 'cond/rec']) {
      const p = await file(f);
      assert.is(isMask(p, palette), false);
      const { labels, report } = readLayout(p, palette);
      assert.ok(report.areas.every((a) => a > 0.1 * report.pixels) && report.byPlace < 0.01 * report.pixels, f);
      assert.is(buildPalette(p).palette.classes.length, classes, f);
      if (f === 'cond/rec') assert.equal([...labels], [...layout.labels]);
    }
    assert.is(maskReason(await file('cond/mask_1'), palette)?.by, 'name');
    const img = await file('img');
    refused(() => buildPalette(img), /looks like a photograph/);
    const jpg = await decodeImage(
      await sharp(encodePng(await file('cond/4')))
        .flatten()
        .jpeg({ quality: 60 })
        .toBuffer(),
      '4.jpg',
    );
    const a = readLayout(jpg, palette).labels,
      b = readLayout(await file('cond/4'), palette).labels;
    assert.ok(a.filter((l, p) => l !== b[p]).length < 0.006 * a.length);
  });

test.run();
