/**
 * Spectral normalization of many weights at once, and Adam: against float64, PyTorch and the singular value
 * decomposition.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { add, affine, mul } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { sumAll } from '../../src/autograd/ops/reduce/sum.ts';
import type { AdamOptions } from '../../src/autograd/optimizer/adam.ts';
import { Parameters, type ParameterSpec } from '../../src/autograd/parameters.ts';
import type { SpectralKind } from '../../src/autograd/optimizer/spectral.ts';
import { sizeOf, type Shape, type Tensor } from '../../src/autograd/tensor.ts';
import type { Session } from '../../src/autograd/session.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { scoped } from '../support/device.ts';
import { golden, goldenInit, summary } from '../support/golden.ts';

interface Golden {
  kind: SpectralKind;
  shape: Shape;
  y: number[];
  d: number[];
  u: number[];
  sigma: number[];
  left: number[];
}
const goldens = golden<{ spectral: Golden[] }>('ops.json').spectral;
const nameOf = (g: Golden): string => `spectral/${g.kind} ${g.shape.join('x')}`;
const settings: AdamOptions = { beta1: 0, beta2: 0.9, eps: 1e-8 };

/** All weights of the goldens in one vector, with a plain parameter of odd size behind each. */
const specs: ParameterSpec[] = goldens.flatMap((g, k): ParameterSpec[] => {
  const name = nameOf(g);
  const rows = g.shape[g.kind === 'conv' ? 0 : 1];
  return [
    {
      name,
      shape: g.shape,
      init: hashUniform(name, sizeOf(g.shape)),
      spectral: { kind: g.kind, u: goldenInit()(`${name}.u`, [rows], 'unit') as Float32Array },
    },
    { name: `plain ${k}`, shape: [2 * k + 1], init: hashUniform(`plain ${k}`, 2 * k + 1) },
  ];
});
const probe = (name: string, n: number): Float32Array => hashUniform(`${name}/u`, n);

/** sum over all parameters of <what the network sees of it, its probe>: so d / d(effective) is the probe itself. */
function loss(session: Session, p: Parameters): Tensor {
  return p.names
    .map((n) => {
      const t = p.get(n);
      return sumAll(mul(t, session.lasting(t.shape, n, probe(n, t.size))));
    })
    .reduce((a, b) => add(a, b));
}

interface Seen {
  y: Map<string, Float32Array>;
  d: Map<string, Float32Array>;
  u: Map<string, Float32Array>;
}
/** Forward, and backward unless `freeze`, `times` over from the present state. */
async function step(session: Session, p: Parameters, { freeze = false, times = 1 } = {}): Promise<Seen> {
  const program = await session.record(() => {
    p.prepare({ freeze });
    if (!freeze) p.backward(loss(session, p));
  });
  for (let i = 0; i < times; i++) program.run();
  const values = (await session.read(p.names.map((n) => p.get(n)))) as Float32Array[];
  const [state, d] = [await p.state(), await p.readGradients()];
  program.destroy();
  return {
    y: new Map(p.names.map((n, i) => [n, values[i]])),
    d,
    u: new Map([...state].filter(([k]) => k.endsWith('.u')).map(([k, v]) => [k.slice(0, -2), v.data])),
  };
}

/** As in check.ts: rounding errors of `terms` summands add like a random walk. */
const relative = (terms: number): number => 6 * Math.sqrt(terms + 4) * 2 ** -24;
const sum = (n: number, f: (i: number) => number): number => {
  let s = 0;
  for (let i = 0; i < n; i++) s += f(i);
  return s;
};
const norm = (x: ArrayLike<number>): number => Math.sqrt(sum(x.length, (i) => x[i] ** 2));

