/** Undo, redo and their memory; which steps a run depends on; which changes are reported. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Change } from '../../../src/web/page/paint/layers.ts';
import { History } from '../../../src/web/page/paint/history.ts';
import { W, H, start, classes, openDocument, touch, kit, at, changed } from './kit.ts';

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
  const doc = openDocument(new History(3000));
  for (let i = 0; i < 50; i++)
    doc.edit('target', 'edit', (m) => {
      m.labels.fill(i % 3);
      return doc.bounds;
    });
  assert.ok(doc.history.bytes <= 3000);
  let steps = 0;
  while (doc.undo()) steps++;
  assert.is(steps, 2, 'two of 1200 bytes');
});

test('changes are reported with the rectangle that holds them', () => {
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

test('history marks the steps that a run depends on: source strokes and classes, no names, colors or targets', () => {
  const { doc, drag, settings } = kit({ label: 2 });
  const affects = (act: () => void): boolean => {
    act();
    return Boolean(doc.history.undoStep!.affectsRun);
  };
  assert.not(affects(() => drag(touch(20, 5), touch(25, 5))));
  assert.not(affects(() => doc.addTarget(start)));
  assert.not(affects(() => doc.changeClass(0, { name: 'air' })));
  settings.layer = 'source';
  assert.ok(affects(() => drag(touch(20, 5), touch(25, 5))));
  assert.ok(affects(() => doc.addClass()));
  assert.ok(affects(() => doc.removeClass(3)));
  assert.ok(affects(() => doc.relabel(start, classes, 'import')));
  assert.is(doc.missing(true).length, 0);
  doc.edit('target', 'paint', (m) => {
    m.labels[0] = doc.addClass('moon')!;
    return doc.bounds;
  });
  doc.choose(doc.targets[0]);
  assert.equal([doc.missing(), doc.missing(true)], [[], ['moon']], 'on the target that is not shown');
  while (doc.undo());
  assert.equal(doc.layers.source, start);
});

test('another first layout is one step, and the eraser restores it', () => {
  const { doc, drag } = kit({ tool: 'eraser', layer: 'source', size: 80 });
  const other = start.map((l) => Number(l === 0));
  doc.relabel(other, classes.slice(0, 2), 'segmentation');
  assert.equal(doc.layers.target, other);
  doc.edit('source', 'paint', (m) => {
    m.labels.fill(0);
    return doc.bounds;
  });
  drag(touch(20, 15));
  assert.equal(doc.layers.source, other);
  while (doc.undo());
  assert.equal(doc.layers.source, start);
  assert.is(doc.classes.length, 3);
});

test.run();
