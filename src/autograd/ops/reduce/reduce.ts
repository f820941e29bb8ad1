/** Sums, means and maxima over any axes. */
import kernel from '../../../shaders/reduce/partial.wgsl';
import planesKernel from '../../../shaders/reduce/planes.wgsl';
import { four, grid, op, ref, shapeError, type Ref } from '../../op.ts';
import { sameShape, sizeOf, type Session, type Shape, type Tensor } from '../../tensor.ts';
import { denseStrides, expand } from '../copy/copy.ts';
import { planeLanes } from './planes.ts';
import { reshape } from '../copy/reshape.ts';
import { scale, stepGate, sub } from '../pointwise/pointwise.ts';

interface Plan {
  kept: number[];
  keptStrides: number[];
  reduced: number[];
  reducedStrides: number[];
  length: number;
  outputs: number;
  dense: boolean;
}

function planAxes(shape: Shape, axes: readonly number[]): Plan {
  const s = four(shape);
  const shift = 4 - shape.length;
  const over = new Set(axes.map((a) => a + shift));
  const strides = denseStrides(s);
  const pick = (inside: boolean): [number[], number[]] => {
    const ids = [0, 1, 2, 3].filter((i) => over.has(i) === inside);
    const lead = new Array<number>(4 - ids.length);
    return [
      [...lead.fill(1), ...ids.map((i) => s[i])],
      [...lead.fill(0), ...ids.map((i) => strides[i])],
    ];
  };
  const [kept, keptStrides] = pick(false);
  const [reduced, reducedStrides] = pick(true);
  const length = sizeOf(reduced);
  // Dense when the reduced axes are the last ones (axes of size 1 do not matter).
  let dense = true;
  let seenKept = false;
  for (let i = 3; i >= 0; i--) {
    if (s[i] === 1) continue;
    if (!over.has(i)) seenKept = true;
    else if (seenKept) dense = false;
  }
  return { kept, keptStrides, reduced, reducedStrides, length, outputs: sizeOf(kept), dense };
}

/** Threads that share one output: enough to fill a device, few enough that the second pass is short. */
const partsFor = (outputs: number, length: number): number =>
  length <= 64 || outputs >= 4096 ? 1 : Math.min(256, Math.ceil(length / 16));

function launch(session: Session, x: Tensor, y: Tensor, p: Plan, parts: number, scale: number, max: boolean): void {
  session.run(kernel, {
    read: { x },
    write: { y },
    constants: { MAX: max ? 1 : 0, DENSE: p.dense ? 1 : 0 },
    groups: grid(p.outputs * parts, 64),
    params: {
      threads: p.outputs * parts,
      parts,
      length: p.length,
      scale,
      k1: p.kept[1],
      k2: p.kept[2],
      k3: p.kept[3],
      ks0: p.keptStrides[0],
      ks1: p.keptStrides[1],
      ks2: p.keptStrides[2],
      ks3: p.keptStrides[3],
      r1: p.reduced[1],
      r2: p.reduced[2],
      r3: p.reduced[3],
      rs0: p.reducedStrides[0],
      rs1: p.reducedStrides[1],
      rs2: p.reducedStrides[2],
      rs3: p.reducedStrides[3],
    },
  });
}

/**
 * y[u] = scale * the sum over `samples` of plane sample * units + u of x; planes of `length` values, a multiple of 4.
 */
export function sumPlanes(
  session: Session,
  x: Tensor,
  y: Tensor,
  units: number,
  samples: number,
  length: number,
  scale: number,
): void {
  const { constants, groups } = planeLanes(session, units, length / 4);
  session.run(planesKernel, {
    read: { x },
    write: { y },
    params: { units, samples, length: length / 4, scale },
    constants,
    groups,
  });
}

/** A sum over the last axes, and perhaps over the first too, as one over planes of whole vec4; null for others. */
function planesOf(shape: Shape, axes: readonly number[]): { units: number; samples: number; length: number } | null {
  let cut = shape.length;
  while (cut > 0 && (axes.includes(cut - 1) || shape[cut - 1] === 1)) cut--;
  const length = sizeOf(shape.slice(cut));
  const first = cut > 1 && axes.includes(0) ? 1 : 0;
  const between = shape.slice(first, cut).every((n, i) => n === 1 || !axes.includes(i + first));
  // A single unit of many values is better spread in two passes, and many short ones by one invocation for each value.
  const units = sizeOf(shape.slice(first, cut));
  return between && length % 4 === 0 && length >= 16 && units * 65536 >= length
    ? { units, samples: first ? shape[0] : 1, length }
    : null;
}

function reduceInto(
  session: Session,
  x: Tensor,
  y: Tensor,
  axes: readonly number[],
  factor: number,
  max: boolean,
): void {
  const planes = max ? null : planesOf(x.shape, axes);
  if (planes && planes.units <= 65535) {
    sumPlanes(session, x, y, planes.units, planes.samples, planes.length, factor);
    return;
  }
  const plan = planAxes(x.shape, axes);
  const parts = partsFor(plan.outputs, plan.length);
  if (parts === 1) {
    launch(session, x, y, plan, 1, factor, max);
    return;
  }
  const partial = session.temporary([plan.outputs, parts], 'reduce.partial');
  launch(session, x, partial, plan, parts, 1, max);
  launch(session, partial, y, planAxes([plan.outputs, parts], [1]), 1, factor, max);
}

