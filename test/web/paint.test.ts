/**
 * The page's document, tools and view without a page: what is painted, what undo brings back, what the memory of it
 * costs.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { PaintDocument, type Change } from '../../src/web/page/paint/document.ts';
import { History } from '../../src/web/page/paint/history.ts';
import { Pointers } from '../../src/web/page/paint/pointers.ts';
import { strokeSegment } from '../../src/web/page/paint/raster.ts';
import { floodFill, fillHoles, lift, polygonMask, putDown, region } from '../../src/web/page/paint/regions.ts';
import { radiusAt, suits, Tools, type Settings, type Touch } from '../../src/web/page/paint/tools.ts';
import { fit, held, pinch, toPane, toPicture, zoom } from '../../src/web/page/paint/view.ts';

const W = 40,
  H = 30;
/** Sky above grass, and a block of a third class in the sky. */
const start = Uint8Array.from({ length: W * H }, (_, p) => {
  const x = p % W,
    y = Math.floor(p / W);
  return x >= 5 && x < 11 && y >= 4 && y < 9 ? 2 : Number(y >= 15);
});
const classes = [
  { name: 'sky', color: [0, 0, 250] },
  { name: 'grass', color: [0, 250, 0] },
  { name: 'kite', color: [250, 0, 0] },
] as { name: string; color: [number, number, number] }[];
const open = (history?: History) =>
  new PaintDocument(
    { name: 'test', width: W, height: H, photo: new Uint8ClampedArray(4 * W * H), source: start, classes },
    history,
  );
const touch = (x: number, y: number, o: Partial<Touch> = {}): Touch => ({
  x,
  y,
  pressure: 1,
  all: false,
  copy: false,
  ...o,
});
const kit = (o: Partial<Settings> = {}) => {
  const doc = open(),
    settings: Settings = { tool: 'brush', layer: 'target', label: 1, size: 6, ...o };
  let picked = -1;
  const tools = new Tools(doc, settings, (l) => {
    picked = l;
  });
  const drag = (...points: Touch[]) => {
    tools.press(points[0]);
    for (const p of points.slice(1)) tools.move(p);
    return tools.release(points.at(-1)!);
  };
  return { doc, settings, tools, drag, picked: () => picked };
};
const at = (labels: Uint8Array, x: number, y: number) => labels[y * W + x];
const changed = (a: Uint8Array, b: Uint8Array = start) => a.reduce((n, v, i) => n + Number(v !== b[i]), 0);

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

