/** What the ops' own cases cannot show: gradients of gradients, new random numbers on replay, losses, refusals. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { ref, type Ref } from '../../src/autograd/op.ts';
import type { AnyOp } from '../../src/autograd/ops/index.ts';
import { biasOp } from '../../src/autograd/ops/pointwise/bias.ts';
import { featureDifferenceOp } from '../../src/autograd/ops/loss/featureDifference.ts';
import { crossEntropy } from '../../src/autograd/ops/loss/crossEntropy.ts';
import { dropout } from '../../src/autograd/ops/noise/dropout.ts';
import * as losses from '../../src/autograd/functional/losses.ts';
import { concat, samples } from '../../src/autograd/ops/copy/copy.ts';
import { matmulOp } from '../../src/autograd/ops/matmul/matmul.ts';
import { meanErrorOp } from '../../src/autograd/ops/loss/meanError.ts';
import { normalizeOp } from '../../src/autograd/ops/norm/normalize.ts';
import { gaussianNoise, newCounter, uniformNoise } from '../../src/autograd/ops/noise/noise.ts';
import { add, affine, mul, square } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { averagePoolOp, globalAveragePool, maxPoolOp } from '../../src/autograd/ops/spatial/pool.ts';
import { joinOp } from '../../src/autograd/ops/copy/ranges.ts';
import { sum, sumAll } from '../../src/autograd/ops/reduce/sum.ts';
import { reflectPad, reflectPadOp } from '../../src/autograd/ops/spatial/reflectPad.ts';
import { resizeOp } from '../../src/autograd/ops/spatial/resize.ts';
import { logSoftmax, softmax } from '../../src/autograd/functional/softmax.ts';
import { weightedSumOp } from '../../src/autograd/ops/loss/weightedSum.ts';
import { warp } from '../../src/autograd/ops/spatial/warp.ts';
import { gradients } from '../../src/autograd/tape.ts';
import type { Shape, Tensor } from '../../src/autograd/tensor.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { caseInputs, checkBackward, checkForward, type AnyCase } from '../support/check.ts';
import { scoped } from '../support/device.ts';

/** A composition of ops under the harness of the ops: a function of tensors and its float64 reference. */
const composed = (
  name: string,
  f: (x: readonly Tensor[]) => Tensor,
  reference: (x: readonly Ref[]) => Ref,
  terms: number,
): AnyOp =>
  Object.assign((x: readonly Tensor[]) => f(x), {
    spec: {
      name,
      shape: ([s]: readonly Shape[]) => s,
      forward: () => {},
      backward: null,
      reference,
      terms: () => terms,
      cases: [],
    },
    full: () => {
      throw new Error('unused');
    },
  }) as AnyOp;
const check = async (op: AnyOp, c: AnyCase): Promise<void> => {
  await checkForward(op, c);
  await checkBackward(op, c);
};

/**
 * d/dx sum(op(x)^2) with respect to the first input, as an op of its own: its gradient is a second derivative of op.
 */
function squaredGradient(op: AnyOp, attrs: unknown): AnyOp {
  const loss = (x: readonly Ref[]): number => op.spec.reference(x, attrs).data.reduce((s, v) => s + v * v, 0);
  return composed(
    `${op.spec.name}, twice`,
    (x) => {
      for (const t of x) if (t.dtype === 'f32') t.requiresGrad = true;
      return gradients(sumAll(square(op(x, attrs))), [x[0]], { twice: true })[0];
    },
    (x) =>
      ref(x[0].shape, (i) => {
        // The loss is a square of something linear near x, so a central difference has no truncation error.
        const at = (e: number): number =>
          loss([{ shape: x[0].shape, data: x[0].data.map((v, j) => (j === i ? v + e : v)) }, ...x.slice(1)]);
        return (at(1e-3) - at(-1e-3)) / 2e-3;
      }),
    64,
  );
}
/**
 * Planes large enough that several invocations share one where subgroups have 16 lanes (planes.ts), of a number that
 * fills no workgroup.
 */
const sharedPlanes: readonly (readonly [AnyOp, unknown, AnyCase['inputs']])[] = [
  [
    normalizeOp,
    { eps: 1e-5, slope: 0.2 },
    [{ shape: [2, 5, 32, 32], make: (u) => u + 3 }, { shape: [5] }, { shape: [5], make: (u) => u + 5 * Math.sign(u) }],
  ],
  [normalizeOp, { eps: 1e-5, slope: 1 }, [{ shape: [2, 3, 32, 36] }]],
  [biasOp, { slope: 0.2 }, [{ shape: [2, 5, 32, 32] }, { shape: [5], make: (u) => u + 1.5 * Math.sign(u) }]],
  [sum, { axes: [0, 2, 3] }, [{ shape: [2, 5, 32, 32] }]],
];
for (const [op, attrs, inputs] of sharedPlanes)
  test(`${op.spec.name}, planes that invocations share`, () =>
    check(op, { name: `planes ${inputs[0].shape}`, attrs, inputs }));

