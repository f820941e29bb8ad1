/**
 * The graph passes: epilogues, batched pairs, partial sums in one launch, constants hoisted. Each leaves the bits as
 * they are, and each can be switched off.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { addBias } from '../../src/autograd/ops/pointwise/bias.ts';
import { backwardDataFamily, forwardFamily } from '../../src/autograd/ops/conv2d/families.ts';
import { forwardReference, inputReference, magnitudeBy } from '../../src/autograd/ops/conv2d/reference.ts';
import { conv2d, convInput } from '../../src/autograd/ops/conv2d/conv2d.ts';
import { geometry, type ConvAttrs } from '../../src/autograd/ops/conv2d/shape.ts';
import { joinOp } from '../../src/autograd/ops/copy/ranges.ts';
import { adapterOf, candidates } from '../../src/autograd/kernels/plan.ts';
import { ref, type Ref } from '../../src/autograd/op.ts';
import { add, mul, scale } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { samples } from '../../src/autograd/ops/copy/copy.ts';
import { meanAll } from '../../src/autograd/ops/loss/meanError.ts';
import { Parameters, type ParameterSpec } from '../../src/autograd/parameters.ts';
import { gradients } from '../../src/autograd/tape.ts';
import { sizeOf, type Shape, type Tensor } from '../../src/autograd/tensor.ts';
import { parsePassNames, passNames, type PassName } from '../../src/autograd/passes/index.ts';
import { Session } from '../../src/autograd/session.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { passesFromEnvironment } from '../../src/node/gpu.ts';
import { compare } from '../support/check.ts';
import { scoped as scopedDevice } from '../support/device.ts';

const input = (s: Session, name: string, shape: Shape): Tensor =>
  s.lasting(shape, name, hashUniform(name, sizeOf(shape)));
const spec = (name: string, shape: Shape): ParameterSpec => ({ name, shape, init: hashUniform(name, sizeOf(shape)) });
const bits = (a: readonly (Float32Array | Uint32Array)[]): string[] =>
  a.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('hex'));

/** A session with all passes but these, whatever SEMIA_DISABLE_PASSES says. */
const without = (s: Session, disabledPasses: readonly PassName[]): Session =>
  new Session(s.device, s.pipelines, { disabledPasses });
const scoped = <T>(body: (s: Session) => Promise<T>): Promise<T> => scopedDevice((s) => body(without(s, [])));

type Ending = 'lrelu' | 'relu' | 'residual' | 'gradient';
interface Fused {
  name: string;
  x: Shape;
  w: Shape;
  a?: Partial<ConvAttrs>;
  ending: Ending;
  /** Variants to try: the subgroup kernels where they run, tiles in few cases: they compile for long on processors. */
  by: string[];
}
const fused: Fused[] = [
  {
    name: '3x3, LeakyReLU',
    x: [2, 6, 6, 12],
    w: [10, 6, 3, 3],
    a: { pad: 1, padMode: 'reflect' },
    ending: 'lrelu',
    by: ['k3', 'tile32'],
  },
  { name: '1x1, ReLU', x: [1, 34, 6, 10], w: [11, 34, 1, 1], ending: 'relu', by: ['k1'] },
  {
    name: 'dilated, ReLU',
    x: [1, 3, 12, 16],
    w: [9, 3, 3, 3],
    a: { dilation: 4, pad: 4 },
    ending: 'relu',
    by: ['dilated'],
  },
  { name: '1x1, residual', x: [2, 9, 8, 8], w: [35, 9, 1, 1], ending: 'residual', by: ['k1'] },
  {
    name: 'long sum, residual',
    x: [1, 130, 4, 4],
    w: [12, 130, 1, 1],
    ending: 'residual',
    by: ['tile32', 'tile32 split'],
  },
  {
    name: '1x1, sum of two gradients',
    x: [2, 35, 8, 8],
    w: [9, 35, 1, 1],
    ending: 'gradient',
    by: ['k1', 'tile32', 'generic'],
  },
];
for (const { name, x, w, a, ending, by } of fused)
  test(`a convolution stores what follows it: ${name}`, () =>
    scoped(async (s) => {
      const attrs: ConvAttrs = { stride: 1, dilation: 1, pad: 0, padMode: 'zero', ...a };
      const g = geometry('test', x, w, attrs);
      const back = ending === 'gradient';
      const y: Shape = [g.n, g.co, g.ho, g.wo];
      const shapes: Shape[] = [back ? y : x, w, [g.co], back ? x : y];
      const names_ = ['from', 'w', 'bias', 'skip'].map((n) => `${name}/${n}`);
      const [from, weight, bias, skip] = shapes.map((shape, i) => input(s, names_[i], shape));
      const values = shapes.map((shape, i): Ref => {
        const v = hashUniform(names_[i], sizeOf(shape));
        return ref(shape, (k) => v[k]);
      });
      const inputAttrs = { ...attrs, h: g.h, w: g.w };
      const slope = ending === 'lrelu' ? Math.fround(0.2) : 0;
      const reference = (r: readonly Ref[], abs: boolean): Ref => {
        const sum = back ? inputReference(r.slice(0, 2), inputAttrs) : forwardReference(r.slice(0, 3), attrs);
        const added = back || ending === 'residual';
        return ref(sum.shape, (i) =>
          added ? sum.data[i] + r[3].data[i] : abs || sum.data[i] > 0 ? sum.data[i] : slope * sum.data[i],
        );
      };
      const want = reference(values, false);
      const size = magnitudeBy((r: readonly Ref[]) => reference(r, true))(values, null);
      const family = back ? backwardDataFamily : forwardFamily;
      for (const variant of candidates(family, { ...g, bias: false }, adapterOf(s)).filter((v) =>
        by.includes(v.name),
      )) {
        s.choices.set(family, { ...g, bias: false }, variant.name);
        const step = (apart: boolean) => async (): Promise<{ out: Float32Array; launches: number }> => {
          let result!: Tensor;
          const program = await s.record(() => {
            const sum = back ? convInput([from, weight], inputAttrs) : conv2d(from, weight, null, attrs);
            if (apart) s.keep(sum); // somebody else reads it
            result = s.keep(
              back
                ? joinOp([skip, sum], { shape: x, from: [0, 0] })
                : addBias(sum, bias, ending === 'residual' ? { skip } : { slope }),
            );
          });
          program.run();
          const [out] = await s.read([result]);
          const launches = program.dispatches;
          program.destroy();
          return { out: out as Float32Array, launches };
        };
        const [alone, together] = [await step(true)(), await step(false)()];
        assert.is(alone.launches - together.launches, variant.name === 'generic' ? 0 : 1, variant.name);
        assert.equal(bits([together.out]), bits([alone.out]), variant.name);
        compare(`${variant.name} (${name})`, together.out, want, size, g.ci * g.kh * g.kw * (back ? g.co : 1) + 2);
      }
    }));