test('a drawing: rectangles are outlines, the eraser is broad and leaves paper, so does what is moved; areas have no tools, classes stay paper and line', () => {
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

test('undo and redo go through strokes byte by byte; a stroke that changes nothing is no step', () => {
  const { doc, drag, settings } = kit();
  const states = [doc.layers.target.slice()];
  for (const [i, tool] of (['brush', 'rectangle', 'fill', 'superpixel'] as const).entries()) {
    settings.tool = tool;
    settings.label = i % 2 ? 0 : 2;
    drag(touch(5 + 4 * i, 12), touch(20, 22));
    states.push(doc.layers.target.slice());
    assert.ok(changed(states[i + 1], states[i]) > 0, tool);
  }
  for (let i = states.length - 2; i >= 0; i--) {
    doc.undo();
    assert.equal(doc.layers.target, states[i]);
  }
  assert.is(doc.history.undoStep, null);
  for (const s of states.slice(1)) {
    doc.redo();
    assert.equal(doc.layers.target, s);
  }
  const steps = doc.history.bytes;
  settings.tool = 'brush';
  settings.label = at(doc.layers.target, 1, 1);
  assert.not(drag(touch(1, 1)));
  assert.is(doc.history.bytes, steps);
});

test('the history keeps to its memory and forgets the oldest', () => {
  const doc = open(new History(3000));
  for (let i = 0; i < 50; i++)
    doc.edit('target', 'edit', (m) => {
      m.labels.fill(i % 3);
      return doc.whole;
    });
  assert.ok(doc.history.bytes <= 3000);
  let steps = 0;
  while (doc.undo()) steps++;
  assert.is(steps, 2, 'two of 1200 bytes');
});

test('changes are told with the rectangle that holds them', () => {
  const { doc, drag } = kit({ size: 4 });
  const seen: Change[] = [];
  doc.on((c) => seen.push(c));
  drag(touch(20, 5), touch(26, 8));
  const inside = new Uint8Array(W * H);
  for (const c of seen)
    if ('rect' in c)
      for (let y = 0; y < c.rect.height; y++)
        inside.fill(1, (c.rect.y + y) * W + c.rect.x, (c.rect.y + y) * W + c.rect.x + c.rect.width);
  doc.layers.target.forEach((l, p) => {
    if (l !== start[p]) assert.ok(inside[p]);
  });
  assert.ok(inside.reduce((a, b) => a + b, 0) < (W * H) / 4, 'not the whole picture');
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

test('a region dragged step by step ends as one dragged at once, and only what changes is told', () => {
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

test('targets: each has its own layout; undo shows the one it changes; taken away and brought back', () => {
  const { doc, drag } = kit({ label: 1, size: 4 });
  drag(touch(5, 5), touch(12, 5));
  const first = doc.layers.target.slice();
  doc.addTarget(doc.layers.source);
  assert.equal([doc.target.name, doc.targets.length], ['target 2', 2]);
  assert.equal(doc.layers.target, start);
  drag(touch(30, 5), touch(36, 8));
  const second = doc.layers.target.slice();
  doc.choose(doc.targets[0]);
  assert.equal(doc.layers.target, first);
  doc.undo();
  assert.is(doc.target.name, 'target 2');
  assert.equal(doc.layers.target, start);
  doc.redo();
  assert.ok(doc.removeTarget());
  assert.not(doc.removeTarget(), 'the last one stays');
  assert.equal(doc.layers.target, first);
  doc.addTarget(first);
  assert.is(doc.target.name, 'target 2', 'names are not given twice');
  doc.undo();
  doc.undo();
  assert.equal(doc.layers.target, second);
  while (doc.undo());
  assert.equal(
    doc.targets.map((t) => t.name),
    ['target 1'],
  );
  assert.equal(doc.layers.target, start);
  while (doc.redo());
  assert.equal(
    doc.targets.map((t) => t.labels),
    [first, first],
  );
});

test('history knows what a run has learnt: source strokes and classes, but no names, colors or targets', () => {
  const { doc, drag, settings } = kit({ label: 2 });
  const learnt = (act: () => void): boolean => {
    act();
    return Boolean(doc.history.undoStep!.learnt);
  };
  assert.not(learnt(() => drag(touch(20, 5), touch(25, 5))));
  assert.not(learnt(() => doc.addTarget(start)));
  assert.not(learnt(() => doc.changeClass(0, { name: 'air' })));
  settings.layer = 'source';
  assert.ok(learnt(() => drag(touch(20, 5), touch(25, 5))));
  assert.ok(learnt(() => doc.addClass()));
  assert.ok(learnt(() => doc.removeClass(3)));
  assert.ok(learnt(() => doc.relabel(start, classes, 'import')));
  assert.is(doc.missing(true).length, 0);
  doc.edit('target', 'paint', (m) => {
    m.labels[0] = doc.addClass('moon')!;
    return doc.whole;
  });
  doc.choose(doc.targets[0]);
  assert.equal([doc.missing(), doc.missing(true)], [[], ['moon']], 'on the target that is not shown');
  while (doc.undo());
  assert.equal(doc.layers.source, start);
});

test('a hand beside a pen rests: before it, with it and after it; fingers move the view then, two of them enlarge it', () => {
  const p = new Pointers(),
    o = { x: 0, y: 0 },
    at = (x: number, y: number) => ({ x, y }),
    view = { scale: 1, x: 0, y: 0 };
  assert.equal(
    p.down(1, 'touch', at(10, 10), false),
    { role: 'draw', stopped: false },
    'without a pen, a finger draws',
  );
  assert.equal(p.down(2, 'touch', at(20, 10), false), { role: 'view', stopped: true }, 'two move the view');
  assert.is(p.move(2, at(30, 10), view)!.scale, 2);
  p.up(1);
  p.up(2);

  p.down(1, 'touch', o, false); // the hand lands first
  assert.equal(p.down(7, 'pen', o, false), { role: 'draw', stopped: true }, 'what it drew is taken back');
  assert.is(p.move(1, at(5, 5), view), null, 'and it moves nothing');
  assert.equal(p.down(2, 'touch', at(9, 9), false), { role: 'rest', stopped: false }, 'nor does another part of it');
  assert.is(p.drawing, 7);
  assert.is(p.up(7), true);
  assert.is(p.move(1, at(9, 5), view), null, 'nor while it still lies there');
  assert.is(p.up(1), false);
  p.up(2);

  assert.is(p.down(3, 'touch', o, false).role, 'view');
  assert.equal(p.move(3, at(4, -6), view), { scale: 1, x: 4, y: -6 });
  p.up(3);
  assert.is(p.down(1, 'mouse', o, false).role, 'draw', 'the mouse draws as ever');
  p.up(1);
  p.fingers = true;
  assert.is(p.down(3, 'touch', o, false).role, 'draw');
});

test('targets have names: given, taken back, never two alike', () => {
  const doc = open(),
    [first] = doc.targets;
  doc.addTarget(start, 'far shore');
  doc.addTarget(start, ' far shore ');
  doc.addTarget(start);
  assert.equal(
    doc.targets.map((t) => t.name),
    ['target 1', 'far shore', 'far shore 2', 'target 4'],
  );
  for (const bad of ['', '  ', 'far shore', 'x'.repeat(61)]) assert.is(doc.renameTarget(first, bad), false, bad);
  assert.is(doc.renameTarget(first, ' lake '), true);
  assert.is(first.name, 'lake');
  const steps = doc.history.undoStep;
  assert.is(doc.renameTarget(first, 'lake'), true);
  assert.is(doc.history.undoStep, steps, 'the same name is no step');
  doc.undo();
  assert.is(first.name, 'target 1');
  doc.redo();
  assert.is(first.name, 'lake');
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

test('superpixels are painted one by one, also while dragging; without them, regions', () => {
  const { doc, drag } = kit({ tool: 'superpixel', label: 2 });
  doc.superpixels = Uint16Array.from(start, (_, p) => Math.floor((p % W) / 10));
  drag(touch(2, 2), touch(12, 2));
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) assert.is(at(doc.layers.target, x, y), x < 20 ? 2 : at(start, x, y));
});

test('classes: names and colors stay distinct; removing one gives its pixels to those around, and undo brings all back', () => {
  const { doc, drag } = kit({ tool: 'pick' });
  assert.not(doc.changeClass(0, { name: 'grass' }));
  assert.not(doc.changeClass(0, { name: '  ' }));
  assert.not(doc.changeClass(0, { color: [0, 250, 0] }));
  assert.ok(doc.changeClass(0, { name: ' air ' }));
  assert.is(doc.classes[0].name, 'air');
  assert.is(doc.addClass(), 3);
  const kept = structuredClone(doc.classes);
  assert.ok(doc.removeClass(2));
  assert.is(at(doc.layers.source, 7, 6), 0);
  assert.is(doc.classes.length, 3);
  doc.undo();
  assert.equal(doc.classes, kept);
  assert.equal(doc.layers.source, start);
  doc.redo();
  assert.ok(doc.layers.target.every((l) => l < 3));
  while (doc.undo());
  assert.equal(doc.classes, classes);
  assert.not(drag(touch(7, 6)));
  doc.edit('target', 'paint', (m) => {
    m.labels[0] = doc.addClass('moon')!;
    return doc.whole;
  });
  assert.equal(doc.missing(), ['moon']);
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

test('another first layout is one step, and the eraser knows it', () => {
  const { doc, drag } = kit({ tool: 'eraser', layer: 'source', size: 80 });
  const other = start.map((l) => Number(l === 0));
  doc.relabel(other, classes.slice(0, 2), 'segmentation');
  assert.equal(doc.layers.target, other);
  doc.edit('source', 'paint', (m) => {
    m.labels.fill(0);
    return doc.whole;
  });
  drag(touch(20, 15));
  assert.equal(doc.layers.source, other);
  while (doc.undo());
  assert.equal(doc.layers.source, start);
  assert.is(doc.classes.length, 3);
});

test('the view: zooming keeps the point under the pointer, two fingers keep what is under them', () => {
  const v = fit({ width: W, height: H }, { width: 400, height: 320 });
  assert.ok(Math.abs(toPane(v, { x: W / 2, y: H / 2 }).x - 200) < 1e-9);
  const about = { x: 130, y: 90 },
    z = zoom(v, 2.5, about);
  const [a, b] = [toPicture(v, about), toPicture(z, about)];
  assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < 1e-9);
  const from = [
      { x: 100, y: 100 },
      { x: 200, y: 150 },
    ] as const,
    to = [
      { x: 90, y: 120 },
      { x: 290, y: 220 },
    ] as const;
  const p = pinch(v, from, to),
    mid = toPicture(v, { x: 150, y: 125 });
  const now = toPane(p, mid);
  assert.ok(Math.hypot(now.x - 190, now.y - 170) < 1e-9);
  assert.ok(Math.abs(p.scale / v.scale - 2) < 1e-9);
  const away = held({ ...v, x: 5000 }, { width: W, height: H }, { width: 400, height: 320 });
  assert.is(away.x, 360);
});

test.run();