const apart = (_u: number, i: number): number => ((i * 1009) % 1511) / 100 - 7;
const twice: readonly (readonly [AnyOp, unknown, AnyCase['inputs']])[] = [
  [resizeOp, { height: 7, width: 3, mode: 'areas' }, [{ shape: [1, 2, 4, 5] }]],
  [resizeOp, { height: 6, width: 8, mode: 'corners' }, [{ shape: [1, 1, 3, 4] }]],
  [resizeOp, { height: 2, width: 9, mode: 'nearest' }, [{ shape: [1, 1, 3, 4] }]],
  [reflectPadOp, { top: 1, bottom: 2, left: 2, right: 0 }, [{ shape: [1, 2, 3, 4] }]],
  [averagePoolOp, { kernel: 3, stride: 2, pad: 1 }, [{ shape: [1, 2, 5, 4] }]],
  [maxPoolOp, { kernel: 3, stride: 2, pad: 1 }, [{ shape: [1, 2, 5, 4], make: apart }]],
  [matmulOp, { ta: false, tb: true }, [{ shape: [2, 3, 5] }, { shape: [4, 5] }]],
];
for (const [op, attrs, inputs] of twice) {
  test(`gradient of the gradient: ${op.spec.name} ${JSON.stringify(attrs)}`, () =>
    check(squaredGradient(op, attrs), { name: 'squares', inputs, attrs }));
}

const softmaxOf = (x: Ref, finish: (values: number[], k: number) => number): Ref => {
  const [, c, h, w] = x.shape;
  return ref(x.shape, (i) => {
    const base = Math.floor(i / (c * h * w)) * c * h * w + (i % (h * w));
    const logits = Array.from({ length: c }, (_, k) => x.data[base + k * h * w]);
    const top = Math.max(...logits);
    const total = top + Math.log(logits.reduce((s, v) => s + Math.exp(v - top), 0));
    return finish(
      logits.map((v) => v - total),
      Math.floor(i / (h * w)) % c,
    );
  });
};
const logits: AnyCase = { name: 'channels', inputs: [{ shape: [2, 5, 3, 2], make: (u) => 4 * u }], attrs: {} };
test('logSoftmax', () =>
  check(
    composed(
      'logSoftmax',
      ([x]) => logSoftmax(x),
      ([x]) => softmaxOf(x, (y, k) => y[k]),
      16,
    ),
    logits,
  ));
test('softmax', () =>
  check(
    composed(
      'softmax',
      ([x]) => softmax(x),
      ([x]) => softmaxOf(x, (y, k) => Math.exp(y[k])),
      64,
    ),
    logits,
  ));
test('gradient of the gradient: logSoftmax', () =>
  check(
    composed(
      'logSoftmax, twice',
      ([x]) => {
        x.requiresGrad = true;
        return gradients(sumAll(square(logSoftmax(x))), [x], { twice: true })[0];
      },
      ([x]) => softmaxOf(x, (y, k) => 2 * y[k] - Math.exp(y[k]) * y.reduce((s, v) => s + 2 * v, 0)),
      256,
    ),
    logits,
  ));

test('crossEntropy names itself when it is differentiated twice', () =>
  scoped(async (s) => {
    const x = s.lasting([1, 2, 2, 2], 'x', hashUniform('x', 8));
    x.requiresGrad = true;
    const labels = s.lasting([1, 2, 2], 'labels', [0, 1, 1, 0], 'u32');
    let message = '';
    try {
      await s.record(() => {
        gradients(crossEntropy(x, labels), [x], { twice: true });
      });
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /^crossEntropy: /);
  }));

const meanOf = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const varianceOf = (x: ArrayLike<number>): number => {
  const m = meanOf(x);
  return Array.from(x).reduce((s, v) => s + (v - m) ** 2, 0) / x.length;
};

