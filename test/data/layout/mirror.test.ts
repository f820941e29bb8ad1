/**
 * Classes that change places when mirrored: found by name, swapped by the augmentation; and the palettes of data sets.
 */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { buildPalette, renderLayout } from '../../../src/data/layout/layout.ts';
import { mirrorOf, withoutSides } from '../../../src/data/layout/mirror.ts';
import { hex } from '../../../src/data/layout/palette.ts';
import { namedPalettes } from '../../../src/data/layout/palettes.ts';
import { augmentationSize, outputToInput } from '../../../src/model/training/augment.ts';
import { warpMap } from '../../../src/autograd/kernels/warpMap.ts';
import type { Condition } from '../../../src/model/config.ts';
import { classTable } from '../../../src/model/pair.ts';
import { preset } from '../../../src/model/presets.ts';
import { BatchInputs } from '../../../src/model/training/batchInputs.ts';
import { scoped } from '../../support/device.ts';
import { paint } from '../../support/runs.ts';

test('left and right are found in names, as words only, and only in pairs', () => {
  const pairs = (names: string[]): string[] => {
    const t = mirrorOf(names);
    return t ? names.map((_n, k) => names[t[k]]) : names;
  };
  assert.equal(pairs(['l_eye', 'skin', 'r_eye']), ['r_eye', 'skin', 'l_eye']);
  assert.equal(pairs(['Left arm', 'right ARM', 'brow.l', 'brow.r']), ['right ARM', 'Left arm', 'brow.r', 'brow.l']);
  assert.is(mirrorOf(['l_lip', 'u_lip', 'ear_r', 'bright', 'blight', 'wall', 'warr']), null);
  assert.equal(
    pairs(namedPalettes['celebamask-hq'].classes.map((c) => c.name)).filter(
      (n, k) => n !== namedPalettes['celebamask-hq'].classes[k].name,
    ),
    ['r_eye', 'l_eye', 'r_brow', 'l_brow', 'r_ear', 'l_ear'],
  );
  assert.is(pairs(namedPalettes.helen.classes.map((c) => c.name))[2], 'right eyebrow');
  assert.is(mirrorOf(namedPalettes.cityscapes.classes.map((c) => c.name)), null);
  assert.equal([...withoutSides(Uint8Array.of(0, 1, 2, 1), ['r_eye', 'l_eye', 'skin'])], [0, 0, 2, 0]);
});

test('named palettes have as many classes as their data sets, each name once', () => {
  for (const [name, count] of [
    ['celebamask-hq', 19],
    ['cityscapes', 34],
    ['helen', 11],
    ['ade20k', 151],
  ] as const) {
    const { classes } = namedPalettes[name];
    assert.is(classes.length, count);
    assert.ok(new Set(classes.map((c) => c.name)).size === count && classes.every((c, i) => c.index === i));
  }
  assert.is(new Set(namedPalettes['celebamask-hq'].classes.map((c) => hex(c.color))).size, 19);
  const ade = namedPalettes.ade20k.classes;
  assert.is(new Set(ade.map((c) => hex(c.color))).size, 150, 'road and skyscraper share one');
  assert.equal(
    [1, 2, 49, 150].map((i) => [ade[i].name, hex(ade[i].color)]),
    [
      ['wall', '#787878'],
      ['building', '#b47878'],
      ['skyscraper', hex(ade[7].color)],
      ['flag', '#5c00ff'],
    ],
  );
});

test('a face layout is read by its colors and by its numbers', () => {
  const named = namedPalettes['celebamask-hq'];
  const labels = Uint8Array.from({ length: 40 * 30 }, (_, p) => [13, 1, 4, 5][Math.floor((p % 40) / 10)]);
  const colors = buildPalette(renderLayout({ width: 40, height: 30, labels }, named, 'face.png'), { named });
  assert.equal(
    colors.palette.classes.map((c) => c.name),
    ['skin', 'l_eye', 'r_eye', 'hair'],
  );
  const numbers = buildPalette(
    paint(
      40,
      30,
      (x, y) => {
        const v = labels[y * 40 + x];
        return [v, v, v];
      },
      'numbers.png',
    ),
    { named },
  );
  assert.is(numbers.palette.as, 'indices');
  assert.equal(
    numbers.palette.classes.map((c) => c.name),
    ['skin', 'l_eye', 'r_eye', 'hair'],
  );
  assert.equal(numbers.layout.labels, colors.layout.labels);
});

