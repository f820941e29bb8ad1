/**
 * Edges, lines and drawings: against scikit-image and SciPy (test/goldens/make/make_edges.py), brute force, and
 * drawings as people have them.
 */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  drawingChannels,
  drawingOf,
  drawingPalette,
  drawingPlanes,
  readDrawing,
} from '../../../src/data/layout/drawing/drawing.ts';
import { canny } from '../../../src/data/image/edges.ts';
import { renderLayout } from '../../../src/data/layout/layout.ts';
import {
  distances,
  distancesTowards,
  lineScore,
  resizeLines,
  thin,
  withoutSpecks,
  type Direction,
} from '../../../src/data/layout/drawing/lines.ts';
import { prepareDrawing, prepareTarget } from '../../../src/data/prepare.ts';
import { fitLayout, gridOf } from '../../../src/data/trainingScale.ts';
import type { Picture } from '../../../src/data/image/image.ts';
import { paintSource } from '../../../src/data/scenes/index.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { classWeights } from '../../../src/model/pair.ts';
import { golden } from '../../support/golden.ts';
import { paint, photo } from '../../support/runs.ts';

interface Golden {
  width: number;
  height: number;
  pixelSum: number;
  edges: { sigma: number; low: number; high: number; rows: string[] }[];
  strokes: string[];
  thinned: string[];
  distances: number[];
}
const g = golden<Golden>('edges.json');
const { width: W, height: H } = g;
const bits = (rows: readonly string[]): Uint8Array => Uint8Array.from(rows.join(''), Number);
const rowsOf = (map: Uint8Array): string[] =>
  Array.from({ length: H }, (_, y) => map.subarray(y * W, y * W + W).join(''));
const grain = hashUniform('edges/grain', W * H);
const gray = Float64Array.from({ length: W * H }, (_, p) => {
  const [x, y] = [p % W, Math.floor(p / W)];
  return (
    Math.floor((grain[p] + 1) * 12) +
    ((x - 20) ** 2 + (y - 18) ** 2 <= 144 ? 90 : 0) +
    (2 * x + y > 110 ? 70 : 0) +
    (y > 40 ? 40 : 0)
  );
});
const plane = { width: W, height: H, data: gray.map((v) => v / 255) };

test("the picture is the golden's", () =>
  assert.is(
    gray.reduce((a, b) => a + b, 0),
    g.pixelSum,
  ));

for (const { rows, ...o } of g.edges)
  test(`canny is scikit-image's, sigma ${o.sigma}`, () => assert.equal(rowsOf(canny(plane, o)), rows));

test('thinning keeps each line connected and is a pixel wide', () => {
  const thinned = thin(bits(g.strokes), W, H);
  const theirs = bits(g.thinned);
  // scikit-image's pass differs in which pixels of ends and corners go; every pixel of one lies by the other's.
  const [there, here] = [distances(theirs, W, H), distances(thinned, W, H)];
  for (const [p, l] of thinned.entries()) assert.ok(!l || there[p] <= 3, `at ${p % W}, ${Math.floor(p / W)}`);
  for (const [p, l] of theirs.entries()) assert.ok(!l || here[p] <= 3, `theirs at ${p % W}, ${Math.floor(p / W)}`);
  assert.equal(thin(thinned, W, H), thinned);
});

test("distances are SciPy's", () => {
  const d = distances(bits(g.edges[0].rows), W, H);
  for (const [i, want] of g.distances.entries())
    assert.ok(Math.abs(d[7 * i] - want) < 1e-5, `at ${7 * i}: ${d[7 * i]}, SciPy ${want}`);
  assert.ok(distances(new Uint8Array(6), 3, 2).every((v) => v === Infinity));
});

test('a line is seen on its side only, within 45 degrees', () => {
  const [w, h] = [7, 6];
  const lines = new Uint8Array(w * h);
  for (const p of [2 * w + 3, 4 * w + 1]) lines[p] = 1;
  const steps: Record<Direction, [number, number]> = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] };
  for (const side of ['up', 'down', 'left', 'right'] as const) {
    const got = distancesTowards(lines, w, h, side);
    const [sx, sy] = steps[side];
    for (let p = 0; p < w * h; p++) {
      let want = Infinity;
      lines.forEach((l, q) => {
        const [dx, dy] = [(q % w) - (p % w), Math.floor(q / w) - Math.floor(p / w)];
        const [along, across] = sx ? [dx * sx, Math.abs(dy)] : [dy * sy, Math.abs(dx)];
        // No line stands between in this drawing.
        if (l && along >= across) want = Math.min(want, along - across + Math.SQRT2 * across);
      });
      assert.ok(
        got[p] === want || Math.abs(got[p] - want) < 1e-5,
        `${side} at ${p % w}, ${Math.floor(p / w)}: ${got[p]}, not ${want}`,
      );
    }
  }
});

test('shrinking keeps every line, and drops specks on request', () => {
  const lines = new Uint8Array(64 * 48);
  for (let x = 0; x < 64; x++) lines[23 * 64 + x] = 1;
  for (let y = 30; y < 48; y++) lines[y * 64 + 10] = 1;
  lines[5 * 64 + 50] = 1;
  const small = resizeLines(lines, 64, 48, 16, 12);
  for (let x = 0; x < 16; x++) assert.ok(small[5 * 16 + x], `column ${x}`);
  assert.ok([8, 9, 10].every((y) => small[y * 16 + 2]));
  assert.is(
    withoutSpecks(lines, 64, 48, 3).reduce((a, b) => a + b, 0),
    lines.reduce((a, b) => a + b, 0) - 1,
  );
  assert.is(small[16 + 12], 1, 'the speck');
});

