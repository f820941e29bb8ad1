/** Every kernel that multiplies packed matrices against float64: tiles half full, shared sides, transposed results. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { ref } from '../../src/autograd/op.ts';
import { productFamily, type ProductShape } from '../../src/autograd/ops/matmul/families.ts';
import { adapterOf, candidates, preferred } from '../../src/autograd/kernels/plan.ts';
import { runPlan } from '../../src/autograd/kernels/run.ts';
import { sizeOf } from '../../src/autograd/tensor.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { compare } from '../support/check.ts';
import { scoped } from '../support/device.ts';

const plain = { batch: 1, aShared: false, bShared: false, transposed: false };
const shapes: ProductShape[] = [
  { ...plain, m: 3, n: 5, k: 7 },
  { ...plain, m: 65, n: 131, k: 18 },
  { ...plain, m: 130, n: 34, k: 33, transposed: true },
  { m: 9, n: 70, k: 16, batch: 3, aShared: true, bShared: false, transposed: false },
  { m: 66, n: 6, k: 5, batch: 2, aShared: false, bShared: true, transposed: true },
];
for (const s of shapes)
  test(`matmul ${productFamily.key(s)}`, () =>
    scoped(async (session) => {
      const { a: as, b: bs, y: ys } = productFamily.tensors(s);
      const [a, b] = [hashUniform('a', sizeOf(as)), hashUniform('b', sizeOf(bs))];
      const [rowsA, rowsB] = [as[2], bs[2]];
      const product = (sign: (v: number) => number) =>
        ref(ys, (i) => {
          const at = Math.floor(i / (s.m * s.n));
          const r = i % (s.m * s.n);
          const [m, n] = s.transposed ? [r % s.m, Math.floor(r / s.m)] : [Math.floor(r / s.n), r % s.n];
          let sum = 0;
          for (let k = 0; k < s.k; k++)
            sum += sign(
              a[((s.aShared ? 0 : at) * s.k + k) * rowsA + m] * b[((s.bShared ? 0 : at) * s.k + k) * rowsB + n],
            );
          return sum;
        });
      const adapter = adapterOf(session);
      const fitting = candidates(productFamily, s, adapter);
      assert.equal(
        fitting.map((v) => v.name),
        ['tile128', 'tile64', 'generic'],
      );
      for (const variant of fitting) {
        const [got] = await session.compute(() => {
          const y = session.temporary(ys, 'y');
          runPlan(session, variant.plan(s, adapter), {
            a: session.lasting(as, 'a', a),
            b: session.lasting(bs, 'b', b),
            y,
          });
          return [y];
        });
        compare(
          `matmul ${variant.name} (${productFamily.key(s)})`,
          got,
          product((v) => v),
          product(Math.abs),
          s.k,
        );
      }
    }));

test('large products on GPUs go in large tiles; software adapters keep to registers', () => {
  const gpu = { subgroups: true, subgroupSize: 32, software: false };
  assert.is(preferred(productFamily, { ...plain, m: 4096, n: 4096, k: 4096 }, gpu).name, 'tile128');
  assert.is(preferred(productFamily, { ...plain, m: 256, n: 256, k: 64 }, gpu).name, 'tile64');
  assert.is(preferred(productFamily, { ...plain, m: 8, n: 4096, k: 64 }, gpu).name, 'generic');
  assert.is(
    preferred(productFamily, { ...plain, m: 4096, n: 4096, k: 4096 }, { ...gpu, software: true }).name,
    'generic',
  );
});
test.run();
