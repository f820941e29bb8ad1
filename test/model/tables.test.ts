/** The tables of presets and losses: a row is all that a preset or a loss needs to be known everywhere. */
import { Command } from 'commander';
import * as assert from 'uvu/assert';
import { trainingOptions } from '../../src/cli/options/options.ts';
import { methods } from '../../src/model/baselines/methods.ts';
import type { Config } from '../../src/model/config.ts';
import { configure } from '../../src/model/configure.ts';
import {
  finishesByPatches,
  preset,
  presetNames,
  presets,
  presetsByEffort,
  suggestedPreset,
} from '../../src/model/presets.ts';
import { checkTile } from '../../src/model/rendering/painter.ts';
import { lossCharts, losses, lossInfo } from '../../src/model/training/lossTable.ts';
import { readingInterval, shortened, withIterations } from '../../src/model/training/schedule.ts';
import { curves } from '../../src/node/page.ts';
import { test } from '../support/suite.ts';

/** The paths of all settings, as dotted names with their types. */
const shapeOf = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([k, v]) => (v === undefined ? [] : shapeOf(v, path ? `${path}.${k}` : k)))
    : [`${path}: ${Array.isArray(value) ? 'list' : typeof value}`];
const optional = /^(network\.(tail|variance)|balance):/;

test('every preset has all settings, with values that training can use', () => {
  const required = (c: Config): string[] => shapeOf(c).filter((s) => !optional.test(s));
  const [first] = presets;
  for (const { name } of presets) {
    const c: Config = preset(name);
    assert.is(c.preset, name);
    assert.equal(required(c), required(preset(first.name)), name);
    for (const n of [c.size, c.iterations, c.generatorSteps, c.reconstructionEvery, c.network.levels])
      assert.ok(Number.isInteger(n) && n > 0, name);
    assert.ok(c.decayFrom < c.iterations && c.finalRate > 0 && c.finalRate <= 1, name);
    for (const share of [c.targetShare, c.blend, c.augment.flip, c.augment.warp, c.augment.swap])
      assert.ok(share >= 0 && share <= 1, name);
    for (const weight of Object.values(c.weights)) assert.ok(weight >= 0, name);
    assert.equal(configure({ preset: name }), c);
  }
});

test('a copy of a preset may be changed: the table stays', () => {
  const c = preset('fast');
  c.network.generator++;
  c.size++;
  assert.equal(preset('fast').network.generator, c.network.generator - 1);
  assert.equal(preset('fast').size, c.size - 1);
});

test('the command line, the list of the page and semia compare have every preset of the table', () => {
  const option = trainingOptions(new Command()).options.find((o) => o.long === '--preset')!;
  assert.equal(option.argChoices, presetNames);
  for (const { name, note } of presets) assert.ok(option.description.includes(`${name}, ${note}`), option.description);
  assert.is(configure().preset, presets[0].name, 'the first is the default');
  assert.equal(presetsByEffort.map((p) => p.name).sort(), [...presetNames].sort());
  assert.is(new Set(presets.map((p) => p.label)).size, presets.length, 'labels differ');
  for (const p of presetsByEffort) {
    const method = methods.find((m) => m.name === p.name)!;
    assert.equal([method.usual, method.trains], [p.compared, p.effort], p.name);
    assert.ok(method.note.startsWith(p.note), p.name);
  }
  assert.equal([suggestedPreset(true), suggestedPreset(false)], ['fast', 'fixed']);
});

test('tiles are refused by what a preset finishes with, and those that can make them are named', () => {
  for (const { name, settings } of presets) {
    const asked = (): void => checkTile(preset(name), '--tile both: ');
    if (finishesByPatches(settings)) asked();
    else
      assert.throws(
        asked,
        new RegExp(`^--tile both: preset ${name} does not finish .* use fixed or fast( or [a-z]+)*$`),
      );
  }
});

test('every loss of the table is in a chart of its own group, by its label; an unknown one is shown, too', () => {
  assert.is(new Set(losses.map((l) => l.name)).size, losses.length);
  const row = { iteration: 5, ...Object.fromEntries(losses.map((l, i) => [l.name, i + 1])), other: 2 };
  const html = curves([row as Parameters<typeof curves>[0][number]]);
  const drawn = JSON.parse(html.slice(html.indexOf('const curves=') + 13, html.indexOf(';\n'))) as {
    id: string;
    title: string;
    series: { name: string }[];
  }[];
  assert.equal(
    drawn.map((c) => [c.id, c.title]),
    Object.entries(lossCharts),
  );
  for (const { id, series } of drawn)
    assert.equal(
      series.map((s) => s.name),
      [
        ...losses.filter((l) => l.chart === id).map((l) => l.label),
        ...(id === lossInfo('other').chart ? ['other'] : []),
      ],
    );
});

test('a schedule is shortened in proportion, to four cycles at least, and never made longer', () => {
  const c = configure({ preset: 'code' });
  const half = shortened(c, 100, 50);
  assert.equal([half.iterations, half.decayFrom, half.augment.ramp], [1250, 500, 500]);
  assert.equal(half, withIterations(c, 1250));
  assert.is(shortened(c, 100, 100), c);
  assert.is(shortened(c, 100, -1).iterations, 4 * c.reconstructionEvery);
  assert.is(shortened(withIterations(c, 8), 100, 1).iterations, 8);
  assert.is(readingInterval(c), 25, 'a hundred readings');
  assert.is(readingInterval(withIterations(c, 8)), 5, 'whole cycles');
});
test.run();
