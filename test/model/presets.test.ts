/** Every preset trains, its losses stay finite, and what it renders follows what it says of itself. */

import * as assert from 'uvu/assert';
import { batchNormInfer, batchNormTrain } from '../../src/autograd/functional/batchNorm.ts';
import { fromFloatCHW, resize, resizeLabels } from '../../src/data/image/image.ts';
import type { Palette } from '../../src/data/layout/palette.ts';
import type { Source } from '../../src/data/prepare.ts';
import { smallSource } from '../../src/data/trainingScale.ts';
import { hashUniform } from '../../src/engine/random.ts';
import type { Config } from '../../src/model/config.ts';
import { createNetworks } from '../../src/model/networks/networks.ts';
import type { PairData } from '../../src/model/pair.ts';
import { PreparedSource } from '../../src/model/preparedSource.ts';
import { preset, presetNames } from '../../src/model/presets.ts';
import { Painter } from '../../src/model/rendering/painter.ts';
import { Renderer } from '../../src/model/rendering/renderer.ts';
import { refine, synthesizeTargets } from '../../src/model/synthesis/synthesis.ts';
import { losses as lossTable } from '../../src/model/training/lossTable.ts';
import { rateAt } from '../../src/model/training/schedule.ts';
import { TrainingSession } from '../../src/model/training/session.ts';
import { Training } from '../../src/model/training/training.ts';
import { scoped } from '../support/device.ts';
import { test } from '../support/suite.ts';

const n = 32;
const pair: PairData = {
  width: n,
  height: n,
  labels: Uint8Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) < 14 ? 0 : i % n < 12 ? 1 : 2)),
  image: Float32Array.from(
    hashUniform('preset', 3 * n * n),
    (u, i) => 0.2 * u + [0.5, -0.4, 0][Math.floor((i % (n * n)) / n) < 14 ? 0 : i % n < 12 ? 1 : 2],
  ),
};
const other: PairData = {
  ...pair,
  labels: Uint8Array.from(pair.labels, (_l, i) => (Math.floor(i / n) < 20 ? 0 : i % n < 20 ? 1 : 2)),
};
const classes = {
  count: 3,
  colors: [
    [0, 0, 255],
    [0, 255, 0],
    [255, 0, 0],
  ] as [number, number, number][],
};
const small = (c: Config): Config => {
  const short = { ...c, size: n, iterations: 6, generatorSteps: 2, decayFrom: 3 };
  short.network = { ...c.network, generator: 8, discriminator: 8, segmenter: 8, levels: 2 };
  return short;
};

const reported = new Set<string>();
for (const name of presetNames) {
  test(`preset ${name} trains and renders`, () =>
    scoped(async (session) => {
      const c = small(preset(name));
      const training = await Training.create(session, c, { pair, classes, targets: c.targetShare ? [other] : [] });
      const start = await training.state();
      for (let i = 0; i < c.iterations; i++) await training.next();
      const losses = await training.losses();
      for (const [k, v] of Object.entries(losses)) assert.ok(Number.isFinite(v), `${k} is ${v}`);
      for (const k of Object.keys(losses)) reported.add(k);
      for (const k of [
        'fake',
        'real',
        'adversarial',
        'features',
        'reconstruction',
        'fixedPoint',
        'segmentation',
        'coherence',
        'alignment',
      ])
        assert.ok(k in losses, `${k} was never computed`);
      const end = await training.state();
      for (const k of [
        'G.dec.tail.conv.weight',
        'D.disc.0.weight',
        'S.seg.out.weight',
        `G.sft.0.scale.${c.network.sft === 'linear' ? 'linear' : 'fc2'}.weight`,
      ]) {
        assert.ok(
          start.get(k)!.data.some((v, i) => v !== end.get(k)!.data[i]),
          `${k} did not move`,
        );
      }
      assert.is(
        [...end.keys()].some((k) => k.endsWith('.running')),
        c.network.norm === 'batch',
      );
      const renderer = await Renderer.create(session, c, classes, training.networks, pair);
      const [own, moved] = [await renderer.render(pair), await renderer.render(other)];
      assert.ok(own.every(Number.isFinite) && moved.every(Number.isFinite));
      assert.ok(
        own.some((v, i) => v !== moved[i]),
        'another layout gives another picture',
      );
      assert.equal(await renderer.render(pair), own, 'rendering changes nothing');
      assert.equal(
        (await training.state()).get('G.dec.tail.conv.weight')!.data,
        end.get('G.dec.tail.conv.weight')!.data,
      );
    }));
}

test('the table of losses has a row for every loss that the steps report, and no other', () => {
  assert.equal([...reported].sort(), lossTable.map((l) => l.name).sort());
});

const palette = { classes: classes.colors.map((color, i) => ({ name: String(i), color })) } as unknown as Palette;
const twice = (l: Uint8Array): Uint8Array => resizeLabels(l, n, n, 2 * n, 2 * n);
const source: Source = {
  width: 2 * n,
  height: 2 * n,
  photo: resize(fromFloatCHW(pair.image, n, n), 2 * n, 2 * n),
  labels: twice(pair.labels),
  palette,
  drawn: { width: 2 * n, height: 2 * n },
};
const target = { name: 'other', width: 2 * n, height: 2 * n, labels: twice(other.labels), notes: [] };

