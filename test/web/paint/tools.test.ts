/** The tools: what they paint on the layers, and what cancelling them leaves. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { PaintDocument } from '../../../src/web/page/paint/document.ts';
import { strokeSegment } from '../../../src/web/page/paint/raster.ts';
import { radiusAt, suits, Tools, type Settings, type Touch } from '../../../src/web/page/paint/tools.ts';
import { W, H, start, touch, kit, at, changed } from './kit.ts';

test('a stroke covers what lies within its radius of the segment, and nothing else', () => {
  const map = { width: W, height: H, labels: new Uint8Array(W * H) };
  const a = { x: 8.3, y: 7.1 },
    b = { x: 25.9, y: 18.4 };
  const rect = strokeSegment(map, a, b, 4, 4, 3)!;
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      // the distance to the segment by dense sampling
      let d = Infinity;
      for (let t = 0; t <= 1; t += 1 / 4096)
        d = Math.min(d, Math.hypot(x + 0.5 - a.x - t * (b.x - a.x), y + 0.5 - a.y - t * (b.y - a.y)));
      if (Math.abs(d - 4) > 1e-3) assert.is(at(map.labels, x, y), d < 4 ? 3 : 0, `${x}, ${y}: ${d}`);
      if (at(map.labels, x, y))
        assert.ok(x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height);
    }
  assert.is(strokeSegment(map, { x: -20, y: 5 }, { x: -12, y: 5 }, 3, 3, 1), null, 'outside');
});

test('a thin stroke leaves no gaps; pressure makes it thinner', () => {
  const { doc, drag } = kit({ size: 1 });
  drag(touch(1.5, 1.5), touch(33.5, 12.2));
  for (let x = 2; x < 33; x++)
    assert.ok(Array.from({ length: 15 }, (_, y) => at(doc.layers.target, x, y)).includes(1), String(x));
  assert.ok(radiusAt(20, 0.5) < radiusAt(20, 1) && radiusAt(20, 0.5) > 4);
});

test('a drawing: rectangles are outlines, eraser and moved regions leave paper, tools and classes are limited', () => {
  const source = Uint8Array.from({ length: W * H }, (_, p) => Number(p % W === 20));
  const doc = new PaintDocument({
    name: 'drawing',
    width: W,
    height: H,
    photo: new Uint8ClampedArray(4 * W * H),
    source,
    classes: [
      { name: 'paper', color: [255, 255, 255] },
      { name: 'line', color: [0, 0, 0] },
    ],
    lines: true,
  });
  const settings: Settings = { tool: 'rectangle', layer: 'target', label: 1, size: 1 },
    tools = new Tools(doc, settings, () => {}),
    { target } = doc.layers;
  const drag = (...points: Touch[]) => {
    tools.press(points[0]);
    for (const p of points.slice(1)) tools.move(p);
    return tools.release(points.at(-1)!);
  };
  drag(touch(3.5, 4.5), touch(12.5, 10.5));
  assert.equal(
    [at(target, 3, 4), at(target, 8, 4), at(target, 12, 7), at(target, 8, 10), at(target, 8, 7)],
    [1, 1, 1, 1, 0],
  );
  settings.tool = 'eraser';
  drag(touch(20.5, 3.5), touch(20.5, 12.5));
  assert.ok(
    Array.from({ length: 9 }, (_, i) => at(target, 20, 3 + i)).every((k) => k === 0),
    "the photograph's own line goes, too",
  );
  drag(touch(14.6, 7.5), touch(14.6, 7.5));
  assert.is(at(target, 12, 7), 0, 'five times as wide as the pen');
  settings.tool = 'move';
  drag(touch(1, 2), touch(6, 2), touch(6, 13), touch(1, 13), touch(1, 2));
  drag(touch(4, 6), touch(24, 6));
  assert.equal([at(target, 3, 7), at(target, 5, 4), at(target, 23, 7), at(target, 25, 4)], [0, 0, 1, 1]);
  assert.equal(
    (['fill', 'superpixel', 'brush', 'eraser'] as const).map((t) => suits(t, doc)),
    [false, false, true, true],
  );
  assert.equal([doc.addClass(), doc.changeClass(1, { name: 'ink' }), doc.removeClass(1)], [null, false, false]);
  for (let i = 0; i < 4; i++) doc.undo();
  assert.equal(target, source);
});

test('the eraser brings the source layout back on the target, and what it was on the source', () => {
  const { doc, drag, settings } = kit({ label: 2, size: 8 });
  drag(touch(20, 15), touch(30, 15));
  settings.tool = 'eraser';
  settings.size = 60;
  drag(touch(20, 15));
  assert.equal(doc.layers.target, start);
  Object.assign(settings, { tool: 'brush', layer: 'source', size: 8 });
  drag(touch(20, 15));
  assert.ok(changed(doc.layers.source) > 0);
  Object.assign(settings, { tool: 'eraser', size: 60 });
  drag(touch(20, 15));
  assert.equal(doc.layers.source, start);
});

test('fill stops at other classes; with "all" it takes the class everywhere', () => {
  const { doc, drag, settings } = kit({ tool: 'rectangle', label: 2 });
  drag(touch(0, 20), touch(10, 30));
  Object.assign(settings, { tool: 'fill', label: 0 });
  drag(touch(7, 6));
  assert.is(at(doc.layers.target, 7, 6), 0);
  assert.is(at(doc.layers.target, 5, 25), 2);
  doc.undo();
  drag(touch(7, 6, { all: true }));
  assert.is(doc.layers.target.filter((l) => l === 2).length, 0);
});

test('superpixels are painted one by one, also while dragging; without them, regions', () => {
  const { doc, drag } = kit({ tool: 'superpixel', label: 2 });
  doc.superpixels = Uint16Array.from(start, (_, p) => Math.floor((p % W) / 10));
  drag(touch(2, 2), touch(12, 2));
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) assert.is(at(doc.layers.target, x, y), x < 20 ? 2 : at(start, x, y));
});

test('a class is picked from the layer; a cancelled stroke leaves nothing', () => {
  const { doc, tools, drag, settings, picked } = kit({ tool: 'pick' });
  drag(touch(7, 6));
  assert.is(picked(), 2);
  settings.tool = 'brush';
  tools.press(touch(20, 3));
  tools.move(touch(30, 10));
  assert.ok(changed(doc.layers.target) > 0);
  tools.cancel();
  assert.equal(doc.layers.target, start);
  assert.is(doc.history.undoStep, null);
});

test.run();
