/**
 * Pointwise ops: each is one row of a table. A row's `df` is written with ops of the same table, so gradients have
 * gradients; a gate (the derivative of a kink) has none towards its second argument, which null declares.
 */

import { grid } from '../../../engine/grid.ts';
import binaryKernel from '../../../shaders/pointwise/binary.wgsl';
import broadcastKernel from '../../../shaders/pointwise/broadcast.wgsl';
import unaryKernel from '../../../shaders/pointwise/unary.wgsl';
import { type Case, four, type Op, op, ref } from '../../op.ts';
import { broadcastShape } from '../../shape.ts';
import { type Shape, sameShape, type Tensor } from '../../tensor.ts';
import { sumTo } from '../reduce/sum.ts';

interface Pair {
  a: number;
  b: number;
}
interface UnaryRow {
  code: number;
  f: (x: number, a: number, b: number) => number;
  df: (x: Tensor, y: Tensor, dy: Tensor, p: Pair) => Tensor | null;
  /** Maps test inputs into the domain and off the kinks. */
  domain?: (u: number) => number;
  params?: Pair;
}

const offZero = (u: number): number => u + Math.sign(u || 1) * 0.1;
const unaryTable = {
  affine: { code: 0, f: (x, a, b) => x * a + b, df: (_x, _y, dy, p) => scale(dy, p.a), params: { a: 1.5, b: -0.25 } },
  abs: { code: 1, f: Math.abs, df: (x, _y, dy) => signGate(dy, x), domain: offZero },
  sign: { code: 2, f: Math.sign, df: () => null, domain: offZero },
  square: { code: 3, f: (x) => x * x, df: (x, _y, dy) => scale(mul(dy, x), 2) },
  sqrt: { code: 4, f: Math.sqrt, df: (_x, y, dy) => scale(div(dy, y), 0.5), domain: (u) => u + 1.5 },
  reciprocal: { code: 5, f: (x) => 1 / x, df: (_x, y, dy) => scale(mul(dy, mul(y, y)), -1), domain: (u) => u + 1.5 },
  exp: { code: 6, f: Math.exp, df: (_x, y, dy) => mul(dy, y) },
  log: { code: 7, f: Math.log, df: (x, _y, dy) => div(dy, x), domain: (u) => u + 1.5 },
  tanh: { code: 8, f: Math.tanh, df: (_x, y, dy) => tanhGate(dy, y) },
  sigmoid: { code: 9, f: (x) => 1 / (1 + Math.exp(-x)), df: (_x, y, dy) => sigmoidGate(dy, y) },
  leakyRelu: {
    code: 10,
    f: (x, a) => (x > 0 ? x : a * x),
    df: (x, _y, dy, p) => leakyGate(dy, x, p.a),
    domain: offZero,
    params: { a: 0.2, b: 0 },
  },
  softplus: {
    code: 11,
    f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    df: (x, _y, dy) => mul(dy, sigmoid(x)),
    domain: (u) => 3 * u,
  },
  clamp: {
    code: 12,
    f: (x, a, b) => Math.min(Math.max(x, a), b),
    params: { a: -0.5, b: 0.5 },
    domain: (u) => (Math.abs(Math.abs(u) - 0.5) < 0.05 ? u * 1.3 : u),
    // Inside both bounds: stepGate passes where its second argument is not negative.
    df: (x, _y, dy, p) => stepGate(stepGate(dy, affine(x, 1, -p.a)), affine(x, -1, p.b)),
  },
} satisfies Record<string, UnaryRow>;

const words = (n: number): number => Math.ceil(n / 4);

function unaryOp(name: string, row: UnaryRow): Op<Pair> {
  return op<Pair>({
    name,
    shape: ([s]) => s,
    forward: (session, [x], y, p) =>
      session.run(unaryKernel, {
        read: { x },
        write: { y },
        params: { n4: words(x.size), ...p },
        constants: { OP: row.code },
        groups: grid(words(x.size), 256),
      }),
    backward: ({ x, y, attrs }, dy) => [row.df(x[0], y, dy, attrs)],
    samplewise: () => [true],
    reference: ([x], p) => ref(x.shape, (i) => row.f(x.data[i], p.a, p.b)),
    terms: () => 16,
    cases: [[2, 3, 5, 7], [1], [3, 130]].map(
      (shape): Case<Pair> => ({
        name: shape.join('x'),
        inputs: [{ shape, make: row.domain }],
        attrs: row.params ?? { a: 0, b: 0 },
      }),
    ),
  });
}

/** The ops of one input, by name. */
export const unaryOps = Object.fromEntries(
  Object.entries(unaryTable).map(([name, row]) => [name, unaryOp(name, row)]),
) as Record<keyof typeof unaryTable, Op<Pair>>;

