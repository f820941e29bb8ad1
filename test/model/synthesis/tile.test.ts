/** Tiles: maps that continue, and a synthesis whose edges fit where they are to. */

import * as assert from 'uvu/assert';
import type { Picture } from '../../../src/data/image/image.ts';
import type { Palette } from '../../../src/data/layout/palette.ts';
import type { Source } from '../../../src/data/prepare.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { createNetworks } from '../../../src/model/networks/networks.ts';
import { preset } from '../../../src/model/presets.ts';
import { Painter } from '../../../src/model/rendering/painter.ts';
import { preview } from '../../../src/model/synthesis/preview.ts';
import { continued, type Tile, windowOf, withMargins } from '../../../src/model/synthesis/tile.ts';
import { scoped } from '../../support/device.ts';
import { test } from '../../support/suite.ts';

test('a window of a map that repeats itself', () => {
  const map = Uint8Array.from({ length: 12 }, (_, i) => i); // 4 wide
  assert.equal([...windowOf(map, { width: 4, height: 3 }, { x: -1, y: 2, width: 3, height: 2 })], [11, 8, 9, 3, 0, 1]);
  assert.equal(
    [...windowOf(Float32Array.from(map), { width: 2, height: 2 }, { x: 1, y: 1, width: 2, height: 1 }, 3)],
    [9, 10, 11, 6, 7, 8],
  );
  const wide = withMargins(map, { width: 4, height: 3 }, { x: 2, y: 1 });
  assert.equal([...windowOf(wide, { width: 8, height: 5 }, { x: 2, y: 1, width: 4, height: 3 })], [...map]);
  assert.equal([...wide.subarray(0, 8)], [10, 11, 8, 9, 10, 11, 8, 9]);
  const on = continued({ width: 4, height: 3, labels: map }, { across: true, down: false });
  assert.equal([on.width, on.height, ...on.labels.subarray(0, 6)], [6, 3, 3, 0, 1, 2, 3, 0]);
});

// Blotches of two colors that run through the whole picture, brighter towards the right.
const [W, H] = [48, 40];
const coarse = hashUniform('tile', 20 * 20);
const tone = (x: number, y: number): number => {
  const [i, j, u, v] = [Math.floor(x / 5), Math.floor(y / 5), (x % 5) / 5, (y % 5) / 5];
  const at = (a: number, b: number): number => coarse[(b % 20) * 20 + (a % 20)];
  return (at(i, j) * (1 - u) + at(i + 1, j) * u) * (1 - v) + (at(i, j + 1) * (1 - u) + at(i + 1, j + 1) * u) * v;
};
const data = new Uint8Array(4 * W * H).fill(255);
for (let y = 0; y < H; y++)
  for (let x = 0; x < W; x++)
    for (let c = 0; c < 3; c++) data[4 * (y * W + x) + c] = 110 + 90 * tone(x, y) + (c === 0 ? 1.1 * x : 0);
const target = { width: 40, height: 32, labels: new Uint8Array(40 * 32) };

/** Mean difference of neighbors over the seam, as a multiple of that inside. */
function seams(
  image: Uint8Array,
  { width: w, height: h }: { width: number; height: number } = target,
): { across: number; down: number } {
  const step = (p: number, q: number): number =>
    [0, 1, 2].reduce((n, c) => n + Math.abs(image[4 * p + c] - image[4 * q + c]), 0);
  const sum = { across: [0, 0], down: [0, 0] };
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      sum.across[x + 1 < w ? 0 : 1] += step(y * w + x, y * w + ((x + 1) % w)) / (x + 1 < w ? (w - 1) * h : h);
      sum.down[y + 1 < h ? 0 : 1] += step(y * w + x, ((y + 1) % h) * w + x) / (y + 1 < h ? (h - 1) * w : w);
    }
  return { across: sum.across[1] / sum.across[0], down: sum.down[1] / sum.down[0] };
}

