/** Regions of a class map: moved, filled and found. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { floodFill, fillHoles, lift, polygonMask, putDown, region } from '../../../src/web/page/paint/regions.ts';
import { W, H, start, touch, kit, at } from './kit.ts';

test('moving a region fills what it leaves from around, and copying keeps it', () => {
  const kite = (l: Uint8Array) => l.reduce((n, v) => n + Number(v === 2), 0);
  const { doc, tools, drag } = kit({ tool: 'move' });
  drag(touch(7, 6)); // a click takes the region
  assert.is(tools.outline?.kind, 'lasso');
  assert.ok(drag(touch(7, 6), touch(27, 8)));
  assert.is(at(doc.layers.target, 7, 6), 0, 'sky where it was');
  assert.is(at(doc.layers.target, 27, 8), 2);
  assert.is(kite(doc.layers.target), kite(start));
  doc.undo();
  assert.equal(doc.layers.target, start);
  drag(touch(3, 2), touch(13, 2), touch(13, 11), touch(3, 11), touch(3, 3)); // a lasso around it
  drag(touch(7, 6, { copy: true }), touch(15, 6, { copy: true }), touch(27, 6, { copy: true }));
  assert.is(kite(doc.layers.target), 2 * kite(start));
  assert.is(lift({ width: W, height: H, labels: start.slice() }, new Uint8Array(W * H)), null);
  assert.is(
    polygonMask({ width: W, height: H }, [
      { x: 2, y: 2 },
      { x: 12, y: 2 },
      { x: 12, y: 7 },
      { x: 2, y: 7 },
    ]).reduce((a, b) => a + b, 0),
    50,
  );
});

test('a region dragged step by step ends as one dragged at once, and only what changes is reported', () => {
  const mask = region({ width: W, labels: start }, 6 * W + 7),
    place = (...steps: [number, number, boolean][]) => {
      const map = { width: W, height: H, labels: start.slice() },
        lifted = lift(map, mask)!;
      let last = null;
      for (const [dx, dy, copy] of steps) last = putDown(map, lifted, dx, dy, copy, last);
      return map.labels;
    };
  assert.equal(place([3, 0, false], [30, 12, true], [-4, -6, false], [9, 9, false]), place([9, 9, false]));
  assert.equal(place([3, 0, false], [9, 9, true]), place([9, 9, true]));
  const hidden = start.map((l) => Number(l === 1));
  assert.equal(place([0, 0, true]), start);
  assert.equal(place([900, 0, false]), hidden, 'outside: gone, and the sky closed');
});

test('holes take the nearest class', () => {
  const labels = Uint8Array.from([0, 9, 9, 9, 9, 1, 1]);
  fillHoles(
    { width: 7, height: 1, labels },
    labels.map((l) => Number(l === 9)),
  );
  assert.equal([...labels], [0, 0, 0, 1, 1, 1, 1]);
});

test('a region is what a walk over neighbors finds, in any tangle of classes', () => {
  const labels = Uint8Array.from({ length: W * H }, (_, p) => Number((Math.sin(p * 12.9898) * 43758.5453) % 1 > 0.1));
  for (const start of [0, W - 1, 17 * W + 5, W * H - 1]) {
    const reached = new Uint8Array(W * H),
      open = [start];
    for (let p = open.pop(); p !== undefined; p = open.pop()) {
      if (reached[p] || labels[p] !== labels[start]) continue;
      reached[p] = 1;
      if (p % W) open.push(p - 1);
      if (p % W < W - 1) open.push(p + 1);
      if (p >= W) open.push(p - W);
      if (p < W * (H - 1)) open.push(p + W);
    }
    assert.equal(region({ width: W, labels }, start), reached);
    const map = { width: W, height: H, labels: labels.slice() },
      box = floodFill(map, { x: start % W, y: Math.floor(start / W) }, 7)!;
    assert.equal(
      map.labels,
      labels.map((l, p) => (reached[p] ? 7 : l)),
    );
    const [xs, ys] = [
      [...reached.keys()].filter((p) => reached[p]).map((p) => p % W),
      [...reached.keys()].filter((p) => reached[p]).map((p) => Math.floor(p / W)),
    ];
    assert.equal(box, {
      x: Math.min(...xs),
      y: Math.min(...ys),
      width: Math.max(...xs) - Math.min(...xs) + 1,
      height: Math.max(...ys) - Math.min(...ys) + 1,
    });
  }
});

test.run();