/** x * a + b, with numbers a and b. */
export const affine = (x: Tensor, a: number, b: number): Tensor => unaryOps.affine([x], { a, b });
/** x * a. */
export const scale = (x: Tensor, a: number): Tensor => (a === 1 ? x : affine(x, a, 0));
const plain = { a: 0, b: 0 };
/** |x|; gradient 0 at 0. */
export const abs = (x: Tensor): Tensor => unaryOps.abs([x], plain);
/** x^2. */
export const square = (x: Tensor): Tensor => unaryOps.square([x], plain);
/** The square root; x >= 0. */
export const sqrt = (x: Tensor): Tensor => unaryOps.sqrt([x], plain);
/** 1 / x. */
export const reciprocal = (x: Tensor): Tensor => unaryOps.reciprocal([x], plain);
/** e^x. */
export const exp = (x: Tensor): Tensor => unaryOps.exp([x], plain);
/** The natural logarithm; x > 0. */
export const log = (x: Tensor): Tensor => unaryOps.log([x], plain);
/** The hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => unaryOps.tanh([x], plain);
/** 1 / (1 + e^-x). */
export const sigmoid = (x: Tensor): Tensor => unaryOps.sigmoid([x], plain);
/** log(1 + e^x), without overflow. */
export const softplus = (x: Tensor): Tensor => unaryOps.softplus([x], plain);
/** x where x > 0, slope * x elsewhere. */
export const leakyRelu = (x: Tensor, slope = 0.2): Tensor => unaryOps.leakyRelu([x], { a: slope, b: 0 });
/** x where x > 0, 0 elsewhere. */
export const relu = (x: Tensor): Tensor => leakyRelu(x, 0);
/** x between low and high; gradient 0 outside. */
export const clamp = (x: Tensor, low: number, high: number): Tensor => unaryOps.clamp([x], { a: low, b: high });

interface Slope {
  p: number;
}
interface BinaryRow {
  code: number;
  f: (a: number, b: number, p: number) => number;
  da: (a: Tensor, b: Tensor, y: Tensor, dy: Tensor, p: number) => Tensor | null;
  db: (a: Tensor, b: Tensor, y: Tensor, dy: Tensor, p: number) => Tensor | null;
  domainB?: (u: number) => number;
  /** The op has a kink where a = b: test inputs come from two grids half a step apart. */
  apart?: boolean;
  p?: number;
}

const binaryTable = {
  add: { code: 0, f: (a, b) => a + b, da: (_a, _b, _y, dy) => dy, db: (_a, _b, _y, dy) => dy },
  sub: { code: 1, f: (a, b) => a - b, da: (_a, _b, _y, dy) => dy, db: (_a, _b, _y, dy) => scale(dy, -1) },
  mul: { code: 2, f: (a, b) => a * b, da: (_a, b, _y, dy) => mul(dy, b), db: (a, _b, _y, dy) => mul(dy, a) },
  div: {
    code: 3,
    f: (a, b) => a / b,
    da: (_a, b, _y, dy) => div(dy, b),
    db: (_a, b, y, dy) => scale(mul(dy, div(y, b)), -1),
    domainB: (u) => u + 2,
  },
  maximum: {
    code: 4,
    apart: true,
    f: (a, b) => Math.max(a, b),
    da: (a, b, _y, dy) => stepGate(dy, sub(a, b)),
    db: (a, b, _y, dy) => stepGate(dy, sub(b, a)),
  },
  minimum: {
    code: 5,
    apart: true,
    f: (a, b) => Math.min(a, b),
    da: (a, b, _y, dy) => stepGate(dy, sub(b, a)),
    db: (a, b, _y, dy) => stepGate(dy, sub(a, b)),
  },
  leakyGate: {
    code: 6,
    f: (a, b, p) => (b > 0 ? a : a * p),
    da: (_a, b, _y, dy, p) => leakyGate(dy, b, p),
    db: () => null,
    domainB: offZero,
    p: 0.2,
  },
  tanhGate: {
    code: 7,
    f: (a, b) => a * (1 - b * b),
    da: (_a, b, _y, dy) => tanhGate(dy, b),
    db: (a, b, _y, dy) => scale(mul(dy, mul(a, b)), -2),
  },
  sigmoidGate: {
    code: 8,
    f: (a, b) => a * b * (1 - b),
    da: (_a, b, _y, dy) => sigmoidGate(dy, b),
    db: (a, b, _y, dy) => mul(dy, mul(a, affine(b, -2, 1))),
  },
  signGate: {
    code: 9,
    f: (a, b) => a * Math.sign(b),
    da: (_a, b, _y, dy) => signGate(dy, b),
    db: () => null,
    domainB: offZero,
  },
  stepGate: {
    code: 10,
    f: (a, b) => (b >= 0 ? a : 0),
    da: (_a, b, _y, dy) => stepGate(dy, b),
    db: () => null,
    domainB: offZero,
  },
} satisfies Record<string, BinaryRow>;

/**
 * Strides of a shape as an operand of a larger one: 0 along the axes it stretches over, which are its axes of size 1.
 */
