// From pictures to numbers: sizes, scales, shapes, padding; and the library's one call for all of it.

import * as assert from 'uvu/assert';
import { padTo } from '../../src/data/image/pad.ts';
import { fitTarget, prepareSource, prepareTarget } from '../../src/data/prepare.ts';
import { fitLayout, fitPair, gridOf, smallSource } from '../../src/data/trainingScale.ts';
import { analogy } from '../../src/model/analogy.ts';
import { configure } from '../../src/model/configure.ts';
import { PreparedSource } from '../../src/model/preparedSource.ts';
import { differences } from '../../src/model/run/runRecord.ts';
import { withIterations } from '../../src/model/training/schedule.ts';
import { testSession } from '../support/device.ts';
import { blue, layout, paint, photo, red } from '../support/runs.ts';
import { test } from '../support/suite.ts';

const source = (w: number, h: number, lw = w, lh = h) => prepareSource(photo(w, h), layout(lw, lh)).source;
const target = (w: number, h: number) => paint(w, h, (x) => (x < w / 3 ? red : blue), 'target.png');

test('the training size keeps the shape, and networks see multiples of 8', () => {
  const c = configure({ preset: 'fast', size: 64 });
  for (const [w, h, sw, sh, pw, ph] of [
    [128, 128, 64, 64, 64, 64],
    [200, 100, 64, 32, 64, 32],
    [150, 110, 64, 47, 64, 48],
    [50, 30, 50, 30, 56, 32],
    [90, 256, 23, 64, 24, 64],
  ]) {
    const s = source(w, h);
    const small = smallSource(s, c.size);
    assert.equal([small.width, small.height], [sw, sh], `${w} x ${h}`);
    const { pair } = PreparedSource.for(c, s);
    assert.equal([pair.width, pair.height], [pw, ph], `${w} x ${h} padded`);
    assert.is(pair.image.length, 3 * pw * ph);
    assert.is(pair.labels.length, pw * ph);
  }
});

test('mirrored out and centered: the middle of the padded pair is the pair', () => {
  const small = smallSource(source(50, 30), 64);
  const p = padTo(50, 30, 8);
  const fitted = fitPair(small, p);
  for (let y = 0; y < 30; y++)
    for (let x = 0; x < 50; x++) {
      assert.is(fitted.labels[(y + p.top) * p.width + x + p.left], small.labels[y * 50 + x]);
      for (let c = 0; c < 3; c++)
        assert.is(fitted.image[(c * p.height + y + p.top) * p.width + x + p.left], small.image[(c * 30 + y) * 50 + x]);
    }
  assert.is(fitted.image[p.top * p.width + p.left - 1], small.image[1], 'the edge pixel is not repeated');
});

test('a smaller target gets the middle of the source, at the same scale', () => {
  const small = smallSource(source(48, 48), 64);
  const cut = fitPair(small, { width: 32, height: 16 });
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 32; x++) assert.is(cut.image[y * 32 + x], small.image[(y + 16) * 48 + x + 8]);
});

test('targets: the same view at any resolution, another shape at the same scale', () => {
  const s = source(120, 80, 60, 40); // the layout is drawn at half the photo's size
  const sizes = (w: number, h: number): number[] => {
    const t = prepareTarget(target(w, h), s);
    return [t.width, t.height];
  };
  assert.equal(sizes(60, 40), [120, 80]);
  assert.equal(sizes(240, 160), [120, 80]);
  assert.equal(sizes(60, 60), [120, 120]);
  assert.equal(sizes(100, 40), [200, 80]);
  const wide = prepareTarget(target(100, 40), s);
  const grid = gridOf(wide, s, 60, 3);
  assert.equal(grid.size, { width: 100, height: 40 });
  assert.equal([grid.padding.width, grid.padding.height], [104, 40]);
  const fitted = fitLayout(wide, grid.size, grid.padding, s.palette);
  assert.is(fitted.labels.length, 104 * 40);
});

test('what was put right is told', () => {
  assert.match(
    prepareSource(photo(120, 80), layout(60, 40)).notes.join(),
    /scaled from 60 x 40 to the photo's 120 x 80/,
  );
  const s = source(60, 40);
  assert.match(prepareTarget(target(60, 60), s).notes.join(), /another shape.*60 x 60/);
  assert.match(prepareTarget(target(30, 20), s).notes.join(), /the same view/);
  assert.throws(() => prepareTarget(target(60, 2000), s), /more than 16 times/);
  const large = { ...s, width: 3000, height: 2000 };
  assert.throws(
    () => fitTarget({ name: 'wide.png', width: 200, height: 140, labels: new Uint8Array(200 * 140) }, large),
    /wide\.png: its picture would be 10000 x 7000, more than 64 megapixels: draw it smaller/,
  );
});

test('equal colors of two class numbers are told apart', () => {
  const drawn = paint(40, 40, (_, y) => [y < 20 ? 3 : 7, 0, 0], 'numbers.png');
  for (let i = 0; i < drawn.data.length; i += 4) drawn.data[i + 1] = drawn.data[i + 2] = drawn.data[i];
  const palette = {
    as: 'indices' as const,
    classes: [
      { name: 'a', color: [9, 9, 9] as [number, number, number], index: 3 },
      { name: 'b', color: [9, 9, 9] as [number, number, number], index: 7 },
    ],
  };
  const { classes } = prepareSource(photo(40, 40), drawn, { named: palette }).source.palette;
  assert.is.not(String(classes[0].color), String(classes[1].color));
});

test('a total of their own stretches the schedule', () => {
  const c = configure({ preset: 'code', iterations: 250 });
  assert.equal([c.decayFrom, c.augment.ramp], [100, 100]);
  assert.equal(differences(withIterations(c, 2500), configure({ preset: 'code' })), []);
  assert.equal(differences(configure({ seed: 1 }), configure({ seed: 2 })), ['seed 1 -> 2']);
});

test('analogy: pictures of the targets, in one call', async () => {
  const done: number[] = [];
  const pictures = await analogy({
    session: await testSession(),
    photo: photo(48, 36),
    layout: layout(48, 36),
    targets: [target(48, 36), target(64, 36)],
    preset: 'fast',
    size: 32,
    width: 4,
    iterations: 2,
    onIteration: (i) => done.push(i),
  });
  assert.equal(done, [1, 2]);
  assert.equal(
    pictures.map((p) => [p.width, p.height]),
    [
      [48, 36],
      [64, 36],
    ],
  );
  assert.ok(new Set(pictures[1].data).size > 20, 'not one flat color');
});

test.run();
