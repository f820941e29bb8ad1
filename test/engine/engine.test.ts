/** The engine: planning, replay, checks at the call, errors as what they are, gradients of gradients, flat memory. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import scaleKernel from '../../src/shaders/pointwise/unary.wgsl';
import { packParams, inspectKernel, originOf, PipelineCache } from '../../src/engine/kernel.ts';
import { planMemory } from '../../src/engine/memory/plan.ts';
import { Storage } from '../../src/engine/memory/storage.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { addBias } from '../../src/autograd/ops/pointwise/bias.ts';
import { conv2d } from '../../src/autograd/ops/conv2d/conv2d.ts';
import { samples } from '../../src/autograd/ops/copy/copy.ts';
import { normalize } from '../../src/autograd/ops/norm/normalize.ts';
import { add, affine, leakyRelu, mul, sqrt, square } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { meanAll } from '../../src/autograd/ops/loss/meanError.ts';
import { sum, sumAll } from '../../src/autograd/ops/reduce/sum.ts';
import { resizeBilinear } from '../../src/autograd/ops/spatial/resize.ts';
import { gradients, detach } from '../../src/autograd/tape.ts';
import { op, ref } from '../../src/autograd/op.ts';
import { Parameters } from '../../src/autograd/parameters.ts';
import type { Tensor } from '../../src/autograd/tensor.ts';
import { Session } from '../../src/autograd/session.ts';
import { scoped } from '../support/device.ts';

const step = (name: string): Storage => new Storage(1024, name);
const call = (read: Record<string, Storage>, write: Record<string, Storage>) => ({
  read,
  write,
  module: { name: 'k' } as WgslModule,
});

test('storages whose lifetimes do not meet share memory; live ones never do', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(step);
  const plan = planMemory([call({}, { a }), call({ a }, { b }), call({ b }, { c }), call({ c }, { d })]);
  assert.is(plan.bins.length, 2);
  assert.is(plan.unplanned, 4096);
  assert.is.not(plan.assignment.get(a), plan.assignment.get(b));
  assert.is(plan.assignment.get(a), plan.assignment.get(c));
});
test('reading before writing is an error that names the storage', () => {
  assert.throws(() => planMemory([call({ x: step('ghost') }, { y: step('y') })]), /ghost/);
});
test('a kept storage shares with nobody', () => {
  const [a, b] = ['a', 'b'].map(step);
  a.kept = true;
  const plan = planMemory([call({}, { a }), call({}, { b })]);
  assert.is(plan.assignment.get(a), -1);
});

test('params must fit the struct', () => {
  const { fields } = inspectKernel(scaleKernel);
  assert.throws(() => packParams(scaleKernel, fields, { n4: 1, a: 1 }), /params\.b/);
  assert.throws(() => packParams(scaleKernel, fields, { n4: 1, a: 1, b: 0, c: 0 }), /no field c/);
});
test('a call that disagrees with the WGSL fails by name', () =>
  scoped(async (s) => {
    const x = s.lasting([4], 'x');
    const y = s.lasting([4], 'y');
    const params = { n4: 1, a: 1, b: 0 };
    await rejects(
      s.record(() => s.run(scaleKernel, { read: { z: x }, write: { y }, params, groups: [1] })),
      /binding x/,
    );
    await rejects(
      s.record(() => s.run(scaleKernel, { read: { x, y }, write: { y }, params, groups: [1] })),
      /gives y to read/,
    );
    await rejects(
      s.record(() => s.run(scaleKernel, { read: { x }, write: { y }, params, groups: [0] })),
      /workgroups/,
    );
    await rejects(
      s.record(() => s.run(scaleKernel, { read: { x }, write: { y }, params, constants: { NO: 1 }, groups: [1] })),
      /no override constant NO/,
    );
  }));
async function rejects(p: Promise<unknown>, pattern: RegExp): Promise<void> {
  let message = '';
  try {
    await p;
  } catch (error) {
    message = (error as Error).message;
  }
  assert.match(message, pattern);
}

test('a compile error names file and line', () =>
  scoped(async (s) => {
    const module: WgslModule = {
      name: 'bad',
      source: '// one\nfn f() -> f32 { return x; }\n@compute @workgroup_size(1) fn main() {}',
      origin: [[1, 'lib.wgsl', 41]],
    };
    assert.is(originOf(module, 2), 'lib.wgsl:42');
    await rejects(new PipelineCache(s.device).get(module), /lib\.wgsl:42: /);
  }));

test('a program replays with new inputs', () =>
  scoped(async (s) => {
    const x = s.lasting([3], 'x');
    let y!: Tensor;
    const program = await s.record(() => {
      y = s.keep(affine(x, 2, 1));
    });
    for (const values of [
      [1, 2, 3],
      [-1, 0, 5],
    ]) {
      s.write(x, values);
      program.run();
      assert.equal(
        [...(await s.read([y]))[0]],
        values.map((v) => 2 * v + 1),
      );
    }
    program.destroy();
  }));

test('a missing gradient names the op; a declared one is silent; an idle target is an error', () =>
  scoped(async (s) => {
    const half = op<object>({
      name: 'halfDone',
      shape: ([a]) => a,
      forward: (_s, [x], y) => {
        s.run(scaleKernel, { read: { x }, write: { y }, params: { n4: 1, a: 1, b: 0 }, groups: [1] });
      },
      backward: () => [undefined],
      reference: ([x]) => ref(x.shape, (i) => x.data[i]),
      cases: [],
    });
    const x = s.lasting([2], 'x', [1, 2]);
    const other = s.lasting([2], 'other', [1, 2]);
    x.requiresGrad = other.requiresGrad = true;
    await rejects(
      s.compute(() => gradients(sumAll(half([x], {})), [x])),
      /halfDone: no gradient rule for argument 0/,
    );
    await rejects(
      s.compute(() => gradients(sumAll(square(x)), [other])),
      /other does not influence the loss/,
    );
    await rejects(
      s.compute(() => gradients(sumAll(detach(square(x))), [x])),
      /does not influence/,
    );
  }));

/** |d critic / d x| for a critic of conv, norm, LeakyReLU: what a WGAN gradient penalty differentiates again. */
test('gradient penalty: gradients of gradients through conv, norm and LeakyReLU', () =>
  scoped(async (s) => {
    const make = (name: string, shape: number[]): Tensor => {
      const t = s.lasting(
        shape,
        name,
        hashUniform(
          name,
          shape.reduce((a, b) => a * b),
        ),
      );
      t.requiresGrad = true;
      return t;
    };
    const x0 = hashUniform('gp.x', 2 * 3 * 6 * 7);
    const w2 = make('gp.w2', [1, 4, 3, 3]);
    const gamma = make('gp.gamma', [4]);
    const beta = make('gp.beta', [4]);
    const w0 = hashUniform('gp.w1', 4 * 3 * 3 * 3);
    const penalty = (w1: Tensor): Tensor => {
      const x = s.lasting([2, 3, 6, 7], 'gp.x', x0);
      x.requiresGrad = true;
      const h = leakyRelu(normalize(conv2d(x, w1, null, { pad: 1 }), gamma, beta).y);
      const critic = sumAll(conv2d(h, w2));
      const [g] = gradients(critic, [x], { twice: true });
      const norm = sqrt(affine(sum([square(g)], { axes: [1, 2, 3] }), 1, 1e-12));
      return meanAll(square(affine(norm, 1, -1)));
    };
    const w1 = make('gp.w1', [4, 3, 3, 3]);
    const [loss, ...grads] = await s.compute(() => {
      const l = penalty(w1);
      return [l, ...gradients(l, [w1, w2, gamma])];
    });
    assert.ok(loss[0] > 0);
    // Against the directional derivative of the penalty itself, in f32: the step is large enough to rise above
    // rounding.
    for (let probe = 0; probe < 3; probe++) {
      const v = hashUniform(`gp.v${probe}`, w0.length);
      const e = 2e-3;
      const at = async (sign: number): Promise<number> =>
        (
          await s.compute(() => [
            penalty(
              s.lasting(
                [4, 3, 3, 3],
                'w',
                w0.map((w, i) => w + sign * e * v[i]),
              ),
            ),
          ])
        )[0][0];
      const expected = ((await at(1)) - (await at(-1))) / (2 * e);
      const gradient = grads[0] as Float32Array;
      const got = gradient.reduce((a, g, i) => a + g * v[i], 0);
      const size = Math.abs(expected) + Math.sqrt(gradient.reduce((a, g) => a + g * g, 0));
      assert.ok(Math.abs(got - expected) < 0.01 * size, `probe ${probe}: ${got} against ${expected}`);
    }
  }));