export function broadcastStrides(shape: Shape): [number, number, number, number] {
  const s = four(shape);
  const dense = [s[1] * s[2] * s[3], s[2] * s[3], s[3], 1];
  return dense.map((d, i) => (s[i] === 1 ? 0 : d)) as [number, number, number, number];
}

function binaryOp(name: string, row: BinaryRow): Op<Slope> {
  return op<Slope>({
    name,
    shape: ([a, b]) => broadcastShape(name, a, b),
    forward: (session, [a, b], y, { p }) => {
      if (sameShape(a.shape, b.shape)) {
        const n4 = words(y.size);
        session.run(binaryKernel, {
          read: { a, b },
          write: { y },
          params: { n4, p },
          constants: { OP: row.code },
          groups: grid(n4, 256),
        });
        return;
      }
      const [n, c, h, w] = four(y.shape);
      const [an, ac, ah, aw] = broadcastStrides(a.shape);
      const [bn, bc, bh, bw] = broadcastStrides(b.shape);
      session.run(broadcastKernel, {
        read: { a, b },
        write: { y },
        constants: { OP: row.code },
        params: { planes: n * c, c, inner: h * w, w, p, an, ac, ah, aw, bn, bc, bh, bw },
        groups: [Math.ceil((h * w) / 256), Math.min(n * c, 32768), Math.ceil((n * c) / 32768)],
      });
    },
    backward: ({ x: [a, b], y, attrs, needs }, dy) => [
      needs[0] ? fit(row.da(a, b, y, dy, attrs.p), a) : undefined,
      needs[1] ? fit(row.db(a, b, y, dy, attrs.p), b) : undefined,
    ],
    samplewise: ([a, b]) => (sameShape(a, b) ? [true, true] : null),
    reference: ([a, b], { p }) => {
      const shape = broadcastShape(name, a.shape, b.shape);
      const [, c, h, w] = four(shape);
      const sa = broadcastStrides(a.shape);
      const sb = broadcastStrides(b.shape);
      return ref(shape, (i) => {
        const at = [Math.floor(i / (c * h * w)), Math.floor(i / (h * w)) % c, Math.floor(i / w) % h, i % w];
        const dot = (s: readonly number[]): number => s.reduce((sum, v, k) => sum + v * at[k], 0);
        return row.f(a.data[dot(sa)], b.data[dot(sb)], p);
      });
    },
    terms: () => 8,
    cases: (
      [
        [
          [2, 3, 5, 7],
          [2, 3, 5, 7],
        ],
        [
          [2, 3, 5, 7],
          [1, 3, 1, 1],
        ],
        [
          [2, 3, 1, 1],
          [2, 3, 5, 7],
        ],
        [
          [3, 1, 4],
          [5, 1],
        ],
        [[6], [1]],
      ] as const
    ).map(
      ([a, b]): Case<Slope> => ({
        name: `${a.join('x')},${b.join('x')}`,
        inputs: row.apart
          ? [
              { shape: a, make: (u) => Math.round(u * 5) / 5 },
              { shape: b, make: (u) => Math.round(u * 5) / 5 + 0.1 },
            ]
          : [{ shape: a }, { shape: b, make: row.domainB }],
        attrs: { p: row.p ?? 0 },
        grads: name.endsWith('Gate') && row.domainB ? [0] : [0, 1],
      }),
    ),
  });
}

const fit = (g: Tensor | null, like: Tensor): Tensor | null => g && sumTo(g, like.shape);

/** The ops of two inputs, by name; shapes broadcast. */
export const binaryOps = Object.fromEntries(
  Object.entries(binaryTable).map(([name, row]) => [name, binaryOp(name, row)]),
) as Record<keyof typeof binaryTable, Op<Slope>>;

const binary =
  (name: keyof typeof binaryTable) =>
  (a: Tensor, b: Tensor, p = 0): Tensor =>
    binaryOps[name]([a, b], { p });
/** a + b. Shapes broadcast, as in all of these: axes align at the end, 1 stretches. */
export const add = binary('add');
/** a - b. */
export const sub = binary('sub');
/** a * b. */
export const mul = binary('mul');
/** a / b. */
export const div = binary('div');
/** The larger of a and b; where they are equal, the gradient goes to both. */
export const maximum = binary('maximum');
/** The smaller of a and b; where they are equal, the gradient goes to both. */
export const minimum = binary('minimum');
/** a where b > 0, slope * a elsewhere: the derivative of LeakyReLU at b, applied to a. */
export const leakyGate = binary('leakyGate');
/** a * (1 - b^2): the derivative of tanh by its result b, applied to a. */
export const tanhGate = binary('tanhGate');
/** a * b * (1 - b): the derivative of the sigmoid by its result b, applied to a. */
export const sigmoidGate = binary('sigmoidGate');
/** a * sign(b): the derivative of |b|, applied to a. */
export const signGate = binary('signGate');
/** a where b >= 0, 0 elsewhere. */
export const stepGate = binary('stepGate');