test('dropout: right share, same mask backward, a new mask on replay', () =>
  scoped(async (s) => {
    const n = 40000;
    const p = 0.3;
    const counter = newCounter(s, 11);
    const x = s.lasting([n], 'x', new Float32Array(n).fill(1));
    x.requiresGrad = true;
    let results: Tensor[] = [];
    const program = await s.record(() => {
      const y = dropout(x, counter, p, 5);
      results = [y, gradients(sumAll(y), [x])[0], dropout(x, counter, p, 6)].map((t) => s.keep(t));
    });
    const masks: number[][] = [];
    for (const step of [0, 1, 0]) {
      s.write(counter, [11, step, 0, 0]);
      program.run();
      const [y, g, other] = await s.read(results);
      assert.equal([...g], [...y], 'the gradient of a sum is the mask itself');
      const kept = y.filter((v) => v !== 0);
      // Six standard deviations of a binomial share.
      assert.ok(Math.abs(kept.length / n - (1 - p)) < 6 * Math.sqrt((p * (1 - p)) / n), `kept ${kept.length} of ${n}`);
      assert.ok(kept.every((v) => v === Math.fround(1 / (1 - p))));
      assert.not.equal([...other], [...y], 'another stream, another mask');
      masks.push([...y]);
    }
    assert.not.equal(masks[0], masks[1], 'a new step, a new mask');
    assert.equal(masks[0], masks[2], 'the same step, the same mask');
    program.destroy();
  }));

test('noise has the moments of its distribution', () =>
  scoped(async (s) => {
    const n = 100001;
    const counter = newCounter(s, 3, 4);
    const [u, g] = await s.compute(() => [
      uniformNoise(counter, [n], -1, 3, 1),
      gaussianNoise(counter, [n], 2, 0.5, 2),
    ]);
    const within = (got: number, want: number, sigma: number, what: string): void =>
      assert.ok(Math.abs(got - want) < (6 * sigma) / Math.sqrt(n), `${what}: ${got}, not ${want}`);
    within(meanOf(u), 1, Math.sqrt(16 / 12), 'uniform mean');
    within(varianceOf(u), 16 / 12, Math.sqrt(256 / 180), 'uniform variance');
    assert.ok(u.every((v) => v >= -1 && v < 3));
    within(meanOf(g), 0.5, 2, 'normal mean');
    within(varianceOf(g), 4, 4 * Math.SQRT2, 'normal variance');
    within(meanOf(g.map((v) => ((v - 0.5) / 2) ** 4)), 3, Math.sqrt(96), 'normal fourth moment');
    within(meanOf(g.slice(1).map((v, i) => (v - 0.5) * (g[i] - 0.5))), 0, 4, 'neighbors uncorrelated');
  }));

test('losses are their formulas', () =>
  scoped(async (s) => {
    const [a, b] = ['a', 'b'].map((name) => hashUniform(name, 30).map((v) => 2 * v));
    const rows: readonly (readonly [string, (x: Tensor, y: Tensor) => Tensor, (x: number, y: number) => number])[] = [
      ['l1', losses.l1, (x, y) => Math.abs(x - y)],
      ['mse', losses.mse, (x, y) => (x - y) ** 2],
      ['l1To', (x) => losses.l1To(x, 1), (x) => Math.abs(x - 1)],
      ['leastSquares', (x) => losses.leastSquares(x, 1), (x) => (x - 1) ** 2],
      ['hingeReal', losses.hingeReal, (x) => Math.max(0, 1 - x)],
      ['hingeFake', losses.hingeFake, (x) => Math.max(0, 1 + x)],
      ['hingeGenerator', losses.hingeGenerator, (x) => -x],
      ['logisticReal', losses.logisticReal, (x) => Math.log1p(Math.exp(-x))],
      ['logisticFake', losses.logisticFake, (x) => Math.log1p(Math.exp(x))],
      ['logisticGenerator', losses.logisticGenerator, (x) => Math.log1p(Math.exp(-x))],
    ];
    const got = await s.compute(() => {
      const [x, y] = [a, b].map((d) => s.lasting([1, 2, 3, 5], 'x', d));
      return rows.map(([, f]) => f(x, y));
    });
    for (const [i, [name, , f]] of rows.entries()) {
      assert.is(got[i].length, 1);
      assert.ok(Math.abs(got[i][0] - meanOf(Array.from(a, (x, j) => f(x, b[j])))) < 2e-6, name);
    }
    const [pooled] = await s.compute(() => [globalAveragePool(s.lasting([1, 2, 3, 5], 'x', a))]);
    assert.ok(Math.abs(pooled[1] - meanOf(a.slice(15))) < 1e-6);
  }));