test('a gradient that reaches some samples goes back through those alone, and says the same', () =>
  scoped(async (s) => {
    const make = (name: string, shape: number[]): Tensor => {
      const t = s.lasting(
        shape,
        name,
        hashUniform(
          `some.${name}`,
          shape.reduce((a, b) => a * b),
        ),
      );
      t.requiresGrad = true;
      return t;
    };
    const [x, w, w2, bias] = [
      make('x', [3, 8, 8, 8]),
      make('w', [32, 8, 3, 3]),
      make('w2', [32, 32, 1, 1]),
      make('bias', [32]),
    ];
    const network = (batch: Tensor): Tensor => {
      const h = normalize(conv2d(batch, w, null, { pad: 1 }), null, null, { slope: 0.2 }).y;
      return add(resizeBilinear(h, 16, 16), resizeBilinear(addBias(conv2d(h, w2), bias, { slope: 0.2 }), 16, 16));
    };
    const shapes: number[][] = [];
    const run = (from: number, to: number, direct: boolean): Promise<(Float32Array | Uint32Array)[]> =>
      s.compute(() => {
        const loss = sumAll(square(direct ? network(samples(x, from, to)) : samples(network(x), from, to)));
        const at = s.calls.length;
        const grads = gradients(loss, [x, w, w2, bias]);
        if (!direct)
          shapes.push(
            s.calls
              .slice(at)
              .filter((c) => c.module.name.startsWith('norm.backward'))
              .map((c) => c.read.dy.bytes),
          );
        return grads;
      });
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [1, 3],
    ]) {
      const [got, want] = [await run(from, to, false), await run(from, to, true)];
      for (const [k, g] of got.entries())
        for (const [i, v] of g.entries())
          assert.ok(
            Math.abs(v - want[k][i]) <= 1e-4 * (1 + Math.abs(want[k][i])),
            `samples ${from} to ${to}, gradient ${k}[${i}]: ${v}, alone ${want[k][i]}`,
          );
    }
    assert.equal(
      shapes,
      [1, 1, 2].map((n) => [n * 32 * 64 * 4]),
      'bytes of gradient that normalization is given',
    );
  }));