test('an epilogue stays apart where its launch would read what it writes, or reads what comes too late', () =>
  scoped(async (s) => {
    const [x, w] = [input(s, 'late/x', [1, 8, 8, 8]), input(s, 'late/w', [8, 8, 1, 1])];
    const run = (late: boolean) =>
      s.compute(() => {
        const early = late ? null : scale(x, 3);
        const sum = conv2d(x, w);
        const between = late ? scale(x, 3) : early!; // computed behind the convolution, which then moves there
        return [joinOp([sum, between], { shape: x.shape, from: [0, 0] })];
      });
    assert.equal(bits(await run(true)), bits(await run(false)));
  }));

/** A 1x1 and a 3x3 layer with bias and LeakyReLU, and a residual. */
const names = ['w1', 'b1', 'w2', 'b2'];
const shapes: Shape[] = [[12, 20, 1, 1], [12], [20, 12, 3, 3], [20]];
const branch = (get: (name: string) => Tensor, x: Tensor): Tensor => {
  const h = addBias(conv2d(x, get('w1')), get('b1'), { slope: 0.2 });
  return addBias(conv2d(h, get('w2'), null, { pad: 1, padMode: 'reflect' }), get('b2'), { skip: x });
};

test('two branches are launched as one, forwards and backwards, with the bits of each alone', () =>
  scoped(async (s) => {
    const p = new Parameters(
      s,
      'pairs',
      ['a', 'b'].flatMap((k) => names.map((n, i) => spec(`${k}.${n}`, shapes[i]))),
      { beta1: 0, beta2: 0.9, eps: 1e-8 },
    );
    const x = input(s, 'pairs/x', [2, 20, 16, 16]);
    const run = (both: boolean, k: string, i: number) =>
      s.record(() => {
        const of = (name: string, n: number): Tensor =>
          meanAll(
            mul(
              branch((q) => p.get(`${name}.${q}`), samples(x, n, n + 1)),
              samples(x, n, n + 1),
            ),
          );
        p.backward(both ? add(of('a', 0), of('b', 1)) : of(k, i), { unused: (name) => !both && !name.startsWith(k) });
      });
    const [a, b, both] = [await run(false, 'a', 0), await run(false, 'b', 1), await run(true, '', 0)];
    const read = async (k: string) => {
      const g = await p.readGradients();
      return bits(names.map((n) => g.get(`${k}.${n}`)!));
    };
    a.run();
    const alone = [await read('a')];
    b.run();
    alone.push(await read('b'));
    both.run();
    assert.equal([await read('a'), await read('b')], alone);
    // Where the device has no kernels that can be batched, the convolutions stay apart.
    if (s.device.info.software && s.device.info.subgroupMax === 8)
      assert.ok(
        both.dispatches <= 2 * a.dispatches - 6,
        `${both.dispatches} launches for two, ${a.dispatches} for one`,
      );
    for (const q of [a, b, both]) q.destroy();
  }));

