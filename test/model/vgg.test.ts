/**
 * VGG-19's features and their gradient towards the image against PyTorch, on small networks; the loader's refusals;
 * coherence.
 */

import * as assert from 'uvu/assert';
import { add, mul } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { sumAll } from '../../src/autograd/ops/reduce/sum.ts';
import { gradients } from '../../src/autograd/tape.ts';
import { type Shape, sizeOf, type Tensor } from '../../src/autograd/tensor.ts';
import { isUserError } from '../../src/data/errors.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { isVggWeight, type VggLayer, vggFromWeights } from '../../src/model/networks/vgg.ts';
import { scoped } from '../support/device.ts';
import { checkSummary, golden, summary } from '../support/golden.ts';
import { test } from '../support/suite.ts';

type Weights = Map<string, { shape: Shape; data: Float32Array }>;
const blocks = [[0, 2], [5, 7], [10, 12, 14, 16], [19, 21, 23, 25], [28]];

/** The weights of test/goldens/make/make_vgg.py. */
function hashWeights(widths: readonly number[]): Weights {
  const out: Weights = new Map();
  let channels = 3;
  for (const [b, width] of widths.entries()) {
    for (const n of b === widths.length - 1 ? blocks[b].slice(0, 1) : blocks[b]) {
      const shape = [width, channels, 3, 3];
      const deviation = Math.sqrt(3 / ((channels * 9) / 2));
      out.set(`features.${n}.weight`, {
        shape,
        data: Float32Array.from(hashUniform(`features.${n}.weight`, sizeOf(shape)), (v) => v * deviation),
      });
      out.set(`features.${n}.bias`, {
        shape: [width],
        data: Float32Array.from(hashUniform(`features.${n}.bias`, width), (v) => 0.1 * v),
      });
      channels = width;
    }
  }
  return out;
}

interface GoldenCase {
  name: string;
  widths: number[];
  height: number;
  width: number;
  tensors: Record<string, { shape: number[]; summary: number[] }>;
}
for (const c of golden<{ cases: GoldenCase[] }>('vgg.json').cases) {
  test(`VGG against PyTorch: ${c.name}`, () =>
    scoped(async (session) => {
      const layers = Object.keys(c.tensors).filter((k) => k !== 'image') as VggLayer[];
      const vgg = vggFromWeights(session, hashWeights(c.widths), 'hash', layers.at(-1));
      const image = session.lasting(
        [1, 3, c.height, c.width],
        'image',
        hashUniform(`vgg/${c.name}`, 3 * c.height * c.width),
      );
      image.requiresGrad = true;
      let made: Tensor[] = [];
      const read = await session.compute(() => {
        made = vgg.features(image, layers);
        const loss = made
          .map((y, i) => sumAll(mul(y, session.lasting(y.shape, 'loss', hashUniform(`loss/${layers[i]}`, y.size)))))
          .reduce((a, b) => add(a, b));
        return [...made, ...gradients(loss, [image])];
      });
      for (const [i, k] of layers.entries()) {
        assert.equal([...made[i].shape], c.tensors[k].shape);
        checkSummary(k, summary(k, read[i]), c.tensors[k].summary);
      }
      checkSummary('image gradient', summary('image', read[layers.length]), c.tensors.image.summary);
    }));
}

test('VGG: weight files that do not fit are refused by tensor', () =>
  scoped(async (session) => {
    const control = hashWeights([4, 6, 8, 8, 5]);
    const refused = (change: (w: Weights) => void, pattern: RegExp): void => {
      const weights = new Map(control);
      change(weights);
      let error: unknown;
      try {
        vggFromWeights(session, weights, 'my.pth');
      } catch (e) {
        error = e;
      }
      assert.ok(isUserError(error), String(error));
      assert.match((error as Error).message, pattern);
    };
    refused(
      (w) => w.clear(),
      /^my\.pth: the tensor 'features\.0\.weight' \[64, 3, 3, 3\] is missing: .*torchvision.*vgg19-dcbb9e9d\.pth/,
    );
    refused((w) => w.delete('features.10.bias'), /'features\.10\.bias' \[8\] is missing/);
    refused(
      (w) => w.set('features.5.weight', { shape: [6, 3, 3, 3], data: new Float32Array(162) }),
      /'features\.5\.weight' is \[6,3,3,3\], \[128, 4, 3, 3\] is expected/,
    );
    refused(
      (w) => w.set('features.2.bias', { shape: [5], data: new Float32Array(5) }),
      /'features\.2\.bias' is \[5\], \[4\] is expected/,
    );
    refused(
      (w) => w.set('features.2.bias', { shape: [4], data: Float32Array.of(0, NaN, 0, 0) }),
      /value 1 of the tensor 'features\.2\.bias' is NaN/,
    );
    const shallow = vggFromWeights(session, control, 'x', 'relu2_1');
    const image = session.lasting([1, 3, 8, 8], 'image');
    assert.throws(() => shallow.features(image, ['relu3_1']), /relu3_1 is wanted, but only layers up to relu2_1/);
    assert.equal([...control.keys()].filter((n) => isVggWeight(n, 'relu2_1')).length, 6);
    assert.not(isVggWeight('classifier.0.weight'));
  }));

test.run();
