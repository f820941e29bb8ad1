/** How an op is stated: shape rule, forward, backward, float64 reference and the cases that prove it, in one place. */
import { alignment } from '../engine/memory/storage.ts';
import { newNodeId, type Backward } from './tape.ts';
import type { DType, Session, Shape, Tensor } from './tensor.ts';

/** A float64 array with a shape: what references compute with. */
export interface Ref {
  shape: Shape;
  data: Float64Array;
}

/** One input of a test case. Values come from `hashUniform(<op>/<case>/<index>)`, mapped by `make` if given. */
export interface CaseInput {
  shape: Shape;
  dtype?: DType;
  /** Maps the uniform value u in [-1, 1) (and its index) to the input's value. */
  make?: (u: number, i: number) => number;
}

export interface Case<A> {
  name: string;
  inputs: readonly CaseInput[];
  attrs: A;
  /** Inputs to check gradients of; all f32 inputs by default. */
  grads?: readonly number[];
}

export interface OpSpec<A> {
  name: string;
  /** Output shape; throws an Error naming the op and the argument when the inputs do not fit. */
  shape: (shapes: readonly Shape[], attrs: A) => Shape;
  dtype?: DType;
  /** Records the launches that fill `out`. Returns tensors to save for backward, if any. */
  // biome-ignore lint/suspicious/noConfusingVoidType: an op that saves nothing needs no return statement
  forward: (session: Session, x: readonly Tensor[], out: Tensor, attrs: A) => readonly Tensor[] | void;
  /** null: the op declares that no gradient flows through it. */
  backward: Backward<A> | null;
  /**
   * For an output whose samples (first axis) depend on their own samples alone: which inputs have samples, too. What
   * forward saved
   * then lies by samples as well. A gradient that reaches some samples only is taken back through those only.
   */
  samplewise?: (shapes: readonly Shape[], attrs: A) => readonly boolean[] | null;
  /** Naive forward in float64. */
  reference: (x: readonly Ref[], attrs: A) => Ref;
  /** Terms in the longest sum behind one output value (for the error bound), 1 by default. */
  terms?: (shapes: readonly Shape[], attrs: A) => number;
  /** Sum of |terms| behind each output value; by default |y| + the largest |x|. */
  magnitude?: (x: readonly Ref[], attrs: A) => Ref;
  cases: readonly Case<A>[];
}

export interface Op<A> {
  (x: readonly Tensor[], attrs: A): Tensor;
  spec: OpSpec<A>;
  /** Output and what forward saved (indices, statistics). */
  full: (x: readonly Tensor[], attrs: A) => { out: Tensor; aux: readonly Tensor[] };
}

/** Puts an op's output on the tape if an input is on it. */
export function taped<A>(
  spec: OpSpec<A>,
  x: readonly Tensor[],
  out: Tensor,
  aux: readonly Tensor[],
  attrs: A,
): { out: Tensor; aux: readonly Tensor[] } {
  const rule = spec.backward;
  if (rule && x[0].session.taping && x.some((t) => t.requiresGrad)) {
    out.requiresGrad = true;
    out.node = {
      id: newNodeId(),
      op: spec.name,
      inputs: x,
      output: out,
      pull: (dy, needs, twice) => rule({ x, y: out, aux, attrs, needs, twice }, dy),
      pullSamples: (dy, first, needs) => {
        const flags = spec.samplewise?.(
          x.map((t) => t.shape),
          attrs,
        );
        const n = out.shape[0];
        const start = (t: Tensor): number => (first * t.size) / n;
        if (!flags || [out, ...aux, ...x.filter((_, i) => flags[i])].some((t) => (start(t) * 4) % alignment))
          return null;
        const cut = (t: Tensor): Tensor => t.range(start(t), [(t.shape[0] / n) * dy.shape[0], ...t.shape.slice(1)]);
        const g = rule(
          { x: x.map((t, i) => (flags[i] ? cut(t) : t)), y: cut(out), aux: aux.map(cut), attrs, needs, twice: false },
          dy,
        );
        return g.map((v, i) => (v && flags[i] && !('part' in v) ? { part: v, from: start(x[i]) } : v));
      },
    };
  }
  return { out, aux };
}

export function op<A>(spec: OpSpec<A>): Op<A> {
  const full = (x: readonly Tensor[], attrs: A) => {
    const session = x[0].session;
    const out = session.temporary(
      spec.shape(
        x.map((t) => t.shape),
        attrs,
      ),
      spec.name,
      spec.dtype,
    );
    const aux = spec.forward(session, x, out, attrs) ?? [];
    return taped(spec, x, out, aux, attrs);
  };
  return Object.assign((x: readonly Tensor[], attrs: A) => full(x, attrs).out, { spec, full });
}

/** For shape rules: an Error that names op and reason. */
export function shapeError(name: string, reason: string): never {
  throw new Error(`${name}: ${reason}`);
}

export const ref = (shape: Shape, f: (i: number) => number): Ref => {
  const n = shape.reduce((a, b) => a * b, 1);
  const data = new Float64Array(n);
  for (let i = 0; i < n; i++) data[i] = f(i);
  return { shape, data };
};

/** Shapes as four axes, ones in front. */
export function four(shape: Shape): [number, number, number, number] {
  if (shape.length > 4) throw new Error(`at most four axes, not [${shape}]`);
  return [...new Array<number>(4 - shape.length).fill(1), ...shape] as [number, number, number, number];
}

/** Workgroups for `count` threads in groups of `size`, as a 2-D grid where one axis is not enough. */
export function grid(count: number, size: number): [number, number] {
  const total = Math.max(1, Math.ceil(count / size));
  const x = Math.min(total, 32768);
  return [x, Math.ceil(total / x)];
}
