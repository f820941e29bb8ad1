/** Layouts of class numbers: gray, 4-bit, 16-bit and palette files. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Picture } from '../../../src/data/image/image.ts';
import { buildPalette, readLayout } from '../../../src/data/layout/layout.ts';
import { hex, readPaletteFile } from '../../../src/data/layout/palette.ts';
import { SKY, GRASS, SOIL, H, scene, crisp, draw, truth, RED } from '../../support/layouts.ts';
import { refusedSync } from '../../support/refused.ts';

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
  refusedSync(
    () =>
      readLayout(
        gray((x) => (x < 30 ? 5 : 7)),
        palette,
      ),
    /class number 5 \(25 % of the layout, as at pixel \(0, 0\)\) is no class/,
    /those are 0, 7, 23/,
  );
  refusedSync(
    () => readLayout(crisp(), palette),
    /is in colors \(#00fdff at pixel \(0, 0\)\) where class numbers are expected/,
  );
  refusedSync(
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

test.run();