test('a palette of more classes than can be told apart names those that a layout has', () => {
  const named = namedPalettes.ade20k;
  const labels = Uint8Array.from({ length: 40 * 30 }, (_, p) => [0, 3, 17, 150][Math.floor((p % 40) / 10)]);
  const [colors, numbers] = [
    renderLayout({ width: 40, height: 30, labels }, named, 'scene.png'),
    paint(
      40,
      30,
      (x, y) => {
        const v = labels[y * 40 + x];
        return [v, v, v];
      },
      'numbers.png',
    ),
  ].map((p) => buildPalette(p, { named }));
  for (const { palette } of [colors, numbers])
    assert.equal(
      palette.classes.map((c) => c.name),
      ['other', 'sky', 'mountain', 'flag'],
    );
  assert.equal(numbers.layout.labels, colors.layout.labels);
  // Of classes of one color the first is meant, and the others are not there.
  const town = buildPalette(
    paint(40, 30, (x) => (x < 20 ? [0, 0, 0] : [128, 64, 128]), 'town.png'),
    { named: namedPalettes.cityscapes },
  );
  assert.equal(
    town.palette.classes.map((c) => c.name),
    ['unlabeled', 'road'],
  );
  // Its grays are colors where there is nothing else.
  const gray = buildPalette(
    paint(
      40,
      30,
      (x) => {
        const v = [0, 120, 140][Math.floor(x / 14)];
        return [v, v, v];
      },
      'gray.png',
    ),
    { named },
  );
  assert.equal(
    gray.palette.classes.map((c) => c.name),
    ['other', 'wall', 'road'],
  );
});

const [W, H] = [16, 8];
const labels = Uint8Array.from({ length: W * H }, (_, p) => (p % W < 5 ? 1 : p % W < 9 ? 0 : 2));
const image = Float32Array.from({ length: 3 * W * H }, (_, i) => (i % W) / W - 0.5);
const turned = <T extends ArrayLike<number>>(x: T): number[] =>
  Array.from({ length: x.length }, (_, i) => x[i - (i % W) + W - 1 - (i % W)]);

for (const condition of ['onehot', 'color'] as Condition[]) {
  test(`a mirrored pair has left and right where the mirror puts them, ${condition}`, () =>
    scoped(async (session) => {
      const c = preset('fixed');
      c.network.condition = condition;
      const { count, colors, mirror } = classTable({
        classes: [
          { name: 'skin', color: [9, 9, 9] },
          { name: 'left eye', color: [90, 0, 0] },
          { name: 'right eye', color: [0, 90, 0] },
        ],
      });
      const classes = { count, colors, mirror };
      const feed = new BatchInputs(session, c, classes, { width: W, height: H, image, labels }, []);
      await feed.prepare();
      const flip = (yes: boolean): Float64Array =>
        warpMap({
          affine: outputToInput(W, H, { flip: yes, zoom: 1, angle: 0, shift: [0, 0] }),
          points: [],
          moves: [],
        });
      // The augmentation's maps have room for nine control points.
      const map = (yes: boolean): Float64Array => {
        const m = new Float64Array(augmentationSize);
        m.set(flip(yes));
        return m;
      };
      const target = async (yes: boolean): Promise<[number[], number[], number[]]> => {
        feed.run('sampling', map(yes));
        const [l, i, v] = await session.read([feed.target.labels, feed.target.image, feed.target.layout]);
        return [[...l], [...i], [...v]];
      };
      const [plain, , layout] = await target(false);
      assert.equal(plain, [...labels]);
      const [swapped, picture, conditions] = await target(true);
      assert.equal(
        swapped,
        turned(labels).map((k) => mirror![k]),
      );
      for (const [i, v] of turned(image).entries()) assert.ok(Math.abs(v - picture[i]) < 1e-5);
      const of = (l: ArrayLike<number>): number[] =>
        Array.from({ length: layout.length }, (_, i) => {
          const k = l[i % (W * H)],
            channel = Math.floor(i / (W * H));
          return condition === 'onehot' ? Number(k === channel) : colors[k][channel] / 127.5 - 1;
        });
      for (const [i, v] of of(swapped).entries()) assert.ok(Math.abs(v - conditions[i]) < 1e-5, `layout at ${i}`);
    }));
}
test.run();
