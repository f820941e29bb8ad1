/** Holes in photographs too large to be searched: solved at a smaller size, carried on in bands. */

import * as assert from 'uvu/assert';
import type { Session } from '../../../src/autograd/session.ts';
import type { Picture } from '../../../src/data/image/image.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { inpaint } from '../../../src/model/synthesis/inpainting/inpaint.ts';
import { type InpaintOptions, searchedBytes, searchedScale } from '../../../src/model/synthesis/inpainting/options.ts';
import { anyOf } from '../../../src/model/synthesis/inpainting/reduced.ts';
import { scoped } from '../../support/device.ts';
import { paint } from '../../support/runs.ts';
import { test } from '../../support/suite.ts';

const [W, H] = [160, 120];
/** Guides of a photograph half as large a side fit. */
const searched = (W * H * 16) / 4;

const box = (x0: number, y0: number, x1: number, y1: number, w = W, h = H): Uint8Array =>
  Uint8Array.from({ length: w * h }, (_, i) => Number(i % w >= x0 && i % w < x1 && i >= y0 * w && i < y1 * w));
const grain = hashUniform('inpaintLarge.grain', W * H);
/** Green stripes above, brown grain below. */
const truth = paint(W, H, (x, y) => {
  const v = Math.round(60 * grain[y * W + x]);
  return y < 60 ? [30, 120 + (((x + y) >> 1) & 1 ? 60 : 0) + (v >> 3), 40] : [150 + v, 90 + v, 40];
});
/** The truth with red in the hole, which must not come back. */
const torn = (hole: Uint8Array): Picture => ({
  ...truth,
  data: truth.data.map((v, i) => (hole[i >> 2] && i % 4 < 3 ? (i % 4 ? 0 : 255) : v)),
});
const fill = (session: Session, hole: Uint8Array, o: Partial<InpaintOptions> = {}): Promise<Picture> =>
  inpaint({ session, photo: torn(hole), hole, searched, ...o });

/** Mean absolute difference of neighbors in the hole: how sharp it is. */
function sharpness({ data }: Picture, hole: Uint8Array): number {
  let [sum, n] = [0, 0];
  for (let i = 0; i + 1 < W * H; i++)
    if (hole[i] && hole[i + 1]) {
      for (let c = 0; c < 3; c++) sum += Math.abs(data[4 * i + c] - data[4 * i + 4 + c]);
      n += 3;
    }
  return sum / n;
}
const sameOutside = (a: Picture, b: Picture, hole: Uint8Array): void => {
  for (let i = 0; i < 4 * W * H; i++) if (!hole[i >> 2] && a.data[i] !== b.data[i]) assert.unreachable(`byte ${i}`);
};
/** Pixels of the hole that are as red as what was torn out. */
const red = ({ data }: Picture, hole: Uint8Array): number =>
  hole.reduce((n, v, i) => n + Number(v && data[4 * i] > 200 && data[4 * i + 1] < 60), 0);

test('a hole is filled sharply with what is around it, the rest stays, and nothing of the hole comes back', () =>
  scoped(async (session) => {
    const hole = box(60, 40, 100, 84);
    for (const most of [searched, searched / 4]) {
      const bytes = session.memory.bytes;
      const made = await fill(session, hole, { searched: most });
      assert.ok(session.memory.bytes <= bytes || most === searched, 'no memory is left behind');
      sameOutside(made, truth, hole);
      const ratio = sharpness(made, hole) / sharpness(truth, hole);
      assert.ok(ratio > 0.8 && ratio < 1.2, `sharpness ${ratio} of the truth's`);
      assert.is(red(made, hole), 0);
      // Stripes above, grain below, as at the hole's sides.
      const brown = (y: number): number => made.data[4 * (y * W + 80)] - made.data[4 * (y * W + 80) + 1];
      assert.ok(brown(45) < 0 && brown(80) > 0, `${brown(45)}, ${brown(80)}`);
    }
  }));

test('the height of the bands changes no byte, and the same is made twice; another seed makes another', () =>
  scoped(async (session) => {
    const hole = box(20, 10, 120, 110).map(
      (v, i) => v & (1 - Number(i % W > 40 && i % W < 100 && i > 40 * W && i < 80 * W)),
    );
    const once = await fill(session, hole);
    assert.equal((await fill(session, hole)).data, once.data);
    assert.equal((await fill(session, hole, { bandPixels: 1 })).data, once.data);
    assert.not.equal((await fill(session, hole, { seed: 3 })).data, once.data);
  }));

