/** The families of convolution kernels: what fits where, and that the generic variant is always there, last. */
import { test } from '../support/suite.ts';
import { backwardDataFamily, backwardWeightFamily, forwardFamily } from '../../src/autograd/ops/conv2d/families.ts';
import { geometry, type ConvShape } from '../../src/autograd/ops/conv2d/shape.ts';
import { candidates, preferred, type PlanAdapter } from '../../src/autograd/kernels/plan.ts';
import { splitsFor } from '../../src/autograd/ops/conv2d/tiled.ts';
import * as assert from 'uvu/assert';

const families = [forwardFamily, backwardDataFamily, backwardWeightFamily];
const shape = (x: number[], w: number[], a: Partial<ConvShape> = {}): ConvShape =>
  geometry('test', x, w, { stride: 1, dilation: 1, pad: 0, padMode: 'zero', ...a });
const none: PlanAdapter = { subgroups: false, subgroupSize: 0, software: true };
const gpu: PlanAdapter = { subgroups: true, subgroupSize: 32, software: false };
const lanes: PlanAdapter = { subgroups: true, subgroupSize: 8, software: true };
const wide: PlanAdapter = { subgroups: true, subgroupSize: 16, software: true };

test('every family ends with a variant that fits everything, and names are unique', () => {
  const odd = shape([3, 5, 7, 11], [2, 5, 2, 3], { stride: 3, dilation: 2, pad: 1 });
  for (const family of families) {
    assert.is(family.variants.at(-1)!.name, 'generic');
    assert.is(new Set(family.variants.map((v) => v.name)).size, family.variants.length);
    assert.is(candidates(family, odd, none).at(-1)!.name, 'generic');
    assert.is(preferred(family, odd, none).name, 'generic', family.name);
  }
});

test('the subgroup kernels go first where there are subgroups of 8, or 16 in software, and nowhere else', () => {
  const wanted: [ConvShape, string[]][] = [
    [shape([1, 8, 16, 16], [8, 8, 3, 3], { pad: 1 }), ['k3', 'k3', 'k3']],
    [shape([1, 8, 15, 16], [8, 8, 3, 3], { pad: 1, padMode: 'reflect' }), ['k3', 'k3, mirrored', 'k3']],
    [shape([1, 8, 16, 16], [8, 8, 1, 1]), ['k1', 'k1', 'k1']],
    [shape([1, 8, 16, 16], [8, 8, 4, 4], { stride: 2, pad: 1 }), ['stride2', 'stride2', 'stride2']],
    [shape([1, 3, 16, 16], [8, 3, 7, 7], { pad: 3, padMode: 'reflect' }), ['k7', 'generic', 'k7, few']],
    [shape([1, 8, 16, 16], [8, 8, 7, 7], { pad: 3 }), ['k7', 'generic', 'k7']],
    [shape([1, 3, 32, 32], [8, 3, 3, 3], { dilation: 8, pad: 8 }), ['dilated', 'columns', 'dilated']],
    [shape([1, 3, 32, 32], [64, 3, 3, 3], { stride: 2, pad: 1 }), ['stride2', 'stride2', 'stride2']],
    [shape([1, 4, 32, 32], [8, 4, 3, 3], { dilation: 8, pad: 8 }), ['dilated', 'dilated', 'dilated']],
  ];
  for (const [s, names] of wanted)
    for (const [i, family] of families.entries()) {
      for (const adapter of [lanes, wide]) assert.is(preferred(family, s, adapter).name, names[i], family.name);
      assert.not(
        ['k3', 'k3, mirrored', 'k1', 'stride2', 'k7', 'k7, few', 'dilated', 'columns'].includes(
          preferred(family, s, { ...wide, software: false }).name,
        ),
      );
      assert.not(
        candidates(family, s, none).some((v) =>
          ['k3', 'k3, mirrored', 'k1', 'stride2', 'k7', 'k7, few', 'dilated', 'columns'].includes(v.name),
        ),
      );
    }
});

test('on GPUs the tile follows the number of results, and small maps split their sums', () => {
  const wanted: [ConvShape, string[]][] = [
    [shape([1, 128, 256, 256], [128, 128, 3, 3], { pad: 1 }), ['tile128', 'tile128', 'tile128']],
    [shape([1, 64, 128, 128], [64, 64, 3, 3], { pad: 1, padMode: 'reflect' }), ['tile64', 'tile64', 'tile64']],
    [shape([1, 32, 128, 128], [32, 32, 3, 3], { pad: 1 }), ['tile32', 'tile32', 'tile32']],
    [
      shape([1, 256, 8, 8], [256, 256, 3, 3], { pad: 1, padMode: 'reflect' }),
      ['tile64 split', 'tile64 split', 'tile128'],
    ],
    [shape([1, 64, 64, 64], [4, 64, 1, 1]), ['generic', 'tile32', 'generic']],
    [shape([1, 3, 64, 64], [64, 3, 3, 3], { stride: 2, dilation: 2, pad: 1 }), ['generic', 'generic', 'tile32']],
  ];
  for (const [s, names] of wanted)
    for (const [i, family] of families.entries())
      assert.is(preferred(family, s, gpu).name, names[i], `${family.name} [${s.ci}, ${s.h}]`);
  assert.is(splitsFor(300, 1000, 1e6), 1); // enough groups
  assert.is(splitsFor(4, 1000, 1e6), 64); // to fill the device
  assert.is(splitsFor(4, 100, 1e6), 12); // each part worth its ends
  assert.is(splitsFor(4, 1000, 16 << 20), 4); // within the memory for partial sums
});

test('a plan names only buffers of its direction, and scratch it asks for', () => {
  const names = {
    'conv2d.forward': ['x', 'w', 'y'],
    'conv2d.backwardData': ['dy', 'w', 'dx'],
    'conv2d.backwardWeight': ['x', 'dy', 'dw'],
  };
  for (const s of [
    shape([2, 6, 12, 12], [10, 6, 3, 3], { pad: 1 }),
    shape([1, 4, 8, 8], [8, 4, 4, 4], { stride: 2, pad: 1 }),
  ]) {
    for (const family of families)
      for (const variant of candidates(family, s, lanes)) {
        const plan = variant.plan(s, lanes);
        const known = [...names[family.name as keyof typeof names], ...plan.scratch.map((_, i) => `scratch${i}`)];
        for (const step of plan.steps)
          for (const used of Object.values(step.buffers))
            assert.ok(known.includes(used), `${family.name} ${variant.name}: ${used}`);
      }
  }
});
test.run();
