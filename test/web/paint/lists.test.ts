/** Targets and classes of a document: added, renamed, removed, undone. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { start, classes, openDocument, touch, kit, at } from './kit.ts';

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

test('targets have names: given, taken back, never two alike', () => {
  const doc = openDocument(),
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

test('classes: names and colors stay distinct; pixels of a removed one go to its neighbors; undo restores all', () => {
  const { doc, drag } = kit({ tool: 'pick' });
  assert.not(doc.changeClass(0, { name: 'grass' }));
  assert.not(doc.changeClass(0, { name: '  ' }));
  assert.not(doc.changeClass(0, { color: [0, 250, 0] }));
  assert.ok(doc.changeClass(0, { name: ' air ' }));
  assert.is(doc.classes[0].name, 'air');
  assert.is(doc.addClass(), 3);
  const before = structuredClone(doc.classes);
  assert.ok(doc.removeClass(2));
  assert.is(at(doc.layers.source, 7, 6), 0);
  assert.is(doc.classes.length, 3);
  doc.undo();
  assert.equal(doc.classes, before);
  assert.equal(doc.layers.source, start);
  doc.redo();
  assert.ok(doc.layers.target.every((l) => l < 3));
  while (doc.undo());
  assert.equal(doc.classes, classes);
  assert.not(drag(touch(7, 6)));
  doc.edit('target', 'paint', (m) => {
    m.labels[0] = doc.addClass('moon')!;
    return doc.bounds;
  });
  assert.equal(doc.missing(), ['moon']);
});

test.run();
