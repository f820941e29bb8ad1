/**
 * Every variant of the convolution families that fits this adapter, not only the one that is chosen, against float64.
 */
import { test } from '../support/suite.ts';
import { ref, type Ref } from '../../src/autograd/op.ts';
import { backwardDataFamily, backwardWeightFamily, forwardFamily } from '../../src/autograd/ops/conv2d/families.ts';
import { conv2dOp, convInput, convWeight } from '../../src/autograd/ops/conv2d/conv2d.ts';
import { geometry, type ConvAttrs, type ConvShape } from '../../src/autograd/ops/conv2d/shape.ts';
import { adapterOf, candidates, lanes, type Family } from '../../src/autograd/kernels/plan.ts';
import { runPlan } from '../../src/autograd/kernels/run.ts';
import { sizeOf, type Shape } from '../../src/autograd/tensor.ts';
import { hashUniform } from '../../src/engine/random.ts';
import * as assert from 'uvu/assert';
import { compare } from '../support/check.ts';
import { scoped } from '../support/device.ts';

interface Layer {
  name: string;
  x: Shape;
  w: Shape;
  a?: Partial<ConvAttrs>;
  bias?: boolean;
}
/** Odd sizes around the tiles' sides, and one of each kind of layer that the networks have. */
const layers: Layer[] = [
  { name: '3x3', x: [2, 5, 9, 12], w: [9, 5, 3, 3], a: { pad: 1 }, bias: true },
  { name: '3x3 reflect, odd height', x: [1, 6, 7, 8], w: [10, 6, 3, 3], a: { pad: 1, padMode: 'reflect' } },
  { name: 'tiles half full', x: [1, 33, 6, 7], w: [35, 33, 3, 3], a: { pad: 1 }, bias: true },
  { name: 'more than a tile', x: [1, 9, 12, 11], w: [132, 9, 3, 3], a: { pad: 1, padMode: 'reflect' } },
  { name: 'more than a tile of inputs', x: [1, 130, 9, 15], w: [4, 130, 1, 1], bias: true },
  { name: '1x1', x: [2, 20, 6, 10], w: [7, 20, 1, 1] },
  { name: '1x1 of a larger map', x: [1, 19, 12, 16], w: [37, 19, 1, 1], bias: true },
  { name: '4x4 stride 2', x: [1, 10, 8, 16], w: [12, 10, 4, 4], a: { stride: 2, pad: 1 }, bias: true },
  { name: '3x3 stride 2, odd', x: [2, 5, 9, 11], w: [6, 5, 3, 3], a: { stride: 2, pad: 1 }, bias: true },
  { name: '3x3 stride 2 of an image', x: [2, 3, 8, 16], w: [9, 3, 3, 3], a: { stride: 2, pad: 1 }, bias: true },
  { name: '1x1 stride 3, phases without taps', x: [1, 4, 7, 8], w: [5, 4, 1, 1], a: { stride: 3 } },
  { name: '2x3 stride 2 reflect', x: [1, 4, 6, 9], w: [5, 4, 2, 3], a: { stride: 2, pad: 2, padMode: 'reflect' } },
  { name: 'dilation 4', x: [1, 3, 12, 8], w: [9, 3, 3, 3], a: { dilation: 4, pad: 4 } },
  { name: 'dilation and stride', x: [1, 3, 11, 9], w: [4, 3, 3, 3], a: { dilation: 2, stride: 2, pad: 2 } },
  { name: '7x7', x: [1, 3, 8, 12], w: [9, 3, 7, 7], a: { pad: 3, padMode: 'reflect' } },
  { name: '7x7 of an image', x: [2, 4, 5, 8], w: [17, 4, 7, 7], a: { pad: 3 } },
  { name: '7x7 of one channel, reflect', x: [1, 1, 5, 8], w: [5, 1, 7, 7], a: { pad: 3, padMode: 'reflect' } },
  { name: 'many channels, reflect, odd', x: [2, 32, 5, 6], w: [34, 32, 3, 3], a: { pad: 1, padMode: 'reflect' } },
  { name: 'many channels, no padding', x: [1, 34, 6, 5], w: [32, 34, 3, 3], bias: true },
  { name: 'many channels, padding 2', x: [1, 32, 3, 4], w: [33, 32, 3, 3], a: { pad: 2 } },
  { name: 'a batch of small maps', x: [5, 9, 4, 4], w: [10, 9, 3, 3], a: { pad: 1 }, bias: true },
  { name: 'a batch of small maps, reflect', x: [7, 5, 4, 8], w: [9, 5, 3, 3], a: { pad: 1, padMode: 'reflect' } },
  { name: 'one small map, reflect', x: [1, 9, 2, 8], w: [10, 9, 3, 3], a: { pad: 1, padMode: 'reflect' } },
  { name: 'a batch of small maps, stride 2', x: [5, 9, 8, 8], w: [18, 9, 4, 4], a: { stride: 2, pad: 1 }, bias: true },
  { name: 'deep and small', x: [1, 64, 4, 4], w: [40, 64, 3, 3], a: { pad: 1 }, bias: true },
];
const tested = new Set<string>();