/** One power iteration and the gradient, float64 loops, each value with the bound of its float32 error. */
function reference({ kind, shape }: Golden, w: ArrayLike<number>, u0: ArrayLike<number>, g: ArrayLike<number>) {
  const [a, b] = shape;
  const taps = sizeOf(shape.slice(2));
  const [rows, columns] = kind === 'conv' ? [a, b * taps] : [b, a * taps];
  const at = (r: number, c: number): number =>
    kind === 'conv' ? r * columns + c : (Math.floor(c / taps) * b + r) * taps + (c % taps);
  const t = Float64Array.from({ length: columns }, (_, c) => sum(rows, (r) => w[at(r, c)] * u0[r]));
  const tSize = t.map((_, c) => sum(rows, (r) => Math.abs(w[at(r, c)] * u0[r])));
  const s = Float64Array.from({ length: rows }, (_, r) => sum(columns, (c) => w[at(r, c)] * t[c]));
  const sigma = norm(s) / norm(t);
  const u = s.map((x) => x / norm(s));
  const v = t.map((x) => x / norm(t));
  const bit = relative(rows + columns);
  const vLimit = tSize.map((x) => (bit * x) / norm(t));
  const uLimit = u.map((_, r) => (bit * sum(columns, (c) => Math.abs(w[at(r, c)]) * tSize[c])) / norm(s));
  const inner = sum(w.length, (i) => g[i] * w[i]) / sigma;
  const innerLimit = (relative(w.length) * sum(w.length, (i) => Math.abs(g[i] * w[i]))) / sigma;
  const [d, dLimit] = [new Float64Array(w.length), new Float64Array(w.length)];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const [i, uv] = [at(r, c), Math.abs(u[r] * v[c])];
      d[i] = (g[i] - inner * u[r] * v[c]) / sigma;
      const uvLimit = uLimit[r] * Math.abs(v[c]) + vLimit[c] * Math.abs(u[r]);
      dLimit[i] =
        (bit * (Math.abs(g[i]) + 2 * Math.abs(inner) * uv) + innerLimit * uv + Math.abs(inner) * uvLimit) / sigma;
    }
  const y = Float64Array.from(w, (x) => x / sigma);
  /** <g, W / (u' W v)> with u and v held still: what d is the derivative of. */
  const value = (x: ArrayLike<number>): number =>
    sum(x.length, (i) => g[i] * x[i]) / sum(rows, (r) => u[r] * sum(columns, (c) => x[at(r, c)] * v[c]));
  return { y, yLimit: y.map((x) => bit * Math.abs(x)), u, uLimit, d, dLimit, value };
}
const start = (name: string): ParameterSpec => specs.find((s) => s.name === name)!;
const referenceOf = (g: Golden) => {
  const { name, init, spectral } = start(nameOf(g));
  return reference(g, init, spectral!.u, probe(name, init.length));
};

function within(what: string, got: ArrayLike<number>, want: ArrayLike<number>, limit: ArrayLike<number>): void {
  assert.is(got.length, want.length, what);
  for (let i = 0; i < got.length; i++)
    if (!(Math.abs(got[i] - want[i]) <= limit[i]))
      throw new Error(`${what} at ${i}: got ${got[i]}, expected ${want[i]}, limit ${limit[i]}`);
}
const fresh = (session: Session): Parameters => new Parameters(session, 'spectral', specs, settings);

test("the float64 formula is PyTorch's, and its gradient the derivative", () => {
  for (const g of goldens) {
    const { y, u, d, value } = referenceOf(g);
    const name = nameOf(g);
    for (const [part, data, want] of [
      ['y', y, g.y],
      ['u1', u, g.u],
      ['d', d, g.d],
    ] as const) {
      for (const [k, got] of summary(`${name}/${part}`, data).entries())
        assert.ok(
          Math.abs(got - want[k]) <= 1e-8 * Math.max(want[0], Math.abs(want[k])),
          `${name} ${part} ${k}: ${got}, PyTorch ${want[k]}`,
        );
    }
    const w = start(name).init;
    const v = hashUniform(`${name}/v`, w.length);
    const slope = (e: number): number =>
      (value(Float64Array.from(w, (x, i) => x + e * v[i])) - value(Float64Array.from(w, (x, i) => x - e * v[i]))) /
      (2 * e);
    const numeric = (4 * slope(1e-4) - slope(2e-4)) / 3;
    assert.ok(
      Math.abs(numeric - sum(v.length, (i) => v[i] * d[i])) <= 1e-8 * norm(v) * (1 + norm(d)),
      `${name}: numeric slope ${numeric}, formula ${sum(v.length, (i) => v[i] * d[i])}`,
    );
  }
});

test('forward, gradient and state equal the float64 formula, element by element', () =>
  scoped(async (session) => {
    const { y, u, d } = await step(session, fresh(session));
    for (const g of goldens) {
      const name = nameOf(g);
      const want = referenceOf(g);
      within(`${name} W / sigma`, y.get(name)!, want.y, want.yLimit);
      within(`${name} u`, u.get(name)!, want.u, want.uLimit);
      within(`${name} gradient`, d.get(name)!, want.d, want.dLimit);
    }
    for (const { name, init, spectral } of specs)
      if (!spectral) {
        assert.equal(y.get(name), init, `${name} is used as it is`);
        assert.equal(d.get(name), probe(name, init.length), `the gradient of ${name} stays as it is`);
      }
  }));