test('memory is flat over 300 steps, and a step repeats to the bit', () =>
  scoped(async (s) => {
    const run = async (): Promise<Float32Array> => {
      const p = new Parameters(
        s,
        'flat',
        [
          {
            name: 'w',
            shape: [8, 3, 3, 3],
            init: hashUniform('flat.w', 216),
            spectral: { kind: 'conv', u: hashUniform('flat.u', 8) },
          },
        ],
        { beta1: 0, beta2: 0.9, eps: 1e-8 },
      );
      const x = s.lasting([1, 3, 12, 12], 'x', hashUniform('flat.x', 432));
      const program = await s.record(() => {
        p.prepare();
        const y = conv2d(x, p.get('w'), null, { pad: 1 });
        p.backward(meanAll(square(add(y, mul(y, y)))));
        p.update();
      });
      const before = [s.memory.bytes, s.memory.created, s.pipelines.size];
      for (let i = 0; i < 300; i++) {
        p.advance(0.01);
        program.run();
      }
      await s.idle();
      assert.equal([s.memory.bytes, s.memory.created, s.pipelines.size], before);
      const state = await p.state();
      program.destroy();
      return state.get('w')!.data;
    };
    assert.equal(await run(), await run());
  }));

test('a device that is gone says so', async () => {
  const { openNodeDevice } = await import('../../src/node/gpu.ts');
  const s = new Session(await openNodeDevice());
  const x = s.lasting([4], 'x', [1, 2, 3, 4]);
  const program = await s.record(() => {
    s.keep(square(x));
  });
  s.device.gpu.destroy();
  await s.device.gpu.lost;
  await new Promise((r) => setTimeout(r, 10));
  assert.throws(() => program.run(), /lost/);
});
test('an impossible buffer is refused with its name and size', () =>
  scoped(async (s) => {
    assert.throws(() => s.memory.buffer(2 ** 45, 0x80, 'giant'), /giant needs/);
  }));
test.run();