const keptShape = (s: Shape, axes: readonly number[]): Shape => {
  if (axes.some((a) => a < 0 || a >= s.length)) shapeError('reduce', `axes ${axes} of [${s}]`);
  return s.map((n, i) => (axes.includes(i) ? 1 : n));
};

function reference(x: Ref, axes: readonly number[], join: (a: number, b: number) => number, start: number): Ref {
  const shape = keptShape(x.shape, axes);
  const y = ref(shape, () => start);
  const strides = x.shape.map((_, i) => sizeOf(x.shape.slice(i + 1)));
  const outStrides = shape.map((n, i) => (n === 1 ? 0 : sizeOf(shape.slice(i + 1))));
  for (let i = 0; i < x.data.length; i++) {
    let at = 0;
    for (const [k, n] of x.shape.entries()) at += (Math.floor(i / strides[k]) % n) * outStrides[k];
    y.data[at] = join(y.data[at], x.data[i]);
  }
  return y;
}

const length = (s: Shape, axes: readonly number[]): number => axes.reduce((n, a) => n * s[a], 1);
const cases = [
  { name: 'all', inputs: [{ shape: [2, 3, 5, 7] }], attrs: { axes: [0, 1, 2, 3] } },
  { name: 'space', inputs: [{ shape: [2, 3, 9, 17] }], attrs: { axes: [2, 3] } },
  { name: 'batch and space', inputs: [{ shape: [2, 3, 9, 17] }], attrs: { axes: [0, 2, 3] } },
  { name: 'channel', inputs: [{ shape: [2, 5, 3, 4] }], attrs: { axes: [1] } },
  { name: 'long', inputs: [{ shape: [3, 1500] }], attrs: { axes: [1] } },
  { name: 'first', inputs: [{ shape: [70, 3] }], attrs: { axes: [0] } },
  { name: 'quads of space', inputs: [{ shape: [2, 5, 6, 10] }], attrs: { axes: [2, 3] } },
  { name: 'quads of batch and space', inputs: [{ shape: [3, 9, 4, 6] }], attrs: { axes: [0, 2, 3] } },
  { name: 'quads of all', inputs: [{ shape: [2, 3, 8, 16] }], attrs: { axes: [0, 1, 2, 3] } },
];

/** Sum over `axes`, which stay as axes of size 1. */
export const sum = op<{ axes: readonly number[] }>({
  name: 'sum',
  shape: ([s], { axes }) => keptShape(s, axes),
  forward: (session, [x], y, { axes }) => reduceInto(session, x, y, axes, 1, false),
  backward: ({ x: [x] }, dy) => [expand([dy], { shape: x.shape })],
  reference: ([x], { axes }) => reference(x, axes, (a, b) => a + b, 0),
  terms: ([s], { axes }) => length(s, axes),
  magnitude: ([x], { axes }) => reference(x, axes, (a, b) => a + Math.abs(b), 0),
  cases,
});

/** Mean over `axes`, which stay as axes of size 1. */
export const mean = op<{ axes: readonly number[] }>({
  name: 'mean',
  shape: ([s], { axes }) => keptShape(s, axes),
  forward: (session, [x], y, { axes }) => reduceInto(session, x, y, axes, 1 / length(x.shape, axes), false),
  backward: ({ x: [x], attrs }, dy) => [expand([scale(dy, 1 / length(x.shape, attrs.axes))], { shape: x.shape })],
  reference: ([x], { axes }) => {
    const y = reference(x, axes, (a, b) => a + b, 0);
    return ref(y.shape, (i) => y.data[i] / length(x.shape, axes));
  },
  terms: ([s], { axes }) => length(s, axes),
  cases,
});

/** Maximum over `axes`, which stay as axes of size 1. Its gradient goes to every position that holds the maximum. */
export const max = op<{ axes: readonly number[] }>({
  name: 'max',
  shape: ([s], { axes }) => keptShape(s, axes),
  forward: (session, [x], y, { axes }) => reduceInto(session, x, y, axes, 1, true),
  backward: ({ x: [x], y }, dy) => [stepGate(expand([dy], { shape: x.shape }), sub(x, y))],
  reference: ([x], { axes }) => reference(x, axes, Math.max, -Infinity),
  // Values apart from each other: at a tie the maximum has no derivative. 1511 is prime, so none repeats.
  cases: cases.map((c) => ({
    ...c,
    inputs: [{ ...c.inputs[0], make: (_u: number, i: number) => ((i * 1009) % 1511) / 100 - 7 }],
  })),
});

const allAxes = (x: Tensor): number[] => x.shape.map((_, i) => i);
/** Sum of all values, as a tensor of shape [1]. */
export const sumAll = (x: Tensor): Tensor => reshape([sum([x], { axes: allAxes(x) })], { shape: [1] });

/** Sums a gradient back to the shape its argument had before broadcasting. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const axes = g.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && g.shape[i] !== 1));
  const summed = axes.length ? sum([g], { axes }) : g;
  return sameShape(summed.shape, shape) ? summed : reshape([summed], { shape });
}