test("a painter renders the source's own layout again only when a step or a restored state changed the networks", () =>
  scoped(async (session) => {
    const c = { ...small(preset('fast')), blend: 0, refine: 1 };
    const training = await Training.create(session, c, { pair, classes });
    await training.next();
    const painter = new Painter(session, c, source, training.networks);
    let own = 0;
    const render = painter.draft.bind(painter);
    painter.draft = (layout, tile) => {
      own += Number(layout.name === 'source');
      return render(layout, tile);
    };
    const first = await painter.paint(target);
    assert.equal((await painter.paint(target)).data, first.data);
    assert.is(own, 1);
    const [state, host] = [await training.state(), training.host];
    for (let i = 0; i < 3; i++) await training.next();
    const later = await painter.paint(target);
    assert.is(own, 2);
    assert.equal(
      later.data,
      (await new Painter(session, c, source, training.networks).paint(target)).data,
      'as one that never saw the networks before',
    );
    assert.is.not(later.data.join(), first.data.join());
    training.restore(state, host);
    assert.equal((await painter.paint(target)).data, first.data);
    assert.is(own, 3);
  }));

test('an estimate is the cost of an iteration times the iterations left; a schedule is fitted to the time by it', () =>
  scoped(async (session) => {
    const c = { ...small(preset('fast')), iterations: 600, targetShare: 0 };
    let ms = 0;
    const device = { exclusive: <T>(work: () => Promise<T>): Promise<T> => work(), now: () => ms++ };
    const training = await TrainingSession.open({
      session,
      config: c,
      prepared: PreparedSource.for(c, source),
      device,
    });
    // Every trial of a step takes 1 ms of this clock.
    const each = (c.generatorSteps + 2 + 1 / c.reconstructionEvery) / 1000;
    assert.ok(Math.abs((await training.estimate()) - 600 * each) < 1e-9);
    assert.ok(Math.abs((await training.fitTo(300 * each + 1e-9)) - 300 * each) < 1e-9);
    assert.is(training.config.iterations, 300);
  }));

test("a picture is refined from drafts blended by the preset's share with syntheses and the photograph", () =>
  scoped(async (session) => {
    const c = { ...small(preset('fast')), seed: 3 };
    const networks = createNetworks(session, c, 3);
    const painter = new Painter(session, c, source, networks);
    const made = await painter.paint(target);
    const { image, labels } = smallSource(source, c.size);
    const own = { width: n, height: n, image };
    const [synthesis] = await synthesizeTargets(session, { ...own, labels }, [
      { width: n, height: n, labels: other.labels },
    ]);
    const mixed = (a: Float32Array, b: Float32Array) => ({
      width: n,
      height: n,
      image: a.map((v, i) => (1 - c.blend) * v + c.blend * b[i]),
    });
    const drafts = {
      draft: mixed((await painter.draft(target)).image, synthesis.image),
      own: mixed((await painter.draft({ ...target, labels: source.labels })).image, own.image),
    };
    assert.equal(made.data, await refine(session, c, painter.prepared.full, drafts, target));
    assert.is.not(
      (await new Painter(session, { ...c, blend: 0 }, source, networks).paint(target)).data.join(),
      made.data.join(),
    );
    assert.equal(
      (['fixed', 'fast', 'paper', 'code'] as const).map((name) => [name, preset(name).blend]),
      [
        ['fixed', 0.65],
        ['fast', 0.9],
        ['paper', 0],
        ['code', 0],
      ],
    );
  }));

test('the learning rate is full, then falls to a tenth', () => {
  const c = preset('code');
  assert.is(rateAt(c, 0), 1);
  assert.is(rateAt(c, 950), 1); // [C] skipped its decay every 50th iteration: ours has no such step
  assert.ok(Math.abs(rateAt(c, 1750) - 0.55) < 1e-9);
  assert.ok(rateAt(c, 2499) < 0.101);
});

test('batch normalization: training statistics move the running ones, inference uses them', () =>
  scoped(async (session) => {
    const [c, h, w] = [3, 5, 7];
    const x = Float32Array.from(hashUniform('bn.x', c * h * w), (u) => 2 * u + 1);
    const gamma = hashUniform('bn.g', c);
    const beta = hashUniform('bn.b', c);
    const running = session.lasting([2 * c], 'running', [0, 0, 0, 1, 1, 1]);
    const tensors = [
      session.lasting([1, c, h, w], 'x', x),
      session.lasting([c], 'g', gamma),
      session.lasting([c], 'b', beta),
    ] as const;
    const state = { running, momentum: 0.1 };
    const [trained] = await session.compute(() => [batchNormTrain(...tensors, state)]);
    const [after] = await session.read([running]);
    const [inferred] = await session.compute(() => [batchNormInfer(...tensors, state)]);
    for (let k = 0; k < c; k++) {
      const part = Array.from(x.subarray(k * h * w, (k + 1) * h * w));
      const mean = part.reduce((a, b) => a + b, 0) / part.length;
      const variance = part.reduce((a, b) => a + (b - mean) ** 2, 0) / part.length;
      const rm = 0.1 * mean;
      const rv = 0.9 + (0.1 * variance * part.length) / (part.length - 1);
      assert.ok(
        Math.abs(after[k] - rm) < 1e-6 && Math.abs(after[c + k] - rv) < 1e-6,
        `channel ${k}: ${after[k]}, ${after[c + k]} against ${rm}, ${rv}`,
      );
      for (const [i, v] of part.entries()) {
        const at = k * h * w + i;
        assert.ok(Math.abs(trained[at] - ((gamma[k] * (v - mean)) / Math.sqrt(variance + 1e-5) + beta[k])) < 1e-5);
        assert.ok(Math.abs(inferred[at] - ((gamma[k] * (v - rm)) / Math.sqrt(rv + 1e-5) + beta[k])) < 1e-5);
      }
    }
  }));
test.run();