test('a tile fits itself along the axes asked for, and every pixel of it has a source', () =>
  scoped(async (session) => {
    const photo = { width: W, height: H, data };
    const layout = new Uint8Array(W * H);
    const made = async (tile?: Tile): Promise<ReturnType<typeof seams>> => {
      const { image, field } = await preview({ session, photo, layout, target, classes: 1, tile });
      assert.equal(
        [image.width, image.height, image.data.length, field!.indices.length],
        [40, 32, 4 * 40 * 32, 40 * 32],
      );
      assert.ok(field!.indices.every((i) => i < W * H) && field!.distances.every(Number.isFinite));
      return seams(image.data);
    };
    const [plain, across, both] = [
      await made(),
      await made({ across: true, down: false }),
      await made({ across: true, down: true }),
    ];
    assert.ok(plain.across > 2 && plain.down > 2, `without, edges do not fit by chance: ${JSON.stringify(plain)}`);
    assert.ok(across.across < 1.5 && across.down > 1.5, `across: ${JSON.stringify(across)}`);
    assert.ok(both.across < 1.5 && both.down < 1.5, `both: ${JSON.stringify(both)}`);
  }));
test("a trained run's picture fits itself, in the draft and when finished; without being asked nothing changes", () =>
  scoped(async (session) => {
    const own = preset('fast');
    const c = {
      ...own,
      size: 24,
      seed: 3,
      network: { ...own.network, generator: 8, discriminator: 8, segmenter: 8, levels: 2 },
    };
    const photo: Picture = { width: W, height: H, data, hasAlpha: false, source: 'photo' };
    const classes = [0, 1].map((k) => ({ name: String(k), color: [255 * k, 0, 0] as [number, number, number] }));
    // Two classes: the lower half is the other one, in the target with a bump that runs through the edge.
    const halves = (w: number, h: number, at: (x: number) => number): Uint8Array =>
      Uint8Array.from({ length: w * h }, (_, i) => Number(Math.floor(i / w) >= at(i % w)));
    const source: Source = {
      width: W,
      height: H,
      photo,
      labels: halves(W, H, () => 20),
      palette: { classes } as unknown as Palette,
      drawn: { width: W, height: H },
    };
    const moved = (by: number) => ({
      name: 'tile',
      width: 48,
      height: 32,
      labels: halves(48, 32, (x) => 16 + 5 * Math.sin((2 * Math.PI * (x + 10 + by)) / 48)),
      notes: [],
    });
    const layout = moved(0);
    const painter = new Painter(session, c, source, createNetworks(session, c, 2));
    const across: Tile = { across: true, down: false };
    // Drafts, 24 x 16: in the middle that of the layout, at the edges that of the layout moved on by half, where they
    // are its middle.
    const [plain, half, fits] = [
      await painter.draft(layout),
      await painter.draft(moved(24)),
      await painter.draft(layout, across),
    ];
    assert.equal([fits.width, fits.height, fits.image.length], [24, 16, plain.image.length]);
    const column = (d: typeof fits, x: number): number[] =>
      Array.from({ length: 3 * d.height }, (_, row) => d.image[row * d.width + x]);
    for (const x of [8, 12, 15]) assert.equal(column(fits, x), column(plain, x), `column ${x}`);
    for (const x of [0, 23]) assert.equal(column(fits, x), column(half, (x + 12) % 24), `column ${x}`);
    assert.not.equal(column(fits, 0), column(plain, 0));
    const finished = async (tile?: Tile): Promise<Picture> => painter.paint(layout, { tile });
    const [without, tiled] = [await finished(), await finished(across)];
    assert.ok(
      seams(without.data, layout).across > 2,
      `without, edges do not fit by chance: ${JSON.stringify(seams(without.data, layout))}`,
    );
    assert.ok(seams(tiled.data, layout).across < 1.5, `finished: ${JSON.stringify(seams(tiled.data, layout))}`);
    assert.equal(
      (await finished({ across: false, down: false })).data,
      without.data,
      'along no axis: the bits of a picture that is no tile',
    );
    let refused = '';
    await new Painter(session, { ...c, refine: 0 }, source, createNetworks(session, c, 2))
      .paint(layout, { tile: across })
      .catch((e: Error) => {
        refused = e.message;
      });
    assert.match(refused, /does not finish its pictures by patches/);
  }));
test.run();