test('shapes that do not fit are refused by name', () =>
  scoped(async (s) => {
    const x = s.lasting([1, 1, 3, 5], 'x');
    const refused = async (step: () => Tensor, message: RegExp): Promise<void> => {
      let text = '';
      try {
        await s.record(() => {
          step();
        });
      } catch (error) {
        text = (error as Error).message;
      }
      assert.match(text, message);
    };
    await refused(() => reflectPad(x, 3), /^reflectPad: pads/);
    await refused(() => warp(x, s.lasting([17], 'map')), /^warp: a map/);
    await refused(() => dropout(x, s.lasting([2], 'counter', [0, 0], 'u32'), 0.5, 0), /^dropout: a counter/);
    await refused(() => maxPoolOp([x], { kernel: 7, stride: 1, pad: 0 }), /^maxPool: a window/);
    await refused(
      () => matmulOp([s.lasting([2, 3], 'a'), s.lasting([2, 3], 'b')], { ta: false, tb: false }),
      /^matmul: /,
    );
  }));
test('normalization, bias and sums as GPUs run them: a workgroup to a plane', () =>
  scoped(async (s) => {
    const { info } = s.device;
    const { software } = info;
    info.software = false;
    try {
      for (const op of [normalizeOp, biasOp, sum] as AnyOp[]) for (const c of op.spec.cases) await check(op, c);
    } finally {
      info.software = software;
    }
  }));

for (const op of [normalizeOp, biasOp, featureDifferenceOp, meanErrorOp, weightedSumOp, joinOp] as AnyOp[])
  test(`${op.spec.name}: the gradient that has gradients is the fused one`, () =>
    scoped(async (s) => {
      for (const c of op.spec.cases) {
        const x = caseInputs(op, c).map((r, i) => s.lasting(r.shape, `${i}`, r.data));
        for (const t of x) t.requiresGrad = true;
        const values = await s.compute(() =>
          [true, false].flatMap((twice) => {
            const y = op(x, c.attrs);
            return gradients(sumAll(mul(y, s.lasting(y.shape, 'u', hashUniform(`${op.spec.name}/twice`, y.size)))), x, {
              twice,
            });
          }),
        );
        for (const [i, t] of x.entries()) {
          const [a, b] = [values[i], values[i + x.length]];
          const top = Array.from(b).reduce((m, v) => Math.max(m, Math.abs(v)), 1e-6);
          for (const [j, v] of a.entries())
            assert.ok(
              Math.abs(v - b[j]) <= 1e-5 * Math.sqrt(t.size) * top,
              `${c.name}, argument ${i}[${j}]: ${v}, fused ${b[j]}`,
            );
        }
      }
    }));

test('parts and joins without copies: samples are views, results go straight into their batch', () =>
  scoped(async (s) => {
    const [a, b] = ['a', 'b'].map((name) => {
      const t = s.lasting([1, 2, 8, 8], name, hashUniform(name, 128));
      t.requiresGrad = true;
      return t;
    });
    const launches = (work: () => void): number => {
      const before = s.calls.length;
      work();
      return s.calls.length - before;
    };
    const counts: number[] = [];
    const [y, da, db] = (await s.compute(() => {
      const [x2, x3] = [affine(a, 2, 0), affine(b, 4, 0)];
      let batch!: Tensor;
      counts.push(
        launches(() => {
          batch = concat([x2, x3], 0);
        }),
      ); // both were computed in this step: placed
      counts.push(
        launches(() => {
          samples(batch, 0, 1);
          samples(batch, 1, 2);
        }),
      );
      counts.push(
        launches(() => {
          concat([samples(batch, 0, 1), samples(batch, 1, 2)], 0);
        }),
      ); // they lie side by side
      counts.push(
        launches(() => {
          concat([a, affine(a, 1, 1)], 0);
        }),
      ); // a lasting tensor is copied, the other placed
      const both = add(square(samples(batch, 0, 1)), samples(batch, 1, 2));
      return [batch, ...gradients(sumAll(both), [a, b])];
    })) as Float32Array[];
    assert.equal(counts, [0, 0, 0, 2]);
    const [va, vb] = ['a', 'b'].map((name) => hashUniform(name, 128));
    assert.equal([...y], [...va.map((v) => 2 * v), ...vb.map((v) => 4 * v)]);
    assert.ok(da.every((g, i) => Math.abs(g - 8 * va[i]) < 1e-5));
    assert.ok(db.every((g) => g === 4));
  }));

test('what one dispatch reads and writes is not placed in one batch', () =>
  scoped(async (s) => {
    const x = s.lasting([1, 1, 8, 8], 'x', hashUniform('x', 64));
    const [y] = await s.compute(() => {
      const one = affine(x, 2, 0);
      const two = affine(one, 2, 0); // reads one, writes two: in one buffer WebGPU would refuse it
      return [concat([one, two], 0)];
    });
    assert.equal([...y], [...hashUniform('x', 64).map((v) => 2 * v), ...hashUniform('x', 64).map((v) => 4 * v)]);
  }));
test.run();
