/** Sums and maxima over axes: the launches behind the ops of ops/reduce. */

import { grid } from '../../engine/grid.ts';
import kernel from '../../shaders/reduce/partial.wgsl';
import planesKernel from '../../shaders/reduce/planes.wgsl';
import { four, type Shape, sizeOf } from '../shape.ts';
import type { OpSession, Tensor } from '../tensor.ts';
import { planeLanes } from './planes.ts';
import { denseStrides } from './strided.ts';

interface ReducePlan {
  kept: number[];
  keptStrides: number[];
  reduced: number[];
  reducedStrides: number[];
  length: number;
  outputs: number;
  dense: boolean;
}

function planAxes(shape: Shape, axes: readonly number[]): ReducePlan {
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

function launch(
  session: OpSession,
  x: Tensor,
  y: Tensor,
  p: ReducePlan,
  parts: number,
  scale: number,
  max: boolean,
): void {
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
  session: OpSession,
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

/** y = factor * the sum of x over `axes`, or the maximum, each output in one or two passes. */
export function reduceInto(
  session: OpSession,
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