test('a layout, a sample mask and other photographs say what a large hole is filled with', () =>
  scoped(async (session) => {
    const hole = box(60, 40, 100, 84);
    const now = box(0, 60, W, H);
    const asked = await fill(session, hole, {
      layout: { count: 2, now, wanted: now.map((v, i) => (hole[i] ? 1 : v)) },
    });
    sameOutside(asked, truth, hole);
    const greens = (p: Picture): number =>
      hole.reduce((n, v, i) => n + Number(v && p.data[4 * i + 1] > p.data[4 * i] + 20), 0);
    assert.ok(greens(await fill(session, hole)) > 500, 'or the test says nothing');
    assert.ok(greens(asked) < 20, `${greens(asked)} pixels are of the other class`);
    // Stripes repeat after four pixels, grain does not, whatever the rim adds to it.
    const unlike = (p: Picture): number =>
      hole.reduce((n, v, i) => n + (v && hole[i + 4] ? Math.abs(p.data[4 * i + 1] - p.data[4 * i + 17]) : 0), 0) /
      (36 * 44);
    const [both, below] = [await fill(session, hole), await fill(session, hole, { sample: now })].map(unlike);
    const grains = `${both} with stripes, ${below} without, ${unlike(asked)} where a layout says so`;
    assert.ok(both < 0.7 * unlike(asked) && below > 0.8 * unlike(asked), grains);
    // Lines that lie are in the other photograph alone, and the only thing that may be taken.
    const other = paint(131, 97, (_, y) => (y % 4 < 2 ? [120, 150, 40] : [60, 90, 40]));
    const lines = await fill(session, hole, { sample: new Uint8Array(W * H), others: [other] });
    sameOutside(lines, truth, hole);
    let [across, down] = [0, 0];
    for (let y = 50; y < 74; y++)
      for (let x = 70; x < 90; x++) {
        const [a, b, c] = [y * W + x, y * W + x + 1, (y + 1) * W + x].map((p) => lines.data[4 * p]);
        across += Math.abs(a - b);
        down += Math.abs(a - c);
      }
    assert.ok(down > 20 * 24 * 20 && across < 0.2 * down, `${across} from column to column, ${down} from row to row`);
  }));

test('scratches finer than a pixel of the searched level, and holes at the edges and corners', () =>
  scoped(async (session) => {
    const hole = Uint8Array.from({ length: W * H }, (_, i) =>
      Number((i % W) - Math.floor(i / W) === 20 || i % W === W - 1 || (i % W < 12 && i < 12 * W)),
    );
    const made = await fill(session, hole, { searched: searched / 4 });
    sameOutside(made, truth, hole);
    assert.is(red(made, hole), 0);
  }));

test('what cannot be filled at the searched size is refused in one line', () =>
  scoped(async (session) => {
    const refused = async (why: RegExp, hole: Uint8Array, o: Partial<InpaintOptions>): Promise<void> => {
      try {
        await fill(session, hole, o);
      } catch (error) {
        assert.is((error as Error).name, 'UserError');
        assert.match((error as Error).message, why);
        return;
      }
      assert.unreachable(`nothing was refused: ${why}`);
    };
    const dots = Uint8Array.from({ length: W * H }, (_, i) => Number(i % 3 === 0 && Math.floor(i / W) % 3 === 0));
    await refused(/no patch of 7 x 7.* at 1\/4 of its size, at which so large/, dots, { searched: searched / 4 });
    const tiny = { ...paint(20, 20, () => [0, 0, 0]), source: 'tiny.png' };
    await refused(/tiny\.png: 20 x 20 is too narrow.*at least 112 pixels a side/, box(60, 40, 70, 50), {
      others: [tiny],
      searched: searched / 4,
    });
  }));

test('small maps have whatever a pixel of them has; the searched scale is what memory says', () => {
  const map = new Uint8Array(35).map((_, i) => Number(i === 17)); // x 3, y 2 of 7 x 5
  assert.equal([...anyOf(map, { width: 7, height: 5 }, { width: 3, height: 2 })], [0, 1, 0, 0, 1, 0]);
  assert.equal(searchedScale([{ width: 1920, height: 1080 }], 1), 1);
  assert.equal(searchedScale([{ width: 6000, height: 4000 }], 1), 0.25);
  for (const classes of [1, 10, 60]) {
    const f = searchedScale([{ width: 8000, height: 6000 }], classes);
    assert.ok(48e6 * f * f * 4 * (classes + 2) <= searchedBytes);
  }
});
test.run();
