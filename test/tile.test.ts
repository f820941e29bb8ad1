/** Tiles: maps that continue, and a synthesis whose edges fit where they are to. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashUniform } from '../src/engine/hash.ts';
import { preview, releasePreview } from '../src/model/preview.ts';
import { continued, windowOf, withMargins, type Tile } from '../src/model/tile.ts';
import { scoped } from './device.ts';

test('a window of a map that repeats itself', () => {
  const map = Uint8Array.from({ length: 12 }, (_, i) => i);   // 4 wide
  assert.equal([...windowOf(map, { width: 4, height: 3 }, { x: -1, y: 2, width: 3, height: 2 })], [11, 8, 9, 3, 0, 1]);
  assert.equal([...windowOf(Float32Array.from(map), { width: 2, height: 2 }, { x: 1, y: 1, width: 2, height: 1 }, 3)], [9, 10, 11, 6, 7, 8]);
  const wide = withMargins(map, { width: 4, height: 3 }, { x: 2, y: 1 });
  assert.equal([...windowOf(wide, { width: 8, height: 5 }, { x: 2, y: 1, width: 4, height: 3 })], [...map]);
  assert.equal([...wide.subarray(0, 8)], [10, 11, 8, 9, 10, 11, 8, 9]);
  const on = continued({ width: 4, height: 3, labels: map }, { across: true, down: false });
  assert.equal([on.width, on.height, ...on.labels.subarray(0, 6)], [6, 3, 3, 0, 1, 2, 3, 0]);
});

// Blotches of two colours that run through the whole picture, brighter towards the right.
const [W, H] = [48, 40];
const coarse = hashUniform('tile', 20 * 20);
const tone = (x: number, y: number): number => {
  const [i, j, u, v] = [Math.floor(x / 5), Math.floor(y / 5), (x % 5) / 5, (y % 5) / 5];
  const at = (a: number, b: number): number => coarse[(b % 20) * 20 + (a % 20)];
  return (at(i, j) * (1 - u) + at(i + 1, j) * u) * (1 - v) + (at(i, j + 1) * (1 - u) + at(i + 1, j + 1) * u) * v;
};
const data = new Uint8Array(4 * W * H).fill(255);
for (let y = 0; y < H; y++) for (let x = 0; x < W; x++) for (let c = 0; c < 3; c++) data[4 * (y * W + x) + c] = 110 + 90 * tone(x, y) + (c === 0 ? 1.1 * x : 0);
const target = { width: 40, height: 32, labels: new Uint8Array(40 * 32) };

/** Mean difference of neighbours over the seam, as a multiple of that inside. */
function seams(image: Uint8Array): { across: number; down: number } {
  const { width: w, height: h } = target;
  const step = (p: number, q: number): number => [0, 1, 2].reduce((n, c) => n + Math.abs(image[4 * p + c] - image[4 * q + c]), 0);
  const sum = { across: [0, 0], down: [0, 0] };
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    sum.across[x + 1 < w ? 0 : 1] += step(y * w + x, y * w + (x + 1) % w) / (x + 1 < w ? (w - 1) * h : h);
    sum.down[y + 1 < h ? 0 : 1] += step(y * w + x, ((y + 1) % h) * w + x) / (y + 1 < h ? (h - 1) * w : w);
  }
  return { across: sum.across[1] / sum.across[0], down: sum.down[1] / sum.down[0] };
}

test('a tile fits itself along the axes asked for, and every pixel of it has a source', () => scoped(async (session) => {
  const photo = { width: W, height: H, data };
  const layout = new Uint8Array(W * H);
  const made = async (tile?: Tile): Promise<ReturnType<typeof seams>> => {
    const { image, field } = await preview({ session, photo, layout, target, classes: 1, tile });
    assert.equal([image.width, image.height, image.data.length, field.indices.length], [40, 32, 4 * 40 * 32, 40 * 32]);
    assert.ok(field.indices.every((i) => i < W * H) && field.distances.every(Number.isFinite));
    return seams(image.data);
  };
  const [plain, across, both] = [await made(), await made({ across: true, down: false }), await made({ across: true, down: true })];
  await releasePreview(session);
  assert.ok(plain.across > 2 && plain.down > 2, `without, edges do not fit by chance: ${JSON.stringify(plain)}`);
  assert.ok(across.across < 1.5 && across.down > 1.5, `across: ${JSON.stringify(across)}`);
  assert.ok(both.across < 1.5 && both.down < 1.5, `both: ${JSON.stringify(both)}`);
}));
test.run();
