/**
 * The ablation: every factor changes what it says and trains, the sums against numbers by hand, the command with a
 * rerun.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { ablationMetrics, summarize, type Cell, type Values } from '../../src/evaluate/ablation/ablation.ts';
import { changed, factors } from '../../src/evaluate/ablation/factors.ts';
import { ownLayout, prepareSource } from '../../src/data/prepare.ts';
import { configure } from '../../src/model/configure.ts';
import { PreparedSource } from '../../src/model/preparedSource.ts';
import { preset } from '../../src/model/presets.ts';
import { differences } from '../../src/model/run/runRecord.ts';
import { TrainingSession } from '../../src/model/training/session.ts';
import { folder, type Outcome } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';
import { scoped } from '../support/device.ts';
import { layout, photo } from '../support/runs.ts';

const tiny = configure({ preset: 'fast', size: 32, width: 4, iterations: 2 });
const expected: Record<string, string[]> = {
  adversarial: ['weights.adversarial 1 -> 0'],
  features: ['weights.features 1 -> 0'],
  reconstruction: ['weights.reconstruction 5 -> 0'],
  'fixed-point': ['weights.fixedPoint 1 -> 0'],
  coherence: ['weights.coherence 1 -> 0'],
  alignment: ['weights.alignment 1 -> 0'],
  'coherence-kind': ['coherence.kind "all" -> "sampled"'],
  guidance: ['coherence.labels true -> false'],
  ratio: ['network.ratio "bounded" -> "raw"'],
  sft: ['network.sft "residual" -> "linear"'],
  norm: ['network.norm "instance" -> "batch"'],
  condition: ['network.condition "onehot" -> "color"'],
  acting: ['alignmentActs true -> false'],
  balance: ['balance undefined -> 0.5'],
  augmentation: ['augment.flip 0.5 -> 0', 'augment.warp 0.5 -> 0', 'augment.zoom 0.2 -> 0'],
  'warm-start': ['targetShare 0.5 -> 0'],
  refine: ['refine 1 -> 0'],
  blend: ['blend 0.9 -> 0'],
};

test('each factor changes what it says and nothing else, and leaves the base alone', () => {
  const before = structuredClone(tiny);
  assert.equal(factors.map((f) => f.name).sort(), Object.keys(expected).sort());
  for (const f of factors) assert.equal(differences(tiny, changed(tiny, f)), expected[f.name], f.name);
  assert.equal(tiny, before);
  assert.equal(changed(tiny, null), tiny);
  const label = (name: string, base = tiny): string => factors.find((f) => f.name === name)!.label(base);
  // In the released code's preset the two ways are the other way round.
  assert.equal(
    ['coherence-kind', 'condition', 'norm'].map((n) => [label(n), label(n, preset('code'))]),
    [
      ['coherence of sampled patches', 'coherence over all patches'],
      ['color layouts', 'one-hot layouts'],
      ['batch statistics', 'instance statistics'],
    ],
  );
});

test('with every factor the steps record and run, and the losses are numbers', () =>
  scoped(async (session) => {
    const { source } = prepareSource(photo(32, 32), layout(32, 32));
    for (const f of factors)
      await session.memory.scope(async () => {
        const config = changed({ ...tiny, generatorSteps: 1, reconstructionEvery: 2, iterations: 2 }, f);
        const prepared = PreparedSource.for(config, source);
        const training = await TrainingSession.open({ session, config, prepared, targets: [ownLayout(source)] });
        assert.is(training.learned.length, f.name === 'warm-start' ? 0 : 1, f.name);
        for await (const _ of training.iterate({ lossesEvery: Infinity }));
        const losses = (await training.readLosses())!;
        assert.ok(Number.isFinite(losses.total), `${f.name}: total ${losses.total}`);
        // What has no weight need not be computed; what is reported is computed.
        assert.is('coherence' in losses, f.name !== 'coherence', f.name);
        assert.is('alignment' in losses, f.name !== 'alignment', f.name);
      });
  }));

test('sums by factor: spread within scenes, differences within scene and seed', () => {
  const cell = (scene: string, factor: string, seed: number, psnr: number): Cell => ({
    scene,
    factor,
    seed,
    values: Object.fromEntries(ablationMetrics.map((m) => [m.key, m.key === 'psnr' ? psnr : 0])) as Values,
  });
  const cells = [
    cell('a', 'base', 0, 20),
    cell('a', 'base', 1, 22),
    cell('b', 'base', 0, 30),
    cell('b', 'base', 1, 34),
    cell('a', 'x', 0, 19),
    cell('a', 'x', 1, 22),
    cell('b', 'x', 0, 27),
    cell('c', 'y', 0, 5),
  ];
  const [base, x, y, ...more] = summarize(cells, ['base', 'x', 'y', 'z']);
  assert.equal(more, [], 'no row without a cell');
  const near = (a: number | null, b: number): void =>
    assert.ok(a !== null && Math.abs(a - b) < 1e-12, `${a}, ${b} expected`);
  // Base: squares 2 and 8 with one degree of freedom each. x: 19 and 22 in a, one in b; differences -1, 0, -3.
  near(base.by.psnr.mean, 26.5);
  near(base.by.psnr.spread, Math.sqrt(10 / 2));
  assert.is(base.by.psnr.change, null);
  near(x.by.psnr.mean, 68 / 3);
  near(x.by.psnr.spread, Math.sqrt(4.5));
  near(x.by.psnr.change, -4 / 3);
  near(x.by.psnr.changeSpread, Math.sqrt((1 / 9 + 16 / 9 + 25 / 9) / 2));
  assert.equal([y.by.psnr.spread, y.by.psnr.change], [null, null], 'alone: no spread, nothing to differ from');
});

test('ablate: a scene, two factors, a seed; interrupted, resumed, extended, refused for other settings', async () => {
  const good = (o: Outcome): string => {
    assert.is(o.stderr, '');
    assert.is(o.code, 0, o.stdout);
    return o.stdout;
  };
  const at = (name: string): string => join(folder, 'ablated', name);
  const command = [
    'ablate',
    '--scene',
    'lake',
    '--seeds',
    '1',
    '--targets',
    '1',
    '--size',
    '32',
    '--width',
    '4',
    '--iterations',
    '2',
    '-o',
    'ablated',
  ];
  assert.match(
    good(await run([...command, '--factors', 'refine'])),
    new RegExp(
      '2 trainings, 0 of them done already\\n1 of 2: lake, seed 0, preset fast as it is: .*\\n' +
        '2 of 2: lake, seed 0, not finished by patches: ',
    ),
  );
  const first = JSON.parse(readFileSync(at('ablation.json'), 'utf8'));
  const table = good(await run([...command, '--factors', 'refine,alignment']));
  assert.match(table, /3 trainings, 2 of them done already\n1 of 1: lake, seed 0, without semantic alignment/);
  const record = JSON.parse(readFileSync(at('ablation.json'), 'utf8'));
  assert.equal(record.cells.slice(0, 2), first.cells, 'what is finished is kept');
  const [base, refine, alignment] = record.cells as Cell[];
  assert.equal(
    record.cells.map((c: Cell) => c.factor),
    ['base', 'refine', 'alignment'],
  );
  // Patches change the result and not the draft: the same seed gives the same generator.
  assert.is(refine.values.draft_psnr, base.values.draft_psnr);
  assert.is.not(refine.values.psnr, base.values.psnr);
  assert.is.not(alignment.values.draft_psnr, base.values.draft_psnr);
  const psnr = alignment.values.psnr - base.values.psnr;
  assert.ok(table.includes(`${psnr >= 0 ? '+' : ''}${psnr.toFixed(2)}`), table);
  const rows = readFileSync(at('cells.csv'), 'utf8').trim().split('\r\n');
  assert.is(rows.length, 4);
  assert.match(rows[0], /^scene,factor,seed,of_ceiling,accuracy,psnr,.*,seconds$/);
  const page = readFileSync(at('index.html'), 'utf8');
  assert.is([...page.matchAll(/<img src="data:/g)].length, 6, 'result and draft of each');
  // pictures as text may hold any letters
  assert.not.match(page.replaceAll(/base64,[\w+/=]+/g, 'base64,'), /src="(?!data:)|https?:|NaN|undefined|to come/);
  assert.ok(
    existsSync(at('pictures/lake-0/source.png')) &&
      existsSync(at('pictures/lake-0/alignment')) &&
      !existsSync(at('lock')),
  );
  // Other settings are another ablation.
  const other = await run([...command, '--width', '8']);
  assert.is(other.code, 2);
  assert.match(
    other.stderr,
    /^semia: ablated: holds an ablation of other settings \(width 4 -> 8\): give the same, or another folder\n$/,
  );
  writeFileSync(at('ablation.json'), '{"cells": [');
  assert.match((await run(command)).stderr, /ablation\.json: is damaged \(it is not JSON\)/);
});
test.run();
