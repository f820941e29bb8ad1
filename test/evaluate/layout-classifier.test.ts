/**
 * The judge on painted scenes, where the truth is known: near its ceiling on true pictures, far lower on the untouched
 * source.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Picture } from '../../src/data/image/image.ts';
import { paintScene } from '../../src/data/scenes/index.ts';
import { evaluate, layoutClassifierOf, type EvaluationSource } from '../../src/evaluate/evaluate.ts';
import { LayoutClassifier } from '../../src/evaluate/layoutClassifier/layoutClassifier.ts';
import { layoutScore } from '../../src/evaluate/metrics/labels.ts';
import { metrics, metricsOf } from '../../src/evaluate/metrics/metrics.ts';
import { warpedPair } from '../../src/evaluate/layoutClassifier/warps.ts';
import { scoped } from '../support/device.ts';

const size = 112;
const photo = (p: { name: string; width: number; height: number; photo: Uint8Array }): Picture => {
  const data = new Uint8Array(4 * p.width * p.height).fill(255);
  for (let i = 0; i < p.width * p.height; i++) data.set(p.photo.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width: p.width, height: p.height, data, hasAlpha: false, source: p.name };
};
const sourceOf = (scene: ReturnType<typeof paintScene>): EvaluationSource => ({
  width: scene.source.width,
  height: scene.source.height,
  photo: photo(scene.source),
  labels: scene.source.layout,
  palette: { classes: scene.classes },
});

// The least that the judge must give the truths, as a share of its ceiling, at half the usual size; measured, less
// 0.03.
for (const [name, least] of [
  ['lake', 0.85],
  ['meadow', 0.93],
  ['cabin', 0.93],
  ['coast', 0.92],
] as const) {
  test(`the judge on ${name}`, () => {
    const scene = paintScene(name, { size });
    const source = sourceOf(scene);
    const classifier = layoutClassifierOf(source);
    const judge = classifier();
    assert.is(classifier(), judge, 'trained once');
    assert.ok(
      judge.ceiling.meanIoU > 0.85 && judge.ceiling.accuracy > 0.93,
      `ceiling ${JSON.stringify(judge.ceiling)}`,
    );
    const before = judge.predict(source.photo);
    for (const t of scene.targets) {
      const truth = layoutScore(t.layout, judge.predict(photo(t)), scene.classes.length);
      const control = layoutScore(t.layout, before, scene.classes.length);
      assert.ok(
        truth.meanIoU > least * judge.ceiling.meanIoU,
        `${t.name}: truth ${truth.meanIoU}, ceiling ${judge.ceiling.meanIoU}`,
      );
      assert.ok(
        control.meanIoU < truth.meanIoU - 0.02,
        `${t.name}: control ${control.meanIoU}, truth ${truth.meanIoU}`,
      );
    }
  });
}

test('the judge is the same each time, and other options make another', () => {
  const source = sourceOf(paintScene('coast', { size: 64 }));
  const few = { samples: 3000, trees: 6, warps: 2, unseen: 1 };
  const [a, b] = [0, 1].map(() => LayoutClassifier.train(source, 4, few));
  assert.equal(a.predict(source.photo), b.predict(source.photo));
  assert.equal(a.ceiling, b.ceiling);
  assert.not.equal(LayoutClassifier.train(source, 4, { ...few, seed: 5 }).ceiling, a.ceiling);
});

test('a warp moves photograph and labels alike, and number and seed decide it', () => {
  const labels = Uint8Array.from({ length: 48 * 40 }, (_, i) => ((i % 48) + Math.floor(i / 48) > 44 ? 1 : 0));
  const data = new Uint8Array(4 * labels.length).map((_, i) => (i % 4 === 3 ? 255 : labels[i >> 2] * 200));
  const pair = { width: 48, height: 40, labels, photo: { width: 48, height: 40, data, hasAlpha: false, source: 'x' } };
  const a = warpedPair(pair, 3, 0);
  let wrong = 0;
  a.labels.forEach((l, i) => {
    if ((a.photo.data[4 * i] > 100 ? 1 : 0) !== l) wrong++;
  });
  // on the border, where bilinear and nearest may differ by a rounding
  assert.ok(wrong <= 20, `${wrong} of ${labels.length} pixels`);
  assert.not.equal(a.labels, labels);
  assert.equal(warpedPair(pair, 3, 0), a);
  assert.not.equal(warpedPair(pair, 3, 1).labels, a.labels);
});

test('evaluate: the truth beats the untouched source, blur is seen, and every metric is reported', () =>
  scoped(async (session) => {
    const scene = paintScene('meadow', { size: 96 });
    const source = sourceOf(scene);
    const t = scene.targets[0];
    const target = { width: t.width, height: t.height, labels: t.layout };
    const truth = photo(t);
    const base = { session, source, classifier: layoutClassifierOf(source), target, truth };
    const before = session.memory.bytes;
    const right = await evaluate({ ...base, result: truth });
    const kept = session.memory.bytes;
    const unchanged = await evaluate({ ...base, result: source.photo });
    assert.is(session.memory.bytes, kept, 'no memory is left behind');
    assert.ok(kept - before < 2 ** 28);
    assert.ok(right.layout.meanIoU > unchanged.layout.meanIoU + 0.2);
    assert.is(unchanged.layout.meanIoU, unchanged.layout.control!.meanIoU, 'the control is the untouched source');
    assert.equal(right.layout.meanIoU, right.layout.ofTruth!.meanIoU);
    assert.is(right.truth!.psnr, Infinity);
    assert.is(right.truth!.perceptual, 0);
    assert.is(unchanged.copy.share, 1);
    assert.ok(unchanged.appearance.coherence < 1e-3 && right.appearance.coherence > 1);
    assert.is(right.reconstruction, null);
    const own = await evaluate({ session, source, target: { ...target, labels: source.labels }, result: source.photo });
    assert.is(own.reconstruction!.psnr, Infinity);
    assert.is(own.truth, null);
    assert.ok(metricsOf([right, own]).length >= metrics.length - 2, 'all but SIFID apply');
    const outside = await evaluate({
      ...base,
      result: source.photo,
      predicted: t.layout,
      predictedSource: source.labels,
    });
    assert.is(outside.layout.meanIoU, 1);
    assert.is(outside.layout.by, 'predicted');
    assert.is(outside.layout.ceiling!.meanIoU, 1);
    assert.ok(outside.layout.control!.meanIoU < 0.9);
    let error = '';
    try {
      await evaluate({ ...base, result: truth, predicted: new Uint8Array(5) });
    } catch (e) {
      error = (e as Error).message;
    }
    assert.match(error, /predicted has 5 labels/);
  }));
test.run();