test('a drawing is read whatever its pen, its colors and its paper', () => {
  const round = (color: (on: boolean) => readonly [number, number, number, number?], wide: number) =>
    readDrawing(paint(60, 48, (x, y) => color(Math.abs(Math.hypot(x - 30, y - 24) - 15) < wide / 2), 'drawing.png'))
      .labels;
  const plain = round((on) => (on ? [0, 0, 0] : [255, 255, 255]), 2);
  for (const [what, other] of Object.entries({
    chalk: round((on) => (on ? [240, 240, 230] : [20, 40, 30]), 2),
    'a broad pen': round((on) => (on ? [0, 0, 0] : [255, 255, 255]), 5),
    pencil: round((on) => (on ? [120, 120, 125] : [230, 228, 220]), 2),
    'no paper': round((on) => (on ? [0, 0, 90, 255] : [0, 0, 0, 0]), 2),
  }))
    assert.ok(lineScore(other, plain, 60, 48, 2.1).f > 0.98, what);
});

test('what is no drawing is refused', () => {
  const refuses = (picture: Parameters<typeof readDrawing>[0], says: RegExp): void => {
    assert.throws(() => readDrawing(picture), says);
  };
  refuses(
    paint(40, 30, (x) => (x < 18 ? [200, 40, 40] : [90, 160, 250]), 'layout.png'),
    /layout\.png: is no line drawing \(filled areas/,
  );
  refuses(photo(48, 32), /photo\.png: is no line drawing .*semia edges/);
  refuses(
    paint(20, 20, () => [255, 255, 255], 'empty.png'),
    /empty\.png: has no lines/,
  );
  assert.throws(() => drawingOf(paint(32, 32, () => [90, 90, 90], 'even.png')), /even\.png: no edge is found/);
});

/** A photograph with edges: a scene's. */
function cabinPicture(): Picture {
  const { photo, width, height } = paintSource('cabin', { size: 128 }).source;
  return paint(
    width,
    height,
    (x, y) => [...photo.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)] as [number, number, number],
    'photo.png',
  );
}

test('a source with its own edges, and targets at its scale, keep lines at every size', () => {
  const picture = cabinPicture();
  const { source } = prepareDrawing(picture, null);
  assert.is(source.palette, drawingPalette);
  const ink = source.labels.reduce((a, b) => a + b, 0) / source.labels.length;
  assert.ok(ink > 0.02 && ink < 0.2, `${ink}`);
  const target = prepareTarget({ ...renderLayout(source, source.palette), source: 'target.png' }, source);
  assert.ok(lineScore(target.labels, source.labels, source.width, source.height, 1).f > 0.98);
  const grid = gridOf(target, source, 32, 3);
  const small = fitLayout(target, grid.size, grid.padding, source.palette);
  const near = small.labels.reduce((a, b) => a + b, 0) / small.labels.length;
  assert.ok(near > ink && near < 0.5, `${near} of the small drawing`);
  assert.is(
    fitLayout(target, grid.size, grid.padding, {}).labels.filter((l) => l).length <
      small.labels.filter((l) => l).length,
    true,
  );
  assert.throws(
    () =>
      prepareDrawing(
        picture,
        renderLayout(
          { width: 40, height: 40, labels: new Uint8Array(1600).fill(1, 0, 40) },
          drawingPalette,
          'square.png',
        ),
      ),
    /same view/,
  );
});

test('a mirrored drawing has the mirrored planes, and they say how far lines are', () => {
  const [w, h] = [48, 36];
  const labels = thin(
    Uint8Array.from({ length: w * h }, (_, p) =>
      Number(Math.abs((p % w) - 2 * Math.floor(p / w)) < 2 || Math.floor(p / w) === 30),
    ),
    w,
    h,
  );
  const mirror = <T extends Uint8Array | Float32Array>(x: T): T =>
    x.map((_v, i) => x[i - (i % w) + w - 1 - (i % w)]) as T;
  const planes = drawingPlanes({ width: w, height: h, labels });
  assert.is(planes.length, drawingChannels * w * h);
  assert.equal(drawingPlanes({ width: w, height: h, labels: mirror(labels) }), mirror(planes));
  assert.ok(planes.every((v) => v >= 0 && v <= 1));
  for (let p = 0; p < w * h; p++)
    if (labels[p]) for (let c = 0; c < drawingChannels; c++) assert.is(planes[c * w * h + p], 1);
});

test('the score of lines: 1 for the same, tolerant by a pixel or two, low for others', () => {
  const lines = (at: number): Uint8Array => Uint8Array.from({ length: 80 * 60 }, (_, p) => Number(p % 80 === at));
  assert.equal(lineScore(lines(20), lines(20), 80, 60, 0), { precision: 1, recall: 1, f: 1 });
  assert.is(lineScore(lines(21), lines(20), 80, 60, 1).f, 1);
  assert.is(lineScore(lines(40), lines(20), 80, 60, 2).f, 0);
  const half = lines(20).map((v, p) => (p < 80 * 30 ? v : 0));
  assert.equal(lineScore(half, lines(20), 80, 60, 0), { precision: 1, recall: 0.5, f: 2 / 3 });
});

test('class weights are median frequency balancing', () => {
  const labels = Uint8Array.from({ length: 70 }, (_, i) => (i < 40 ? 0 : i < 60 ? 1 : 3)); // 40, 20, none, 10
  assert.equal([...classWeights(labels, 4, 1)], [0.5, 1, 1, 2]);
  assert.equal([...classWeights(labels, 4, 0)], [1, 1, 1, 1]);
});

test.run();