test('u converges to the leading left singular vector', () =>
  scoped(async (session) => {
    const p = fresh(session);
    let iterations = 0;
    for (const times of [1, 4, 45, 250]) {
      const { y, u } = await step(session, p, { times });
      iterations += times;
      for (const g of goldens) {
        const name = nameOf(g);
        const { init, spectral } = start(name);
        const along = (x: ArrayLike<number>): number => sum(x.length, (i) => x[i] * g.left[i]);
        // The angle's tangent shrinks by (sigma2 / sigma1)^2 an iteration; each adds a rounding error, which shrinks
        // likewise.
        const ratio = ((g.sigma[1] ?? 0) / g.sigma[0]) ** 2;
        const tangent =
          (Math.sqrt(Math.max(0, 1 - along(spectral!.u) ** 2)) / Math.abs(along(spectral!.u))) * ratio ** iterations;
        const rounding = norm(referenceOf(g).uLimit) / (1 - ratio) + 1e-8;
        const got = u.get(name)!;
        const off = norm(got.map((x, i) => x - Math.sign(along(got)) * g.left[i]));
        assert.ok(
          off <= tangent + rounding,
          `${name} after ${iterations}: ${off} from the singular vector, limit ${tangent} + ${rounding}`,
        );
        const sigma = norm(init) / norm(y.get(name)!);
        assert.ok(
          Math.abs(sigma / g.sigma[0] - 1) <= tangent ** 2 + rounding,
          `${name} after ${iterations}: sigma ${sigma}, not ${g.sigma[0]}`,
        );
      }
    }
  }));

test('freeze normalizes the same and leaves the state; the same state gives the same bits', () =>
  scoped(async (session) => {
    const p = fresh(session);
    const before = await p.state();
    const frozen = await step(session, p, { freeze: true, times: 3 });
    for (const [name, u] of frozen.u) assert.equal(u, before.get(`${name}.u`)!.data, `${name}: the frozen state`);
    const moved = await step(session, p);
    for (const name of p.names) assert.equal(moved.y.get(name), frozen.y.get(name), `${name}: frozen and moving`);
    for (const [name, u] of moved.u)
      if (u.length > 1) assert.not.equal(u, frozen.u.get(name), `${name}: the state moves`);
    p.restore(before, 0);
    const again = await step(session, p);
    for (const part of ['y', 'd', 'u'] as const)
      for (const [name, data] of moved[part])
        assert.equal(again[part].get(name), data, `${name}: ${part} on repetition`);
  }));

test('descend takes the gradients towards W in its own pass: as backward and update do', () =>
  scoped(async (session) => {
    const [fused, apart] = [fresh(session), fresh(session)];
    for (const [p, work] of [
      [fused, (p: Parameters) => p.descend(loss(session, p))],
      [
        apart,
        (p: Parameters) => {
          p.backward(loss(session, p));
          p.update();
        },
      ],
    ] as const) {
      p.advance(0.01);
      const program = await session.record(() => {
        p.prepare();
        work(p);
      });
      program.run();
      program.destroy();
    }
    const [got, other] = [await fused.state(), await apart.state()];
    // Without momentum the first moment is the gradient itself.
    for (const g of goldens) {
      const want = referenceOf(g);
      within(`${nameOf(g)} gradient`, got.get(`${nameOf(g)}.adam1`)!.data as Float32Array, want.d, want.dLimit);
    }
    for (const { name, init, spectral } of specs) {
      if (!spectral) assert.equal(got.get(`${name}.adam1`)!.data, probe(name, init.length), `the gradient of ${name}`);
      // A first step without momentum has the length of the rate, whatever the gradient; it turns on the gradient's
      // sign alone.
      const [a, b, g] = [got.get(name)!.data, other.get(name)!.data, other.get(`${name}.adam1`)!.data];
      for (const [i, x] of a.entries())
        if (Math.abs(g[i]) > 1e-4) assert.ok(Math.abs(x - b[i]) <= 1e-6, `${name}[${i}]: ${x}, apart ${b[i]}`);
    }
  }));

