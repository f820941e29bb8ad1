/** The layouts of the authors' examples, where they are at hand. */
import { existsSync } from 'node:fs';
import sharp from 'sharp';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { isMask, maskReason } from '../../../src/data/layout/checks.ts';
import { buildPalette, readLayout } from '../../../src/data/layout/layout.ts';
import { decodeImage, readPicture } from '../../../src/node/decode.ts';
import { encodePng } from '../../../src/node/encode.ts';
import { refusedSync } from '../../support/refused.ts';

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
    refusedSync(() => buildPalette(img), /looks like a photograph/);
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