test('gradients in split parts are added up in one launch, with the same bits', () =>
  scoped(async (s) => {
    const list: [string, Shape][] = [
      ['u', [24, 3, 3, 3]],
      ['v', [8, 24, 1, 1]],
      ['w', [5, 8, 3, 3]],
    ];
    const p = new Parameters(
      s,
      'sums',
      list.map(([n, shape]) => spec(`sums/${n}`, shape)),
      { beta1: 0, beta2: 0.9, eps: 1e-8 },
    );
    const x = input(s, 'sums/x', [1, 3, 32, 32]);
    const loss = (): Tensor => {
      const y = list.reduce((t, [n, shape]) => conv2d(t, p.get(`sums/${n}`), null, { pad: (shape[2] - 1) / 2 }), x);
      return meanAll(mul(y, y));
    };
    const one = await s.record(() => p.backward(loss()));
    one.run();
    const got = await p.readGradients();
    const want = await s.compute(() =>
      gradients(
        loss(),
        p.names.map((n) => p.get(n)),
      ),
    );
    assert.equal(bits(p.names.map((n) => got.get(n)!)), bits(want));
    one.destroy();
  }));

test('what depends on constants alone is computed when they expire', () =>
  scoped(async (s) => {
    const [constant, moving] = [input(s, 'constant', [64]), input(s, 'moving', [64])];
    let y!: Tensor;
    const program = await s.record(() => {
      y = s.keep(add(scale(scale(constant, 2), 3), moving));
    }, [constant]);
    assert.is(program.dispatches, 1);
    const expect = async (a: number, b: number): Promise<void> => {
      program.run();
      assert.equal([...(await s.read([y]))[0]], new Array(64).fill(6 * a + b));
    };
    const set = (a: number, b: number): void => {
      s.write(constant, new Array(64).fill(a));
      s.write(moving, new Array(64).fill(b));
    };
    set(1, 0.5);
    await expect(1, 0.5);
    set(2, 0.25);
    await expect(1, 0.25);
    program.expire();
    await expect(2, 0.25);
    program.destroy();
  }));
/** A training step that every pass finds work in: gradients of two branches, and what a constant is turned into. */
async function trainingStep(s: Session): Promise<{ bits: string[]; dispatches: number }> {
  const specs = ['a', 'b'].flatMap((k) => names.map((n, i) => spec(`${k}.${n}`, shapes[i])));
  const p = new Parameters(s, 'step', specs, { beta1: 0, beta2: 0.9, eps: 1e-8 });
  const x = input(s, 'step/x', [2, 20, 16, 16]);
  const constant = input(s, 'step/constant', [2, 20, 16, 16]);
  let y!: Tensor;
  const program = await s.record(() => {
    const target = scale(constant, 3);
    const loss = ['a', 'b'].map((name, n) => {
      const made = branch((q) => p.get(`${name}.${q}`), samples(x, n, n + 1));
      return meanAll(mul(made, samples(target, n, n + 1)));
    });
    y = s.keep(add(loss[0], loss[1]));
    p.descend(y);
  }, [constant]);
  const out: (Float32Array | Uint32Array)[] = [];
  for (const turn of [1, 2, 3]) {
    if (turn === 3) {
      s.write(constant, hashUniform('step/another', constant.size));
      program.expire();
    }
    p.advance(1e-3);
    program.run();
    out.push(...(await p.readGradients()).values(), ...(await s.read([y])));
  }
  out.push(...[...(await p.state()).values()].map((v) => v.data));
  const { dispatches } = program;
  program.destroy();
  return { bits: bits(out), dispatches };
}

test('a training step has the same bits with every pass off, and more launches', () =>
  scopedDevice(async (s) => {
    const all = await trainingStep(without(s, []));
    for (const name of passNames) {
      const one = await trainingStep(without(s, [name]));
      assert.equal(one.bits, all.bits, name);
      // Where the device has no kernels that can take an epilogue or be batched, there is nothing to find.
      if (s.device.info.software && s.device.info.subgroupMax === 8)
        assert.ok(one.dispatches > all.dispatches, `${name}: ${one.dispatches} launches, ${all.dispatches} with it`);
    }
    assert.equal((await trainingStep(without(s, passNames))).bits, all.bits, 'all off');
  }));

test('the flag names passes', () => {
  assert.equal(parsePassNames(''), []);
  assert.equal(parsePassNames('epilogues, batchedPairs'), ['epilogues', 'batchedPairs']);
  assert.equal(parsePassNames('all'), [...passNames]);
  assert.throws(() => parsePassNames('epilogue'), /no graph pass epilogue: partialSums, epilogues/);
  assert.equal(passesFromEnvironment({}), []);
  assert.equal(passesFromEnvironment({ SEMIA_DISABLE_PASSES: 'constants' }), ['constants']);
  assert.throws(() => passesFromEnvironment({ SEMIA_DISABLE_PASSES: 'x' }), /SEMIA_DISABLE_PASSES/);
});
test.run();