interface Direction {
  family: Family<ConvShape>;
  names: string[];
  op: typeof conv2dOp | typeof convInput | typeof convWeight;
}
const directions: Direction[] = [
  { family: forwardFamily, names: ['x', 'w', 'y'], op: conv2dOp },
  { family: backwardDataFamily, names: ['dy', 'w', 'dx'], op: convInput },
  { family: backwardWeightFamily, names: ['x', 'dy', 'dw'], op: convWeight },
];

for (const { family, names, op } of directions)
  for (const l of layers)
    test(`${family.name}, ${l.name}`, () =>
      scoped(async (session) => {
        const conv: ConvAttrs = { stride: 1, dilation: 1, pad: 0, padMode: 'zero', ...l.a };
        const g = geometry('test', l.x, l.w, conv);
        // A transposed convolution with a bias exists for zero padding only.
        const bias =
          Boolean(l.bias) &&
          family !== backwardWeightFamily &&
          !(family === backwardDataFamily && conv.padMode === 'reflect');
        const shape: ConvShape = { ...g, bias };
        const attrs = { ...conv, h: g.h, w: g.w, kh: g.kh, kw: g.kw } as never;
        const shapes: Record<string, Shape> = {
          x: l.x,
          w: l.w,
          y: [g.n, g.co, g.ho, g.wo],
          dy: [g.n, g.co, g.ho, g.wo],
          dx: l.x,
          dw: l.w,
        };
        const inputs: Ref[] = [
          ...names.slice(0, 2).map((n) => shapes[n]),
          ...(bias ? [[family === forwardFamily ? g.co : g.ci]] : []),
        ].map((s, i) => {
          const values = hashUniform(`${l.name}/${i}`, sizeOf(s));
          return ref(s, (k) => values[k]);
        });
        const reference = op.spec.reference(inputs, attrs);
        const size = op.spec.magnitude!(inputs, attrs);
        const terms = op.spec.terms!(
          inputs.map((r) => r.shape),
          attrs,
        );
        for (const variant of candidates(family, shape, adapterOf(session))) {
          const [got] = await session.compute(() => {
            const [p, q, b] = inputs.map((r, i) => session.lasting(r.shape, `input${i}`, r.data));
            const out = session.temporary(reference.shape, 'out');
            runPlan(session, variant.plan(shape, adapterOf(session)), {
              [names[0]]: p,
              [names[1]]: q,
              [names[2]]: out,
              ...(b ? { bias: b } : {}),
            });
            return [out];
          });
          compare(`${family.name} ${variant.name} (${l.name})`, got, reference, size, terms);
          tested.add(`${family.name} ${variant.name}`);
        }
      }));

test('no variant that can run here went untested', () =>
  scoped(async (session) => {
    const all = lanes(adapterOf(session));
    for (const { family } of directions)
      for (const v of family.variants) {
        if (all || /^(tile|winograd|generic)/.test(v.name))
          assert.ok(tested.has(`${family.name} ${v.name}`), `${family.name} ${v.name}`);
      }
  }));
test.run();
