/** Layouts that cannot be read, and in which words that is said. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Picture } from '../../../src/data/image/image.ts';
import { buildPalette, readLayout } from '../../../src/data/layout/layout.ts';
import { SKY, GRASS, RED, W, H, draw, crisp, over, inBox, wrong, plain } from '../../support/layouts.ts';
import { refusedSync } from '../../support/refused.ts';

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
  test(`target refused: ${what}`, () => refusedSync(() => readLayout(picture(), plain.palette), ...patterns));

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
  test(`source refused: ${what}`, () => refusedSync(() => buildPalette(picture()), pattern));

test('a photograph as a target is called one', () =>
  refusedSync(() => readLayout(photo(), plain.palette), /looks like a photograph/));

test.run();
