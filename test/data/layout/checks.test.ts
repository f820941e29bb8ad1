/** Masks, sizes, and the report of a palette. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { isMask, maskReason, matchSize } from '../../../src/data/layout/checks.ts';
import { buildPalette } from '../../../src/data/layout/layout.ts';
import { paletteReport } from '../../../src/data/layout/paletteReport.ts';
import { SKY, RED, W, H, crisp, over, inBox, wrong, plain, draw } from '../../support/layouts.ts';
import { refusedSync } from '../../support/refused.ts';

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
  refusedSync(
    () => matchSize(of(200, 100), plain.layout),
    /layout\.png: the layout is 120 x 80 pixels and the photo photo\.jpg 200 x 100: they must show the same view/,
  );
  refusedSync(() => matchSize(of(80, 120), plain.layout), /one of them lies on its side: turn it/);
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

test.run();