test('what lies behind the end of a gradient does not matter', () =>
  scoped(async (session) => {
    const name = 'spectral/conv 3x1x1x1';
    const p = new Parameters(
      session,
      'end',
      specs.filter((s) => s.name === name),
      settings,
    );
    const n = start(name).init.length;
    assert.ok(n % 4, 'the last vec4 of the weight is not full');
    const program = await session.record(() => {
      p.prepare();
      // x is 0 where there are values, and minus infinity behind them, where memory starts as zeros.
      const x = affine(
        affine(session.lasting(p.get(name).shape, 'ones', new Float32Array(n).fill(1)), 1e38, -1e38),
        1e38,
        0,
      );
      p.backward(sumAll(mul(p.get(name), add(session.lasting(x.shape, 'probe', probe(name, n)), x))));
    });
    program.run();
    const d = (await p.readGradients()).get(name)!;
    program.destroy();
    const want = referenceOf(goldens.find((g) => nameOf(g) === name)!);
    within(name, d, want.d, want.dLimit);
  }));

/** Adam of Kingma & Ba 2015, algorithm 1, float64; and what its rounding is measured against. */
class Adam {
  readonly m: Float64Array;
  readonly v: Float64Array;
  /** The first moment of |g|, and the sum of the steps that it would make. */
  readonly size: Float64Array;
  readonly path: Float64Array;
  private t = 0;
  constructor(
    readonly p: Float64Array,
    private readonly o: AdamOptions,
  ) {
    [this.m, this.v, this.size, this.path] = [0, 0, 0, 0].map(() => new Float64Array(p.length));
  }
  step(g: ArrayLike<number>, rate: number): void {
    const {
      o: { beta1, beta2, eps },
      p,
      m,
      v,
      size,
      path,
    } = this;
    this.t++;
    for (let i = 0; i < p.length; i++) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
      size[i] = beta1 * size[i] + (1 - beta1) * Math.abs(g[i]);
      const factor = rate / (1 - beta1 ** this.t) / (Math.sqrt(v[i] / (1 - beta2 ** this.t)) + eps);
      p[i] -= factor * m[i];
      path[i] += factor * size[i];
    }
  }
}

for (const options of [settings, { beta1: 0.5, beta2: 0.999, eps: 1e-8 }, { beta1: 0.9, beta2: 0.99, eps: 0.1 }]) {
  test(`Adam, 20 steps, ${JSON.stringify(options)}`, () =>
    scoped(async (session) => {
      const shapes: Shape[] = [[5], [3, 2, 3, 3], [1], [70, 9], [4, 1031]];
      const starts = shapes.map((shape, k) => hashUniform(`adam/p${k}`, sizeOf(shape)));
      const params = new Parameters(
        session,
        'adam',
        shapes.map((shape, k) => ({ name: `p${k}`, shape, init: starts[k] })),
        options,
      );
      // The loss is <p, g> with a new g each step, so g is the gradient exactly.
      const given = shapes.map((shape, k) => session.lasting(shape, `g${k}`));
      const program = await session.record(() => {
        params.backward(params.names.map((n, k) => sumAll(mul(params.get(n), given[k]))).reduce((a, b) => add(a, b)));
        params.update();
      });
      const want = starts.map((p) => new Adam(Float64Array.from(p), options));
      for (let t = 1; t <= 20; t++) {
        const rate = Math.fround(t < 12 ? 0.02 : 0.002);
        for (const [k, shape] of shapes.entries()) {
          // Gradients of very different sizes, and one parameter whose gradient is 0 until step 7.
          const g = hashUniform(`adam/g${k}/${t}`, sizeOf(shape)).map((x) =>
            k === 2 && t < 7 ? 0 : x * 10 ** (2 - 2 * k),
          );
          session.write(given[k], g);
          want[k].step(g, rate);
        }
        params.advance(rate);
        program.run();
      }
      program.destroy();
      assert.is(params.step, 20);
      const got = await params.state();
      // The device takes 1 - beta from beta as a float, so half an ulp of beta (2^-25) is 2^-25 / (1 - beta) of it.
      const [bit1, bit2] = [options.beta1, options.beta2].map((beta) => relative(20) + 2 ** -25 / (1 - beta));
      for (const [k, { p, m, v, size, path }] of want.entries()) {
        within(
          `p${k} first moment`,
          got.get(`p${k}.adam1`)!.data,
          m,
          size.map((x) => bit1 * x),
        );
        within(
          `p${k} second moment`,
          got.get(`p${k}.adam2`)!.data,
          v,
          v.map((x) => bit2 * x),
        );
        // Each step rounds p once, too.
        within(
          `p${k}`,
          got.get(`p${k}`)!.data,
          p,
          p.map((x, i) => (bit1 + bit2) * path[i] + 20 * 2 ** -24 * (Math.abs(x) + path[i])),
        );
      }
    }));
}
test.run();
